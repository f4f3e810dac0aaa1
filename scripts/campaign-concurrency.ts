/**
 * `npm run campaign:concurrency [seconds] [processes] [seed]`: processes that propose, sign and execute on five targets at
 * the same time; docs/results/concurrency.md says what came of it. Fails if anything was done twice, lost or left locked.
 */
import { writeFileSync } from 'node:fs';
import { runConcurrently } from '../test/concurrency/campaign.ts';
import { commitOf, machine } from './seen-on.ts';

const seconds = Number(process.argv[2] ?? 60);
const processes = Number(process.argv[3] ?? 8);
const seed = Number(process.argv[4] ?? 20_261_128);
const result = await runConcurrently({ processes, seconds, seed });
for (const problem of result.problems.slice(0, 20)) process.stderr.write(`${problem}\n`);
const commit = commitOf();
const number = (value: number) => value.toLocaleString('en');
const lost = Object.entries(result.lost).sort(([, a], [, b]) => b - a);
writeFileSync(
  'docs/results/concurrency.md',
  `# Several processes at once

\`npm run campaign:concurrency ${seconds} ${processes} ${seed}\` at ${commit}, ${machine()}.

${processes} processes share one state folder and one simulated cloud for ${seconds} s. Each plans and proposes a change on one of five targets (three stacks, two instances), signs an open change of that target with two people's keys, and executes it, whoever proposed it.

| | |
|---|---|
| changes proposed | ${number(result.proposed)} |
| signatures recorded | ${number(result.signed)} |
| changes carried out | ${number(result.succeeded)} |
| writes counted at the endpoint | ${number(result.writes)} |
| events in the ledger | ${number(result.events)} |
| carried out twice, lost, left locked, or not verifying | ${number(result.problems.length)} |

Afterwards: every change that began has one end; every step has one intent, and there are as many writes at the endpoint as intents; every proposal, signature and outcome that a process was told of is in the ledger; no target is locked, and further changes go through; \`audit verify\` accepts the ledger.

A process that comes second is refused, and says why:

| refusal | times |
|---|---|
${lost.map(([code, times]) => `| \`${code}\` | ${number(times)} |`).join('\n')}
`,
);
process.exitCode = result.problems.length > 0 ? 1 : 0;
