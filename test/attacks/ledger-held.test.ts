/** A ledger that another process holds for longer than a write waits, at each write of each command. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import { closeChange } from '../../src/cli/close.ts';
import type { App } from '../../src/compose.ts';
import type { CountersignError } from '../../src/core/errors.ts';
import type { OpenLedger } from '../../src/ledger/ledger.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { disallowed } from '../model/replay.ts';
import { adopt, proposeFix, STACK } from '../world.ts';
import { type AttackedWorld, openAttackedWorld, signAs, signedByAll } from './attempts.ts';

const open = () => openAttackedWorld({ instances: [{ name: 'alone', security_groups: [] }] });
let world: AttackedWorld;
beforeEach(async () => {
  world = await open();
});
afterEach(() => world.close());

/** Short, so that what holds the ledger holds it for longer. */
const WAITS_MILLISECONDS = 20;
const HELD_MILLISECONDS = 120;

/** A process whose write of that number, or of an event of that kind, finds the ledger held: for a while, or until it is let go. */
function meeting(home: string, trouble: number | string | null, how: 'for a while' | 'until it ends') {
  const holder = new Database(join(home, 'ledger.db'));
  let writes = 0;
  let isDead = false;
  let isMet = false;
  let tellHeld: () => void;
  const held = new Promise<void>((resolve) => {
    tellHeld = resolve;
  });
  const letGo = () => void (holder.open && holder.inTransaction && holder.exec('ROLLBACK'));
  const open = (folder: string, now?: () => Date): OpenLedger => {
    const real = openLedger(folder, now, WAITS_MILLISECONDS);
    const met =
      <Args extends unknown[], T>(write: (...args: Args) => Promise<T>) =>
      async (...args: Args): Promise<T> => {
        if (isDead) return new Promise(() => undefined);
        writes += 1;
        const [first] = args as unknown as [{ kind?: string }];
        if (!isMet && (writes === trouble || first.kind === trouble)) {
          isMet = true;
          holder.exec('BEGIN IMMEDIATE');
          tellHeld();
          if (how === 'for a while') setTimeout(letGo, HELD_MILLISECONDS).unref();
        }
        return write(...args);
      };
    return { ...real, append: met(real.append), transact: met(real.transact) as OpenLedger['transact'] };
  };
  return {
    open,
    held,
    count: () => writes,
    letGo,
    /** What a process that has died does no more. */
    kill(app: App) {
      isDead = true;
      world.kill(app);
    },
    close() {
      letGo();
      holder.close();
    },
  };
}

const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }];
/** As a client sees it: an answer, never an exception. */
async function tool(app: App, name: string, input: object): Promise<string> {
  const answer = await app.pipeline(name, input).catch((error) => expect.unreachable(`thrown: ${error}`));
  if (answer.ok) return String(answer.content.state ?? answer.content.decision);
  expect(answer.error.remedy).toMatch(/\w/);
  return answer.error.code;
}
const stateOf = async (id: string) => (await world.app.changes.find(id)).state;

/** What stands before, and the command, which may be given again; it ends with a state, or an error's code. */
interface Command {
  done: string;
  given(): Promise<string>;
  run(app: App, subject: string): Promise<string>;
}
const COMMANDS: Record<string, Command> = {
  plan: {
    done: 'needs_approval',
    given: async () => '',
    run: (app) => tool(app, 'plan_stack_update', { stack: STACK, set }),
  },
  propose: {
    done: 'pending',
    given: async () => String((await world.call('plan_stack_update', { stack: STACK, set })).plan_id),
    async run(app, plan_id) {
      const ended = await tool(app, 'propose_change', { plan_id, goal: 'fix', reason: 'more memory' });
      // It was proposed, and only the answer was not recorded: its change is told.
      if (ended !== 'STATE_PLAN_USED') return ended;
      return String((await app.changes.list({ limit: 10 })).items.find((one) => one.planId === plan_id)?.state);
    },
  },
  withdraw: {
    done: 'withdrawn',
    given: () => proposeFix(world),
    async run(app, change_id) {
      const ended = await tool(app, 'withdraw_change', { change_id });
      return ended === 'STATE_CHANGE_NOT_PENDING' ? stateOf(change_id) : ended;
    },
  },
  approve: {
    done: 'approved',
    given: () => proposeFix(world),
    run: async (app, id) => (await signAs({ app, keyOf: world.keyOf }, id)).state,
  },
  reject: {
    done: 'rejected',
    given: () => proposeFix(world),
    run: async (app, id) => (await approve(app, id, { decision: 'reject', key: world.keyOf('bob'), as: 'bob' })).state,
  },
  'policy adopt': {
    done: 'adopted',
    async given() {
      writeFileSync(join(world.home, 'policy.yaml'), `${world.policyText}\n# another\n`);
      return '';
    },
    async run(app) {
      await adopt(app, world.home);
      return app.policy.standing();
    },
  },
  close: {
    done: 'closed',
    async given() {
      const id = await unknown();
      world.age(60);
      return id;
    },
    async run(app, id) {
      const closing = { as: 'carol', reason: 'I looked', key: world.keyOf('carol') };
      return (await closeChange(app, id, closing)).state;
    },
  },
};

