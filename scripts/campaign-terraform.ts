/**
 * `npm run campaign:terraform`: every plan of the corpus beside the project is judged; docs/results/terraform.md says by
 * provider how much of it the tables know, which types they do not, and what would be refused to be applied.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { CountersignError } from '../src/core/errors.ts';
import { tagsFor } from '../src/providers/aws/picture/mask.ts';
import { describePlan, parsePlanJson, readPlanJson } from '../src/providers/terraform/effects/index.ts';

const corpus = new URL('../../shared/corpus/tfplans/', import.meta.url).pathname;
if (!existsSync(corpus)) throw new Error(`The corpus is not here: ${corpus}`);
const index = JSON.parse(readFileSync(`${corpus}index.json`, 'utf8')) as { file: string; source: string }[];
const files = readdirSync(corpus).filter((name) => /^\d+\.json$/.test(name));
const keyed = tagsFor('campaign', 'campaign');

interface Provider {
  changes: number;
  judged: number;
  unknown: Set<string>;
}
const providers = new Map<string, Provider>();
const refusals = new Map<string, number>();
const kinds = new Map<string, number>();
let marks = 0;
const add = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

for (const file of files) {
  const text = readFileSync(corpus + file, 'utf8');
  add(refusals, refusalOf(text));
  const plan = parsePlanJson(text, { tool: 'terraform' });
  const { effects } = describePlan(plan, { workspace: 'campaign', keyed });
  for (const { kind, type, holds, logicalId, marks: found } of effects) {
    const change = (plan.resource_changes ?? []).find(({ address }) => address === logicalId);
    if (!change) continue;
    add(kinds, kind);
    marks += found.length;
    const name = (change.provider_name ?? '?').split('/').at(-1)!;
    const of = providers.get(name) ?? { changes: 0, judged: 0, unknown: new Set() };
    providers.set(name, of);
    of.changes += 1;
    if (holds === 'unknown') of.unknown.add(type);
    else of.judged += 1;
  }
}

function refusalOf(text: string): string {
  try {
    readPlanJson(text, { tool: 'terraform' });
    return 'may be applied';
  } catch (error) {
    if (error instanceof CountersignError) return error.message.replace('This plan is refused. ', '');
    throw error;
  }
}

const share = (part: number, whole: number) => `${Math.round((100 * part) / Math.max(1, whole))} %`;
const rows = [...providers].sort(([, a], [, b]) => b.changes - a.changes);
const all = rows.reduce((sum, [, { changes }]) => sum + changes, 0);
const known = rows.reduce((sum, [, { judged }]) => sum + judged, 0);
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const sources = [...new Set(index.map(({ source }) => source))].sort().join(', ');
const listed = (counts: Map<string, number>) =>
  [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `| ${name} | ${count} |`);

writeFileSync(
  'docs/results/terraform.md',
  `# The ${files.length} plans of Terraform, judged

\`npm run campaign:terraform\` at ${commit}. The plans are those that \`terraform show -json\` wrote for public test suites (${sources}); they are not part of this project. Each is judged; none is applied. \`test/providers/terraform/corpus.test.ts\` holds that no plan crashes, that none is told milder than its actions say, and that no sensitive value is in what is told; \`turned.test.ts\` beside it turns creations into deletions.

Of ${all} changes, ${known} (${share(known, all)}) are of types that the tables know; they have ${marks} marks. A type that the tables do not know counts as the worst case, and its plan says so by name.

| provider | changes | judged | types that are not in the tables |
|---|---|---|---|
${rows.map(([name, { changes, judged, unknown }]) => `| ${name} | ${changes} | ${judged} (${share(judged, changes)}) | ${[...unknown].sort().join(', ')} |`).join('\n')}

\`test\` and \`tfcoremock\` are providers for tests, which store nothing anywhere.

## What they do

| effect | changes |
|---|---|
${listed(kinds).join('\n')}

## What could be applied

Most of the plans are of formats and test runs that Countersign does not apply, and says why.

| a plan that | plans |
|---|---|
${listed(refusals).join('\n')}
`,
);
console.log(`${files.length} plans, ${known} of ${all} changes judged`);
