/** The part of docs/resource-types.md about types of Terraform: which are judged, by what, and from where. */

import { PART_OF } from '../../src/providers/terraform/knowledge/aws/parts.ts';
import { ROWS } from '../../src/providers/terraform/knowledge/aws/rows.ts';
import { cloudFormationType, listedTypes } from '../../src/providers/terraform/knowledge/aws/types.ts';
import { AZURERM_HOLDS } from '../../src/providers/terraform/knowledge/azurerm/holds.ts';
import { AZURERM_ROWS } from '../../src/providers/terraform/knowledge/azurerm/rows.ts';
import { builtinTypes } from '../../src/providers/terraform/knowledge/builtin.ts';
import { GOOGLE_HOLDS } from '../../src/providers/terraform/knowledge/google/holds.ts';
import { GOOGLE_ROWS } from '../../src/providers/terraform/knowledge/google/rows.ts';
import type { Judged } from '../../src/providers/terraform/knowledge/index.ts';
import type { HoldsRow } from '../../src/providers/terraform/knowledge/rows/holds.ts';
import { VERSIONS } from '../../src/providers/terraform/knowledge/versions.ts';

/** Begins what is made here. */
export const TERRAFORM_HEADING = '## Types of Terraform';

const listed = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(' ');
const namesIn = ({ types }: HoldsRow) => types.trim().split(/\s+/).sort();
const kept = ({ holds, noBackup }: Pick<HoldsRow, 'holds' | 'noBackup'>) =>
  holds === 'nothing' ? '' : noBackup ? 'retaining it' : 'a backup, or retaining it';

function provider(name: string, rows: readonly HoldsRow[], marks: string): string[] {
  const all = rows.flatMap(namesIn);
  const count = (holds: string) => rows.filter((row) => row.holds === holds).flatMap(namesIn).length;
  const marked = [
    ...new Set(
      marks
        .trim()
        .split('\n')
        .map((line) => line.split(' | ')[0]!.replace(`${name}_`, '')),
    ),
  ].sort();
  return [
    `### ${name}`,
    '',
    `${all.length} types: ${count('data')} store data, ${count('identity')} have an identifier that others use, ${count('nothing')} neither. Attributes that open, expire, protect or cut something are judged in ${marked.length} of them: ${listed(marked)}.`,
    '',
    '| holds | kept by | types | source |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.holds} | ${kept(row)} | ${listed(namesIn(row))} | ${row.source} |`),
    '',
  ];
}

function rowsBy(types: ReadonlyMap<string, Judged>, source: string): string[] {
  const groups = Map.groupBy([...types], ([, { holds }]) => holds);
  return [...groups].map(([holds, of]) => `| ${holds} | ${listed(of.map(([type]) => type).sort())} | ${source} |`);
}

export function terraformTypes(): string[] {
  return [
    TERRAFORM_HEADING,
    '',
    'A type of `aws_*` or `awscc_*` is judged as the type of CloudFormation that it is, with every table above: the one of the same name behind the service (`aws_dynamodb_table`, `awscc_s3_bucket`), or the one listed here. A type that only sets a part of another resource (`aws_s3_bucket_public_access_block`) is judged as a change of that one. Every `google_*_iam_policy`, `_iam_binding` and `_iam_member` is judged as a grant. Any other type counts as the worst case, and the plan says so by name.',
    '',
    '### aws',
    '',
    '| Terraform | CloudFormation |',
    '|---|---|',
    ...[...listedTypes].sort().map((type) => `| \`${type}\` | \`${cloudFormationType(type)}\` |`),
    '',
    `Parts of other resources: ${listed([...PART_OF.keys()].sort())}.`,
    '',
    'Types that CloudFormation has no type of:',
    '',
    '| holds | types | source |',
    '|---|---|---|',
    ...rowsBy(ROWS, 'pages of hashicorp/aws 6.25.0; what they hold, from memory'),
    '',
    ...provider('google', GOOGLE_HOLDS, GOOGLE_ROWS),
    ...provider('azurerm', AZURERM_HOLDS, AZURERM_ROWS),
    '### Providers that touch no cloud',
    '',
    '| holds | types | source |',
    '|---|---|---|',
    ...rowsBy(builtinTypes, 'the page of each resource'),
    '',
    '### Protections by version of the provider',
    '',
    'A plan has the values that its own version fills in, and these are judged.',
    '',
    '| type | attribute | default | since |',
    '|---|---|---|---|',
    ...VERSIONS.map(
      ({ type, attribute, standard, since }) => `| \`${type}\` | \`${attribute}\` | ${standard} | ${since} |`,
    ),
    '',
  ];
}
