/**
 * `npm run campaign:kill [moments] [seed]`: signed changes of each kind, executed by processes that are killed at each
 * ledger write, at each request that changes something, and at that many random moments, or whose endpoint misbehaves.
 * docs/results/kill.md says what came of it. Fails if something is wrong once.
 */
import { writeFileSync } from 'node:fs';
import { ANSWERS } from '../test/kill/answers.ts';
import { CHANGES } from '../test/kill/changes.ts';
import { type Ran, run, type Trouble } from '../test/kill/harness.ts';
import { commitOf, machine } from './seen-on.ts';

const moments = Number(process.argv[2] ?? 500);
const seed = Number(process.argv[3] ?? 20_261_128);
/** More than there are cores: much of a run is waiting for a process to start. */
const AT_ONCE = 3;

interface Sum {
  runs: number;
  states: Map<string, number>;
  wrong: string[];
}
const sums = new Map<string, Sum>();

function count(
  part: string,
  kind: string,
  trouble: Trouble | null,
  { state, wrong }: { state: string; wrong: string[] },
) {
  const sum: Sum = sums.get(part) ?? { runs: 0, states: new Map(), wrong: [] };
  sum.runs += 1;
  sum.states.set(state, (sum.states.get(state) ?? 0) + 1);
  for (const one of wrong) sum.wrong.push(`${kind}, ${JSON.stringify(trouble)}: ${one}`);
  sums.set(part, sum);
}

async function all(jobs: readonly { part: string; kind: string; trouble: Trouble | null }[]): Promise<void> {
  const left = [...jobs];
  const work = async () => {
    for (let job = left.shift(); job; job = left.shift()) {
      const { part, kind, trouble } = job;
      const ran = await run(kind, trouble).catch((error: Error) => ({ state: 'no result', wrong: [error.message] }));
      count(part, kind, trouble, ran);
      if (ran.wrong.length > 0) process.stderr.write(`${kind} ${JSON.stringify(trouble)}: ${ran.wrong.join('; ')}\n`);
      if (left.length % 20 === 0) process.stderr.write(`${part}: ${left.length} left\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Splitmix32: the moments of a seed are always the same. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

const began = performance.now();
const commit = commitOf();
const kinds = Object.keys(CHANGES);
const lengths = new Map<string, Ran>();
for (const kind of kinds) {
  const whole = await run(kind, null);
  lengths.set(kind, whole);
  count('undisturbed', kind, null, whole);
}
const numbers = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
await all(
  kinds.flatMap((kind) =>
    numbers(lengths.get(kind)!.writes).flatMap((number) =>
      (['before', 'after'] as const).map((when) => ({
        part: 'killed at a ledger write',
        kind,
        trouble: { kind: 'write' as const, number, when },
      })),
    ),
  ),
);
await all(
  kinds.flatMap((kind) =>
    numbers(lengths.get(kind)!.calls).flatMap((number) =>
      (['before', 'late', 'after'] as const).map((when) => ({
        part: 'killed at a request',
        kind,
        trouble: { kind: 'call' as const, number, when },
      })),
    ),
  ),
);
await all(
  kinds.flatMap((kind) =>
    numbers(lengths.get(kind)!.calls).flatMap((number) =>
      [ANSWERS[0]!, ANSWERS[1 + (number % (ANSWERS.length - 1))]!].flatMap(({ answer }) =>
        (['before', 'after'] as const).map((when) => ({
          part: 'the endpoint, or a proxy before it, answers wrongly',
          kind,
          trouble: { kind: 'answer' as const, number, when, answer },
        })),
      ),
    ),
  ),
);
const random = randomFrom(seed);
for (let done = 0; done < moments; done += 50) {
  await all(
    numbers(Math.min(50, moments - done)).map(() => {
      const kind = kinds[Math.floor(random() * kinds.length)]!;
      // Most of an execution is looking: every other moment comes after the lock.
      const from = random() < 0.5 ? ('order' as const) : ('lock' as const);
      const { milliseconds: whole, afterLock } = lengths.get(kind)!;
      const milliseconds = Math.floor(random() * (from === 'lock' ? afterLock : whole));
      return {
        part: `killed at a random moment after the ${from}`,
        kind,
        trouble: { kind: 'moment' as const, from, milliseconds },
      };
    }),
  );
  report();
}

function report(): void {
  const minutes = Math.round((performance.now() - began) / 60_000);
  const rows = [...sums].map(([part, { runs, states, wrong }]) => {
    const ends = [...states].map(([state, times]) => `${times} ${state}`).join(', ');
    return `| ${part} | ${runs} | ${ends} | ${wrong.length} |`;
  });
  const wrong = [...sums.values()].flatMap((sum) => sum.wrong);
  writeFileSync(
    'docs/results/kill.md',
    `# Killed executors

\`npm run campaign:kill ${moments} ${seed}\` at ${commit}, ${machine()}, ${minutes} minutes, against the simulated cloud behind a socket, which goes on when the executor is dead.

Each run is a signed change (${kinds.join(', ')}), executed by a process of its own. Afterwards a person reconciles it at once, and again when every signature is too old, and signs it off if no look settles it; a change that stayed approved is executed. *Wrong* is a request that was sent twice, a change without an end, an end that the endpoint contradicts, a ledger that does not verify, or an event that the rules of the model (\`test/model/rules.ts\`) do not allow.

| the executor | runs | ends | wrong |
|---|---|---|---|
${rows.join('\n')}

A request *before* which the executor was killed was lost; a *late* one was delivered after the first look. The answers are ${ANSWERS.map(({ name }) => name).join(', ')}, each in place of the delivery and after it.

Not in it: a host that loses power (SQLite's own durability), the waits of hours, an executor on another host.
${wrong.length === 0 ? '' : `\n${wrong.map((one) => `- ${one}`).join('\n')}\n`}`,
  );
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
