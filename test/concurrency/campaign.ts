/** Several processes at once on one state folder and one cloud, and what must hold after it. */
import { spawn } from 'node:child_process';
import { inFlightIn } from '../../src/core/folds.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import type { Instance } from '../../src/sandbox/ec2/model.ts';
import { seedWorld } from '../../src/sandbox/seed-file.ts';
import { openTestWorld, type TestWorld } from '../world.ts';

const STACKS = ['one-prod', 'two-prod', 'three-prod'];
const WORKER = new URL('./worker.ts', import.meta.url).pathname;
const MANY = 1_000_000;
/** Only what stops a loop stands in the way of thousands of changes. */
const GUARDS = `guards:
  rate: { per_hour: ${MANY} }
  plan-budget: { plans_per_hour: ${MANY} }
  budget:
    hour: { changes: ${MANY}, updated: ${MANY}, created: ${MANY}, lost: ${MANY} }
    day: { changes: ${MANY}, updated: ${MANY}, created: ${MANY}, lost: ${MANY} }
`;

interface Told {
  proposed: string[];
  signed: string[];
  executed: string[];
  lost: Record<string, number>;
  unexpected: string[];
}
export interface Result {
  proposed: number;
  signed: number;
  succeeded: number;
  writes: number;
  lost: Record<string, number>;
  events: number;
  /** What does not hold; empty: all of it does. */
  problems: string[];
}

export async function runConcurrently(asked: {
  processes: number;
  seed: number;
  rounds?: number;
  seconds?: number;
}): Promise<Result> {
  const world = await openTestWorld();
  try {
    await world.another({ policy: world.policyText + GUARDS });
    const targets = seeded(world);
    const told = await Promise.all(
      Array.from({ length: asked.processes }, (_, index) =>
        worker(world, targets, { ...asked, seed: asked.seed + index }),
      ),
    );
    return await judged(world, targets, told);
  } finally {
    world.close();
  }
}

function seeded(world: TestWorld): string[] {
  const template = 'Resources:\n  Q: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 43001 } }\n';
  return world.store.transact((inside) => {
    seedWorld(inside, {
      stacks: STACKS.map((name) => ({ name, template })),
      instances: [{ name: 'target-one' }, { name: 'target-two' }],
    });
    const ids = inside
      .list<Instance>('instance')
      .filter(({ tags }) => tags.some(({ Value }) => Value.startsWith('target-')))
      .map(({ id }) => id);
    return [...STACKS, ...ids];
  });
}

function worker(
  { home }: TestWorld,
  targets: string[],
  { seed, rounds, seconds }: { seed: number; rounds?: number; seconds?: number },
): Promise<Told> {
  const args = ['--home', home, '--seed', String(seed), '--targets', JSON.stringify(targets)];
  const long = seconds === undefined ? ['--rounds', String(rounds ?? 1)] : ['--seconds', String(seconds)];
  const child = spawn(process.execPath, ['--no-warnings', WORKER, ...args, ...long], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text) => (output += String(text)));
  return new Promise((resolve, reject) =>
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`a worker ended with ${code}`)),
    ),
  );
}

async function judged(world: TestWorld, targets: readonly string[], told: readonly Told[]): Promise<Result> {
  const { ledger, changes } = world.app;
  const problems = told.flatMap(({ unexpected }) => unexpected.map((one) => `unexpected: ${one}`));
  const all = (of: (one: Told) => string[]) => told.flatMap(of);
  const events = await ledger.events({});
  const of = (kind: string) => events.filter((event) => event.kind === kind);
  const count = (kind: string) => Map.groupBy(of(kind), ({ changeId = '' }) => changeId);

  // Nothing was carried out twice: one beginning, one end, and one intent a step; as many intents as writes.
  for (const kind of ['change.executing', 'change.finished'])
    for (const [id, found] of count(kind)) if (found.length > 1) problems.push(`${id} has ${found.length} × ${kind}`);
  for (const id of count('change.executing').keys())
    if (!count('change.finished').has(id)) problems.push(`${id} began and has no end`);
  const steps = of('call.intended').map(({ changeId, body }) => `${changeId} ${(body as { step: string }).step}`);
  if (new Set(steps).size !== steps.length) problems.push('a step was intended twice');
  const writes = world.writes().length;
  if (writes !== steps.length) problems.push(`${steps.length} intents, and ${writes} writes at the endpoint`);

  // Nothing that a process was told was done is missing.
  for (const id of all(({ proposed }) => proposed))
    if (!count('change.proposed').has(id)) problems.push(`the proposal of ${id} is lost`);
  const signatures = new Set(
    of('change.approved').map(({ changeId, body }) => `${changeId} ${(body as { person: string }).person}`),
  );
  for (const one of all(({ signed }) => signed))
    if (!signatures.has(one)) problems.push(`the signature ${one} is lost`);
  for (const one of all(({ executed }) => executed)) {
    const [id = '', state] = one.split(' ');
    if ((await changes.find(id)).state !== state) problems.push(`${id} is not ${state}`);
  }

  // No lock is left, and each target takes another change.
  for (const id of count('change.executing').keys()) {
    const holder = await inFlightIn(ledger, (await changes.find(id)).target);
    if (holder) problems.push(`${holder.changeId} holds its target`);
  }
  const verified = await verifyLedger(world.home);
  if (!verified.ok) problems.push(`the ledger does not verify: ${JSON.stringify(verified)}`);
  if (problems.length === 0) {
    const after = await worker(world, [...targets], { seed: 7, rounds: 6 });
    if (after.executed.length === 0) problems.push('nothing can be executed afterwards');
    problems.push(...after.unexpected);
  }
  const lost: Record<string, number> = {};
  for (const one of told) for (const [code, times] of Object.entries(one.lost)) lost[code] = (lost[code] ?? 0) + times;
  return {
    proposed: all(({ proposed }) => proposed).length,
    signed: signatures.size,
    succeeded: all(({ executed }) => executed).filter((one) => one.endsWith(' succeeded')).length,
    writes,
    lost,
    events: events.length,
    problems,
  };
}
