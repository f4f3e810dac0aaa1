/**
 * `npm run tables`: makes src/knowledge/data/resource-types.json and docs/resource-types.md.
 * Where python3 has no cfn-lint, the index is made from the service specification alone, and its sources say so.
 */
import { writeFileSync } from 'node:fs';
import { readCfnLint } from './tables/cfn-lint.ts';
import { indexFile, merge } from './tables/index-file.ts';
import { readServiceSpec, serviceSpecVersion } from './tables/service-spec.ts';

const cfnLint = readCfnLint();
const types = readServiceSpec();
const added = cfnLint ? merge(types, cfnLint) : [];
const index = indexFile(types, cfnLint, [
  `@aws-cdk/aws-service-spec ${serviceSpecVersion()}`,
  cfnLint
    ? `cfn-lint ${cfnLint.version}, its resource provider schemas`
    : 'cfn-lint: not on the machine that made this',
]);
// One shape or type a line: a change of the sources reads well in a diff.
writeFileSync(
  'src/knowledge/data/resource-types.json',
  `${JSON.stringify(index, null, 0).replaceAll('","', '",\n"')}\n`,
);
console.log(`${types.size} types, ${index.shapes.length} shapes; only cfn-lint has ${added.length} paths`);
console.log(added.join('\n'));
