/**
 * One process of the concurrency campaign: proposes, signs and executes on the targets that it is given, also what other
 * processes proposed. Prints, as JSON, what it was told was done.
 */
import { parseArgs } from 'node:util';
import { approve } from '../../src/cli/approve.ts';
import { type App, createApp, openSandbox } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { CountersignError } from '../../src/core/errors.ts';
import type { Target } from '../../src/core/plan.ts';

const { values } = parseArgs({
  options: {
    home: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    targets: { type: 'string', default: '[]' },
  },
});
/** Refusals of one who comes second, or too early: what the others did is the reason. */
const LOST =
  /^(?:STATE_(?:NONCE_USED|STALE|TARGET_LOCKED|CHANGE_NOT_APPROVED|CHANGE_NOT_PENDING|ALREADY_SIGNED|STACK_BUSY|CHANGE_SET_OBSOLETE)|GUARD_RATE|APPROVAL_WRONG_STATEMENT|LEDGER_BUSY|AWS_NOT_FOUND)$/;

const told = {
  proposed: [] as string[],
  signed: [] as string[],
  executed: [] as string[],
  lost: {} as Record<string, number>,
  unexpected: [] as string[],
};
let state = Number(values.seed);
/** A small generator, so that a run can be told by its seed. */
function random(below: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

async function trying<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    const known = error instanceof CountersignError ? error.code : 'INTERNAL';
    told.lost[known] = (told.lost[known] ?? 0) + 1;
    if (!LOST.test(known)) told.unexpected.push(`${known}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function propose(app: App, target: string): Promise<Target | undefined> {
  const [tool, input] = target.startsWith('i-')
    ? ['plan_tags', { resource_ids: [target], set: { round: `${process.pid}-${random(1_000_000)}` } }]
    : [
        'plan_stack_update',
        { stack: target, set: [{ path: 'Resources.Q.Properties.VisibilityTimeout', value: random(43_000) }] },
      ];
  const plan = await app.pipeline(tool as string, input);
  if (!plan.ok) throw new CountersignError(plan.error.code, plan.error.message, plan.error.remedy);
  const given = { plan_id: plan.content.plan_id, goal: 'configure', reason: `process ${process.pid}` };
  if (plan.content.decision === 'no_change' || plan.content.decision === 'denied') return undefined;
  const change = await app.pipeline('propose_change', given);
  if (!change.ok) throw new CountersignError(change.error.code, change.error.message, change.error.remedy);
  const id = String(change.content.change_id);
  told.proposed.push(id);
  return (await app.changes.find(id)).target;
}

/** One of those that are open on the target, whoever proposed it. */
async function carryOut(app: App, target: Target): Promise<void> {
  const open = (await app.changes.openOn(target)).filter(({ state: is }) => is === 'pending' || is === 'approved');
  const change = open[random(open.length)];
  if (!change) return;
  for (const as of ['bob', 'carol'])
    if ((await app.changes.find(change.id)).state === 'pending') {
      const options = { decision: 'approve' as const, key: `${values.home}/${as}`, as, confirm: target.name };
      if (await trying(() => approve(app, change.id, options))) told.signed.push(`${change.id} ${as}`);
    }
  const ended = await trying(() => app.executor.run(change.id));
  if (ended) told.executed.push(`${change.id} ${ended.state}`);
}

const targets = JSON.parse(values.targets) as string[];
const sandbox = await openSandbox(values.home, 0);
const config = { ...readConfig({ home: values.home, policy: `${values.home}/policy.yaml` }), region: 'eu-west-1' };
const app = createApp({ ...config, sponsor: 'alice', actsAs: ['nobody'] }, { sandbox });
const until = values.seconds === undefined ? undefined : Date.now() + Number(values.seconds) * 1000;
for (let round = 0; until === undefined ? round < Number(values.rounds) : Date.now() < until; round += 1) {
  const name = targets[random(targets.length)]!;
  const target = await trying(() => propose(app, name));
  if (target) await trying(() => carryOut(app, target));
}
app.close();
sandbox.store.close();
process.stdout.write(JSON.stringify(told));
