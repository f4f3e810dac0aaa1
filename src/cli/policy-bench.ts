/** What a policy test runs on: the same pipeline as `serve`, over the sandbox, with a clock that can be moved. */

import { guards as allGuards } from '../../guards/index.ts';
import { recordSignature } from '../approvals/record.ts';
import { buildStatement } from '../approvals/statement.ts';
import { type App, createApp } from '../compose.ts';
import { readConfig } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import type { GuardDefinition } from '../core/guard.ts';
import { textOf } from '../mcp/answer-text.ts';
import { loadPolicy } from '../policy/load.ts';
import type { Policy } from '../policy/model.ts';
import { adoptFirst } from '../policy/pin.ts';
import { withTestKeys } from '../policy-lab/test/keys.ts';
import type { NamedWorld, PolicyCase } from '../policy-lab/test/load.ts';
import { answered, type Observation, refusal } from '../policy-lab/test/observe.ts';
import type { Bench } from '../policy-lab/test/run.ts';
import { createSandbox, SERVICES, sandboxRequestHandler, somebodyElse, USUAL_SERVICE } from '../sandbox/cloud.ts';
import { seedDefault } from '../sandbox/seed.ts';
import { seedWorld, type WorldDescription } from '../sandbox/seed-file.ts';
import { SandboxFault } from '../sandbox/service.ts';
import { openWorld, SANDBOX_ACCOUNT, type World, type WorldStore } from '../sandbox/world.ts';

interface Place {
  account: string;
  region: string;
}
export interface BenchOptions {
  /** A folder of its own. */
  home: string;
  policy: string | undefined;
  /** The same, read already. */
  loaded?: Policy;
  /** Those that judge; the policy is read with all of them. */
  guards: readonly GuardDefinition[];
}

/** With its world, for who fills it further. */
export interface OpenedBench extends Bench {
  fill<T>(run: (world: World) => T): T;
}

/** @throws CountersignError when policy or world cannot be used. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one closure over one bench; its functions are short.
export async function openBench(
  about: PolicyCase,
  { home, policy: path, loaded, guards }: BenchOptions,
): Promise<OpenedBench> {
  const started = Date.now();
  let offset = about.at === undefined ? 0 : about.at.getTime() - started;
  const now = () => new Date(Date.now() + offset);
  if (path === undefined)
    throw new CountersignError(
      'CONFIG_NO_POLICY',
      'This case needs a policy, and none is given.',
      'Name it with --policy, or with `policy:` in the file.',
    );
  const { policy, keyOf } = withTestKeys(loaded ?? loadPolicy(path, allGuards, now()));
  const place = placeOf(policy, about.world);
  const store = openWorld(home, { pace: 0 });
  store.advanceClock(offset);
  try {
    store.transact((world) => {
      if (about.world)
        seedWorld(world, { ...place, ...about.world.description } as WorldDescription, about.world.folder);
      else seedDefault(world.inAccount(place.account), place.region);
    });
  } catch (error) {
    store.close();
    throw error;
  }
  const app = createApp(
    {
      ...readConfig({ home, policy: path }),
      sponsor: about.sponsor === undefined ? policy.people[0]?.name : (about.sponsor ?? undefined),
      region: place.region,
      endpointUrl: undefined,
      templateRoots: [about.folder],
      actsAs: [],
    },
    {
      sandbox: { store, requestHandler: sandboxRequestHandler(createSandbox(store)), account: place.account },
      policy,
      hasTrialKeys: true,
      guards,
      now,
      logDefect: () => undefined,
    },
  );
  const { ledger, changes } = app;
  await adoptFirst(ledger, policy, ['policy test']);
  const observe = async (content: Record<string, unknown>) => answered(content, await judgementOf(app, content), 0);
  const asItIs = async (changeId: string) =>
    observe({ change_id: changeId, state: (await changes.find(changeId)).state });
  /** A refused step says why the change is what it is, too. */
  const aboutChange = async (changeId: string, run: () => Promise<void>): Promise<Observation> => {
    try {
      await run();
      return await asItIs(changeId);
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      const { codes, told, ...refused } = refusal(error.toAnswer());
      const change = await asItIs(changeId);
      return {
        ...refused,
        ...change,
        codes,
        told: [...told, ...change.told],
        content: { ...change.content, ...refused.content },
      };
    }
  };
  return {
    async call(tool, input) {
      const answer = await app.pipeline(tool, input, { agent: 'policy test' });
      const characters = textOf(answer).length + JSON.stringify(answer.ok ? answer.content : answer.error).length;
      return answer.ok ? { ...(await observe(answer.content)), characters } : refusal(answer.error, characters);
    },
    sign: ({ changeId, decision, person, keyOf: signer, statementOf }) =>
      aboutChange(changeId, async () => {
        const { plan } = await changes.plan((await changes.find(statementOf)).planId);
        const statement = buildStatement(await changes.find(statementOf), plan, person, decision);
        const recorder = { ledger, changes, policy: app.policy, people: policy.people, now };
        await recordSignature(recorder, changeId, statement, keyOf(signer).sign(statement));
      }),
    async execute(changeId) {
      const done = await app.executor.run(changeId).catch((error: unknown) => error);
      return aboutChange(changeId, async () => {
        if (done instanceof Error) throw done;
      });
    },
    stateOf: async (changeId) => (await changes.find(changeId)).state,
    async setHalt(kind) {
      await ledger.append({ kind, body: { by: ['policy test'] } });
    },
    advance(seconds) {
      offset += seconds * 1000;
      store.advanceClock(seconds * 1000);
    },
    prepare: (service, operation, input) => prepare(store, place, service ?? USUAL_SERVICE, operation, input),
    fill: (run) => store.transact(run, place.account),
    writes: () =>
      store
        .calls()
        .filter((call) => call.class === 'write')
        .map(({ operation }) => operation),
    close() {
      app.close();
      store.close();
    },
  };
}

/** Whose credentials the run has: the world's, or those of the policy's first account. */
function placeOf({ file }: Policy, world: NamedWorld | null): Place {
  const [first] = Object.values(file.accounts).filter(({ management }) => !management);
  const { account = first?.id ?? SANDBOX_ACCOUNT, region = first?.regions[0] ?? 'eu-west-1' } =
    world?.description ?? {};
  return { account: String(account), region: String(region) };
}

async function judgementOf({ changes }: App, content: Record<string, unknown>) {
  if (typeof content.change_id === 'string') return (await changes.find(content.change_id)).judgement;
  if (typeof content.plan_id === 'string' && content.decision !== 'planning')
    return (await changes.plan(content.plan_id)).judgement;
  return undefined;
}

/** Straight into the simulation: no request, so nothing is counted. */
function prepare(
  store: WorldStore,
  { account, region }: Place,
  service: string,
  operation: string,
  input: Record<string, unknown>,
): Record<string, unknown> {
  const { operations = {}, advance } = Object.hasOwn(SERVICES, service)
    ? SERVICES[service as keyof typeof SERVICES]
    : {};
  const perform = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  const impossible = (message: string) =>
    new CountersignError('CONFIG_INVALID', `prepare ${operation}: ${message}`, 'docs/sandbox.md lists the operations.');
  if (!perform) throw impossible(`the sandbox does not simulate ${service}:${operation}.`);
  const caller = somebodyElse(account, region);
  try {
    return store.transact((world) => {
      advance?.(world);
      const output = perform(world, input, caller);
      advance?.(world);
      return output;
    }, account);
  } catch (error) {
    if (error instanceof SandboxFault) throw impossible(`${error.code}: ${error.message}`);
    throw error;
  }
}
