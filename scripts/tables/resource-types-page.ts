/** docs/resource-types.md: every CloudFormation type, judged or not yet, and the types of Terraform. */
import { judgements } from '../../src/providers/aws/knowledge/holds.ts';
import { INTERRUPTS, interruptingProperties, runs } from '../../src/providers/aws/knowledge/interruptions.ts';
import { REVISIONS } from '../../src/providers/aws/knowledge/revisions.ts';
import { type Judgement, typesOf } from '../../src/providers/aws/knowledge/tables/judgement.ts';
import { judgedBy, legend } from './judged-by.ts';
import { terraformTypes } from './terraform-types.ts';

/** Which sources have a type: the service specification, cfn-lint's schemas. */
export interface Schemas {
  specified: ReadonlySet<string>;
  linted: ReadonlySet<string>;
}

export function resourceTypesPage(types: string[], sources: string[], { specified, linted }: Schemas): string {
  const schemas = (type: string) => [specified.has(type) ? 'S' : '', linted.has(type) ? 'L' : ''].join('');
  const row = new Map(judgements.flatMap((judgement) => typesOf(judgement).map((type) => [type, judgement] as const)));
  const revision = new Map(REVISIONS.flatMap((group, index) => typesOf(group).map((type) => [type, index] as const)));
  const judged = types.filter((type) => row.has(type));
  const count = (holds: string): number => judged.filter((type) => row.get(type)?.holds === holds).length;
  const interrupts = (type: string): string => {
    const known = [...(interruptingProperties.get(type) ?? [])].sort().map((name) => `\`${name}\``);
    if (runs(type)) return [...known, known.length > 0 ? 'others: unknown' : 'unknown'].join(', ');
    return known.join(', ') || (row.has(type) ? 'no' : 'unknown');
  };
  const line = (type: string): string => {
    const judgement = row.get(type);
    const holds = judgement ? `${judgement.holds} [${numberOf(judgement)}]` : 'not yet';
    const kept = judgement ? judgement.recovery.replace('_', ' ') : 'not yet';
    return `| \`${type}\` | ${holds} | ${kept} | ${revision.has(type) ? `yes [${letter(revision.get(type)!)}]` : ''} | ${interrupts(type)} | ${schemas(type)} | ${judgedBy(type)} |`;
  };
  return [
    '# Resource types',
    '',
    '<!-- Made by `npm run tables`. Change the tables in src/providers/aws/knowledge, not this file. -->',
    '',
    `Types from: ${sources.join('; ')}.`,
    '',
    `${types.length} types: ${count('data')} store data, ${count('identity')} have an identifier that others use, ${count('nothing')} neither;`,
    `${types.length - judged.length} are not in the tables and count as the worst case.`,
    '',
    '- **holds**: `data`: the resource stores data; `identity`: others use its identifier, and a replacement gets a new one.',
    '- **kept by**: `snapshot`: DeletionPolicy Snapshot works; `backup`: AWS Backup or the service itself can back it up;',
    '  `retain only`: only retaining the resource itself keeps it.',
    '- **revision**: replaced by design; a replacement counts as an update.',
    '- **interrupts**: properties whose update restarts the resource or makes it unavailable for a while. Other properties are unknown.',
    '',
    '- **schemas**: where its properties, and which of them replace, are from. `S`: the service specification; `L`: cfn-lint’s',
    '  schemas of all regions. The stricter counts. Types with `L` have their values checked: faults are notes of the plan.',
    '- **judged by**: the tables besides that have rows of the type:',
    ...legend().map((line) => `  ${line}`),
    '',
    'Types of Terraform stand [below](#types-of-terraform).',
    '',
    'Every type is judged by: policy documents, security group rules, secrets by the names of properties, values that follow from secrets,',
    'dynamic references, cfn-init metadata, tags, names like `Retention` and `Expiration`.',
    '',
    '## Sources',
    '',
    ...judgements.map((judgement) => `- ${judgement.holds} ${numberOf(judgement)}: ${judgement.source}.`),
    '',
    ...REVISIONS.map(({ source }, index) => `- ${letter(index)}: ${source}.`),
    '',
    ...INTERRUPTS.map(({ source }) => `- interrupts: ${source}.`),
    '',
    '## Types',
    '',
    '| type | holds | kept by | revision | interrupts | schemas | judged by |',
    '|---|---|---|---|---|---|---|',
    ...types.map(line),
    '',
    ...terraformTypes(),
  ].join('\n');
}

/** Within those that hold the same, so that another source renumbers no other type. */
const numberOf = (judgement: Judgement): number =>
  judgements.filter(({ holds }) => holds === judgement.holds).indexOf(judgement) + 1;

const letter = (index: number): string => String.fromCharCode(97 + index);
