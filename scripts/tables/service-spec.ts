/** The AWS service specification, as it comes in the npm package @aws-cdk/aws-service-spec. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import { emptyDatabase, type Property, type PropertyType, type SpecDatabase } from '@aws-cdk/service-spec-types';
import { type Field, type Mark, markPath, type ResourceType, type Shape } from './shapes.ts';

const require = createRequire(import.meta.url);
const MARKS: Record<string, Mark> = { yes: 'always', maybe: 'conditional', no: 'never' };

export function serviceSpecVersion(): string {
  const manifest = readFileSync(require.resolve('@aws-cdk/aws-service-spec/package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

let opened: SpecDatabase | undefined;

/** Read once: it takes seconds. */
export function openServiceSpec(): SpecDatabase {
  if (opened) return opened;
  const db = emptyDatabase();
  const file = require.resolve('@aws-cdk/aws-service-spec/db.json.gz');
  db.load(JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')));
  opened = db;
  return db;
}

export function readServiceSpec(): Map<string, ResourceType> {
  const db = openServiceSpec();
  const shapes = new Map<string, Shape>();

  const shapeOf = (properties: Record<string, Property>): Shape =>
    new Map(Object.entries(properties).map(([name, property]) => [name, fieldOf(property)]));

  function fieldOf(property: Property): Field {
    return {
      mark: MARKS[property.causesReplacement ?? 'no'] ?? 'conditional',
      below: belowOf(property.type),
      ...(property.relationshipRefs
        ? { refers: property.relationshipRefs.map(({ cloudFormationType }) => cloudFormationType) }
        : {}),
      ...(property.type.type === 'string' ? { text: true } : {}),
    };
  }

  function belowOf(type: PropertyType): Field['below'] {
    switch (type.type) {
      case 'ref':
        return definition(type.reference.$ref);
      case 'array':
        return belowOf(type.element);
      case 'map':
        return new Map([['*', { mark: 'never', below: belowOf(type.element) }]]);
      case 'union':
        return type.types.map(belowOf).reduce(either);
      case 'json':
      case 'tag':
        return 'anything';
      default:
        return 'nothing';
    }
  }

  /** Filled after it is remembered, since a definition may contain itself. */
  function definition(id: string): Shape {
    const known = shapes.get(id);
    if (known) return known;
    const shape: Shape = new Map();
    shapes.set(id, shape);
    for (const [name, field] of shapeOf(db.get('typeDefinition', id).properties)) shape.set(name, field);
    return shape;
  }

  const types = new Map<string, ResourceType>();
  for (const resource of db.all('resource')) {
    const properties = shapeOf(resource.properties);
    for (const path of resource.additionalReplacementProperties ?? []) markPath(properties, path, 'always');
    types.set(resource.cloudFormationType, {
      properties,
      attributes: Object.keys(resource.attributes),
      identifiers: [...(resource.cfnRefIdentifier ?? []), ...(resource.primaryIdentifier ?? [])],
    });
  }
  return types;
}

function either(a: Field['below'], b: Field['below']): Field['below'] {
  if (a === 'anything' || b === 'anything') return 'anything';
  if (a === 'nothing') return b;
  return b === 'nothing' ? a : new Map([...a, ...b]);
}
