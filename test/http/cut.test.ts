/** A replica that the network cuts off from the database: clients are told, nothing is doubled, and it comes back by itself. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyLedger } from '../../src/ledger/open.ts';
import { needs } from '../needs.ts';
import { hasNetworks, openNetwork } from '../network.ts';
import { hasPostgres, type Postgres, startPostgres } from '../postgres.ts';
import { wayTo } from '../way.ts';
import { STACK } from '../world.ts';
import { hasNginx, startNginx } from './proxy.ts';
import { ask, callOf, contentOf, freePort, ledgerIn, openTeam, probed, type Replica, type Team } from './team.ts';

interface Cuttable {
  database: Postgres;
  /** Of the replica that is cut off, to the database of this address. */
  way(url: string): Promise<string>;
  cut(): void;
  mend(): void;
  end(): Promise<void>;
}
const WAYS: Record<string, { isHere(): boolean; open(): Promise<Cuttable> }> = {
  'a way that goes dark': {
    isHere: () => true,
    async open() {
      const database = await startPostgres();
      let way: Awaited<ReturnType<typeof wayTo>> | undefined;
      return {
        database,
        async way(url) {
          way = await wayTo(url);
          return way.url;
        },
        cut: () => way!.goDark(true),
        mend: () => way!.goDark(false),
        async end() {
          way?.close();
          await database.end();
        },
      };
    },
  },
  'a network of its own whose cable is pulled': {
    isHere: hasNetworks,
    async open() {
      const network = openNetwork();
      const database = await startPostgres({}, { namespace: network.namespace, host: network.ways[1] });
      return {
        database,
        way: async (url) => url.replace(network.ways[1], network.ways[0]),
        cut: () => network.cut(0),
        mend: () => network.mend(0),
        async end() {
          await database.end();
          network.end();
        },
      };
    },
  },
};

const policy = callOf('describe_policy');
const memory = (value: number) =>
  callOf('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value }],
  });
/** A call that a tool refused, or that no tool saw: the code, and what to do. */
const TOLD =
  /(?:LEDGER_UNREACHABLE|LEDGER_OUTCOME_UNKNOWN)[\s\S]*(?:try again|[Ll]ook before you repeat|[Rr]epeat the call|describe_changes)/;
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`never: ${what}`);
}

describe.each(Object.entries(WAYS))('%s between a replica and the database', (_, { isHere, open }) => {
  let cuttable: Cuttable;
  let team: Team;
  let [dark, other]: [Replica, Replica] = [undefined as never, undefined as never];
  let nginx: Awaited<ReturnType<typeof startNginx>>;
  let token: string;
  beforeEach(async (context) => {
    needs(context, 'nginx', hasNginx);
    needs(context, 'postgres', hasPostgres());
    needs(context, 'networks', isHere());
    cuttable = await open();
    const ledger = await ledgerIn(cuttable.database);
    const port = await freePort();
    team = await openTeam({ port, ledger });
    dark = await team.start({ by: await cuttable.way(ledger) });
    other = await team.start();
    nginx = await startNginx(port, [dark.address, other.address]);
    token = await team.provider.tokenFor('alice');
  }, 60_000);
  afterEach(async () => {
    await nginx?.close();
    await team?.close();
    await cuttable?.end();
  }, 60_000);

  const at = (replica: Replica, message: object) => ask(team.resource, message, { token, at: replica });

  it('costs no call its truth, takes it out of the proxy, and takes it back when it has ended', async () => {
    const planned = await Promise.all([1024, 2048].map((value) => at(dark, memory(value)).then(contentOf)));
    const propose = (plan_id: unknown) => callOf('propose_change', { plan_id, goal: 'fix', reason: 'more memory' });
    const { change_id } = contentOf(await at(other, propose(planned[0]!.plan_id)));
    const waiting = async () => {
      const { version } = contentOf(await at(other, callOf('describe_change', { change_id })));
      return callOf('describe_change', { change_id, since: version, wait_seconds: 50 });
    };
    const waits = at(dark, await waiting());
    cuttable.cut();
    const during = await Promise.all([
      ...[policy, callOf('describe_stack', { stack: STACK }), memory(3072), propose(planned[1]!.plan_id)].map(
        (message) => at(dark, message),
      ),
      waits,
    ]);
    for (const { text } of during.slice(0, 4)) expect(text).toMatch(TOLD);
    await until('not ready', async () => (await probed(dark)) === '503 not ready: LEDGER_UNREACHABLE');
    expect(await probed(dark, '/healthz')).toBe('200 ok');
    const refused = await at(dark, policy);
    expect([refused.status, refused.text]).toEqual([503, expect.stringMatching(TOLD)]);
    const meanwhile = await Promise.all(Array.from({ length: 6 }, () => ask(team.resource, policy, { token })));
    expect(meanwhile.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    for (const answer of meanwhile) expect(contentOf(answer)).toHaveProperty('scopes');

    cuttable.mend();
    await until('ready', async () => (await probed(dark)) === '200 ready');
    expect(contentOf(await at(dark, policy))).toHaveProperty('scopes');
    // Whatever became of the proposal that was cut off: asked again, there is one change of this plan.
    const again = contentOf(await at(dark, propose(planned[1]!.plan_id)));
    const proposed = await team.app.ledger.events({ kinds: ['change.proposed'], planId: String(planned[1]!.plan_id) });
    expect(proposed).toHaveLength(1);
    if (again.change_id !== undefined) expect(again.change_id).toBe(proposed[0]!.changeId);
    // What is told by one is heard by the other, over the connection that was lost meanwhile.
    const woken = at(dark, await waiting());
    await at(other, callOf('withdraw_change', { change_id }));
    expect(contentOf(await woken)).toMatchObject({ state: 'withdrawn' });
    expect(await verifyLedger(team.app.config.ledgerUrl!)).toMatchObject({ ok: true });
  }, 240_000);
});