/** Begun, and nothing is known of it. */
async function unknown(): Promise<string> {
  const id = await signedByAll(world, world.app, await proposeFix(world));
  const app = await world.another({
    async proxy(request, forward) {
      const answer = await forward();
      const isLost = /Action=(?:ExecuteChangeSet|DescribeStackEvents)/.test(request.body);
      return isLost ? { status: 502, headers: {}, body: '' } : answer;
    },
  });
  expect((await world.execute(id, app)).state).toBe('unknown');
  return id;
}

async function isWhole(): Promise<void> {
  expect((await verifyLedger(world.home)).ok).toBe(true);
  expect(disallowed(await world.app.ledger.events())).toBeNull();
}
async function afresh(): Promise<void> {
  world.close();
  world = await open();
}
/** @returns how many writes of the ledger the command makes. */
async function writesOf({ given, run, done }: Command): Promise<number> {
  const subject = await given();
  const undisturbed = meeting(world.home, null, 'for a while');
  expect(await run(await world.another({ openLedger: undisturbed.open }), subject)).toBe(done);
  undisturbed.close();
  return undisturbed.count();
}

describe.each(Object.entries(COMMANDS))('%s', (_name, { done, given, run }) => {
  it('is refused as busy, whichever write waits in vain, and works when it is given again', {
    timeout: 120_000,
  }, async () => {
    const writes = await writesOf({ done, given, run });
    for (let trouble = 1; trouble <= writes; trouble += 1) {
      await afresh();
      const subject = await given();
      const met = meeting(world.home, trouble, 'until it ends');
      const app = await world.another({ openLedger: met.open });
      const sent = world.writes().length;
      const ended = await run(app, subject).catch((error: CountersignError) => {
        expect(error.remedyForPeople).toMatch(/\w/);
        return error.code;
      });
      expect(ended, `write ${trouble}`).toBe('LEDGER_BUSY');
      met.letGo();
      expect(await run(app, subject), `after write ${trouble}`).toBe(done);
      met.close();
      expect(world.writes()).toHaveLength(sent);
      await isWhole();
    }
  });
});

/** Each ends with the state of a change that is to succeed. */
const EXECUTIONS: Record<string, Pick<Command, 'given' | 'run'>> = {
  'execute one call': {
    given: async () => signedByAll(world, world.app, await proposeFix(world)),
    run: async (app, id) => (await world.execute(id, app)).state,
  },
  'execute three calls': {
    async given() {
      const { instances } = await world.call('describe_instances', { tag: 'Name=alone' });
      const [{ instance_id }] = instances as [{ instance_id: string }];
      const { plan_id } = await world.call('plan_instance_type', { instance_id, instance_type: 'm5.large' });
      const { change_id } = await world.call('propose_change', { plan_id, goal: 'scale', reason: 'larger' });
      return signedByAll(world, world.app, String(change_id));
    },
    run: async (app, id) => (await world.execute(id, app)).state,
  },
  reconcile: { given: unknown, run: async (app, id) => (await app.executor.reconcile(id)).change.state },
};
const codeOf = (error: CountersignError) => error.code;

