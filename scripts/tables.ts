/** `npm run tables`: makes src/knowledge/data/resource-types.json from the AWS service specification. */

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import { emptyDatabase, type Property, type PropertyType, type SpecDatabase } from '@aws-cdk/service-spec-types';

const require = createRequire(import.meta.url);
const version = (
  JSON.parse(readFileSync(require.resolve('@aws-cdk/aws-service-spec/package.json'), 'utf8')) as {
    version: string;
  }
).version;
const db: SpecDatabase = emptyDatabase();
db.load(JSON.parse(gunzipSync(readFileSync(require.resolve('@aws-cdk/aws-service-spec/db.json.gz'))).toString('utf8')));

interface Row {
  /** Top-level properties, comma separated. */
  p: string;
  /** Paths whose update always replaces; conditionally replaces. Everything else in `p` never does. */
  a?: string;
  c?: string;
  /** Attributes for Fn::GetAtt. */
  g?: string;
}

const types: Record<string, Row> = {};
for (const resource of db.all('resource')) {
  const always: string[] = [];
  const conditional: string[] = [];
  const visit = (properties: Record<string, Property>, prefix: string, seen: string[]) => {
    for (const [name, property] of Object.entries(properties)) {
      const path = prefix + name;
      if (property.causesReplacement === 'yes') always.push(path);
      else if (property.causesReplacement === 'maybe') conditional.push(path);
      for (const id of definitionsOf(property.type)) {
        if (seen.includes(id) || seen.length > 4) continue;
        visit(db.get('typeDefinition', id).properties, `${path}.`, [...seen, id]);
      }
    }
  };
  visit(resource.properties, '', []);
  types[resource.cloudFormationType] = {
    p: Object.keys(resource.properties).sort().join(','),
    ...(always.length > 0 ? { a: always.sort().join(',') } : {}),
    ...(conditional.length > 0 ? { c: conditional.sort().join(',') } : {}),
    ...(Object.keys(resource.attributes).length > 0 ? { g: Object.keys(resource.attributes).sort().join(',') } : {}),
  };
}

function definitionsOf(type: PropertyType): string[] {
  switch (type.type) {
    case 'ref':
      return [type.reference.$ref];
    case 'array':
    case 'map':
      return definitionsOf(type.element);
    case 'union':
      return type.types.flatMap(definitionsOf);
    default:
      return [];
  }
}

const sorted = Object.fromEntries(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(
  'src/knowledge/data/resource-types.json',
  `${JSON.stringify({ source: `@aws-cdk/aws-service-spec ${version}`, types: sorted })}\n`,
);
console.log(`${Object.keys(sorted).length} types`);
