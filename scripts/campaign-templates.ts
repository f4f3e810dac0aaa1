/**
 * `npm run campaign:templates [-- --templates 10000 --seed 1]`: generated templates of up to 100 kB are read, masked and
 * planned as new stacks of the simulated cloud in this process; writes docs/results/templates.md. Exit code 1 when one of
 * them takes more than half a second of CPU, which includes the simulated cloud's own.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { CountersignError } from '../src/core/errors.ts';
import { mintPlanningPermit } from '../src/core/permit.ts';
import { maskTemplate } from '../src/providers/aws/template/secrets.ts';
import { type Generated, generatedTemplate } from '../test/generated-templates.ts';
import { openTestWorld, type TestWorld } from '../test/world.ts';

const MAX_CPU_MILLISECONDS = 500;
const NAMED = 15;
/** What is planned stays in the simulated cloud: a world for so many. */
const A_WORLD = 200;

const { values } = parseArgs({
  options: { templates: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
});
const [count, first] = [Number(values.templates), Number(values.seed)];

interface Measured extends Generated {
  milliseconds: number;
  outcome: string;
}
const measured: Measured[] = [];
let world: TestWorld | undefined;
for (let index = 0; index < count; index += 1) {
  if (index % A_WORLD === 0) {
    world?.close();
    world = await openTestWorld();
    // The first plan of a process loads what all of them need.
    if (index === 0) for (let seed = -20; seed < 0; seed += 1) await measure(world, generatedTemplate(seed, 5_000));
  }
  measured.push(await measure(world!, generatedTemplate(first + index)));
  if (index % 500 === 499) process.stderr.write(`${index + 1} of ${count} (seeds ${first} to ${first + index})\n`);
}
world?.close();

async function measure({ app }: TestWorld, generated: Generated): Promise<Measured> {
  const planner = app.cloud.planners.find(({ name }) => name === 'stack_create')!;
  const permit = mintPlanningPermit('123456789012', 'eu-west-1');
  const before = process.cpuUsage();
  let outcome = 'planned';
  try {
    maskTemplate(generated.text);
    const input = planner.input.parse({ stack: `generated-${generated.seed}`, template: generated.text });
    const { effects } = await planner.plan(input, {}, permit, randomBytes(16).toString('hex'));
    outcome = `planned, ${effects.length} effects`;
  } catch (error) {
    if (!(error instanceof CountersignError)) throw new Error(`seed ${generated.seed}`, { cause: error });
    outcome = `${error.code}`;
  }
  const { user, system } = process.cpuUsage(before);
  return { ...generated, outcome, milliseconds: (user + system) / 1000 };
}

const slowest = [...measured].sort((a, b) => b.milliseconds - a.milliseconds);
const at = (fraction: number) => slowest[Math.floor((1 - fraction) * (slowest.length - 1))]!.milliseconds;
const refused = Map.groupBy(measured, ({ outcome }) => outcome.replace(/, \d+ effects/, ''));
const rowOf = ({ seed, shape, text, milliseconds, outcome }: Measured) =>
  `| ${seed} | ${shape} | ${text.length.toLocaleString('en')} | ${milliseconds.toFixed(0)} | ${outcome} |`;
const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
const page = `# Generated templates

\`npm run campaign:templates -- --templates ${count} --seed ${first}\` at commit ${commit}, on ${availableParallelism()} cores at load ${loadavg()[0]!.toFixed(0)}, Node ${process.versions.node}: CPU
of the process while it reads, masks and plans each template as a new stack, the simulated cloud's own work included. The
seeds are ${first} to ${first + count - 1}; each gives the same template anywhere.

- Median ${at(0.5).toFixed(0)} ms, 99 of 100 within ${at(0.99).toFixed(0)} ms, the slowest ${at(1).toFixed(0)} ms; at most ${MAX_CPU_MILLISECONDS} ms is allowed.
- Above it: ${measured.filter(({ milliseconds }) => milliseconds > MAX_CPU_MILLISECONDS).length} of ${count}.
- Outcomes: ${[...refused].map(([outcome, of]) => `${outcome} ${of.length}`).join(', ')}.

| seed | shape | characters | CPU (ms) | outcome |
| --- | --- | --- | --- | --- |
${slowest.slice(0, NAMED).map(rowOf).join('\n')}
`;
writeFileSync('docs/results/templates.md', page);
process.stdout.write(page);
process.exitCode = at(1) > MAX_CPU_MILLISECONDS ? 1 : 0;
