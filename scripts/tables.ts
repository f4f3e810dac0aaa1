/**
 * `npm run tables`: makes src/providers/aws/knowledge/data/resource-types.json, template-rules.json and docs/resource-types.md.
 * A property whose words speak of a replacement, and that nobody has read, stops it: documented.ts takes it, or
 * tables/words-judged.ts. Where python3 has no cfn-lint, the index is made from the service specification alone, and its sources say so.
 */
import { writeFileSync } from 'node:fs';
import { unjudgedWords } from './documentation/compare.ts';
import { readCfnLint } from './tables/cfn-lint.ts';
import { indexFile, indexText, merge } from './tables/index-file.ts';
import { resourceTypesPage } from './tables/resource-types-page.ts';
import { rulesFile, rulesText } from './tables/rules-file.ts';
import { readServiceSpec, serviceSpecVersion } from './tables/service-spec.ts';

const cfnLint = readCfnLint();
const types = readServiceSpec();
const specified = new Set(types.keys());
if (cfnLint) merge(types, cfnLint);
const index = indexFile(types, cfnLint, [
  `@aws-cdk/aws-service-spec ${serviceSpecVersion()}`,
  cfnLint
    ? `cfn-lint ${cfnLint.version}, its resource provider schemas`
    : 'cfn-lint: not on the machine that made this',
]);
writeFileSync('src/providers/aws/knowledge/data/resource-types.json', indexText(index));
if (cfnLint) writeFileSync('src/providers/aws/knowledge/data/template-rules.json', rulesText(rulesFile(cfnLint)));
const linted = new Set(cfnLint?.schemas.keys());
writeFileSync(
  'docs/resource-types.md',
  resourceTypesPage(Object.keys(index.types), index.sources, { specified, linted }),
);
console.log(`${types.size} types, ${index.shapes.length} shapes; ${index.sources.join('; ')}`);
const unjudged = unjudgedWords();
if (unjudged.length > 0)
  throw new Error(`Read what the specification writes of these, and judge it: ${unjudged.join(', ')}`);