/** Of a change that is carried out, as it is asked to be. */
async function claimsOfFailure(changeId: string): Promise<string[]> {
  const events = await world.app.ledger.events({ changeId });
  return events
    .filter(({ kind, body }) => kind === 'call.failed' || JSON.stringify(body).includes('"state":"failed"'))
    .map(({ kind, body }) => `${kind} ${JSON.stringify(body)}`);
}

describe.each(Object.entries(EXECUTIONS))('%s', (_name, { given, run }) => {
  it('ends as it would have, whichever write waits for a while', { timeout: 120_000 }, async () => {
    const writes = await writesOf({ done: 'succeeded', given, run });
    for (let trouble = 1; trouble <= writes; trouble += 1) {
      await afresh();
      const id = await given();
      const sent = world.writes().length;
      const met = meeting(world.home, trouble, 'for a while');
      const ended = await run(await world.another({ openLedger: met.open }), id).catch(codeOf);
      met.close();
      if (ended === 'LEDGER_BUSY') {
        expect(world.writes(), `write ${trouble}`).toHaveLength(sent);
        expect(await run(await world.another(), id)).toBe('succeeded');
      } else expect(ended, `write ${trouble}`).toBe('succeeded');
      expect(await claimsOfFailure(id)).toEqual([]);
      await isWhole();
    }
  });

  it('is told as it happened, whichever write waits until its process ends', { timeout: 120_000 }, async () => {
    const writes = await writesOf({ done: 'succeeded', given, run });
    for (let trouble = 1; trouble <= writes; trouble += 1) {
      await afresh();
      const id = await given();
      const sent = world.writes().length;
      const met = meeting(world.home, trouble, 'until it ends');
      const app = await world.another({ openLedger: met.open });
      const running = run(app, id).catch(codeOf);
      await met.held;
      const tried = new Promise<string>((resolve) => setTimeout(() => resolve('still trying'), HELD_MILLISECONDS));
      const ended = await Promise.race([running, tried]);
      met.kill(app);
      met.letGo();
      met.close();
      expect(ended, `write ${trouble}`).toMatch(/^(?:LEDGER_BUSY|still trying)$/);
      const carriedOut = world.writes().slice(sent).length;
      const planned = (await world.app.changes.plan((await world.app.changes.find(id)).planId)).plan.calls.length;
      world.age(60);
      const now = await world.another({ now: () => new Date(Date.now() + 60_000) });
      const state = await stateOf(id);
      const told = /^(?:executing|unknown)$/.test(state) ? (await now.executor.reconcile(id)).change.state : state;
      if (carriedOut === 0 && state !== 'unknown') expect(told, `write ${trouble}`).toBe('approved');
      else if (carriedOut === planned || state === 'unknown') {
        expect(told, `write ${trouble}`).toBe('succeeded');
        expect(await claimsOfFailure(id)).toEqual([]);
      } else expect(told, `write ${trouble}: ${carriedOut} of ${planned}`).toMatch(/^(?:failed|unknown)$/);
      await isWhole();
    }
  });
});

it('a plan that fails after its client was answered is told as failed, however long that cannot be recorded', async () => {
  const met = meeting(world.home, 'plan.failed', 'for a while');
  const app = await world.another({
    openLedger: met.open,
    answerWithinMilliseconds: 1,
    async proxy(_request, forward) {
      const answer = await forward();
      await new Promise((resolve) => setTimeout(resolve, 30));
      return answer;
    },
  });
  const begun = await app.pipeline('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.QueryFunction.Type', value: 'AWS::No::Such' }],
  });
  expect(begun).toMatchObject({ ok: true, content: { decision: 'planning' } });
  await met.held;
  await new Promise((resolve) => setTimeout(resolve, 2 * HELD_MILLISECONDS));
  const plan_id = begun.ok ? begun.content.plan_id : '';
  const told = await app.pipeline('describe_plan', { plan_id, wait_seconds: 20 });
  expect(told).toMatchObject({ ok: false, error: { code: expect.stringMatching(/^(?:INPUT|AWS)_/) } });
  met.close();
});
