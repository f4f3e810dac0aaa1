/**
 * `npm run tables:terraform`: writes the part of docs/resource-types.md about Terraform again. `npm run tables` writes the
 * whole page, and needs cfn-lint for that.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { TERRAFORM_HEADING, terraformTypes } from './tables/terraform-types.ts';

const PAGE = 'docs/resource-types.md';
const [before = ''] = readFileSync(PAGE, 'utf8').split(`${TERRAFORM_HEADING}\n`);
writeFileSync(PAGE, `${before.trimEnd()}\n\n${terraformTypes().join('\n')}`);
