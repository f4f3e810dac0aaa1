/** Joins policy, ledger, cloud and pipeline for one process. Commands that only look join less (`folder.ts`). */

import { resolve } from 'node:path';
import { guards as allGuards } from '../guards/index.ts';
import { tools } from '../tools/index.ts';
import { createClouds } from './clouds.ts';
import { type Config, ledgerPlace } from './config.ts';
import type { Client } from './core/assurance.ts';
import { type Caller, callerOfProcess } from './core/caller.ts';
import { createChanges } from './core/changes.ts';
import { keyedDigestOf, keyFor } from './core/digest.ts';
import type { GuardDefinition } from './core/guard.ts';
import { unwatched, type Watching } from './core/observing.ts';
import type { Owners } from './core/owner.ts';
import { createPipeline, type Pipeline, type PipelinePorts } from './core/pipeline.ts';
import type { ChangesPort, Executor, PolicyPort, Provider } from './core/ports.ts';
import { seal, unseal } from './core/sealed.ts';
import { earlierChange } from './core/taking-back.ts';
import type { Tool } from './core/tool.ts';
import { clientOf, serverHere } from './doctor/client-of.ts';
import type { OpenLedger } from './ledger/ledger.ts';
import { openLedgerAt } from './ledger/open.ts';
import { type Directory, directoryAt } from './policy/directory.ts';
import { loadPolicy } from './policy/load.ts';
import type { Policy } from './policy/model.ts';
import { createPolicyPort } from './policy/port.ts';
import type { Here } from './policy/proven.ts';
import { createOwners } from './processes.ts';
import { providerRules } from './providers/index.ts';
import { agentWording } from './render/agent/index.ts';
import type { Sandbox } from './sandbox/cloud.ts';
import type { World } from './sandbox/world.ts';
import { secretFingerprint, secretOf } from './secret.ts';

/** What depends on who asks. */
export interface CallerParts {
  policy: PolicyPort;
  changes: ChangesPort;
  pipeline: Pipeline;
}
/** The parts of a process, and its own caller's. */
export interface App extends CallerParts {
  config: Config;
  ledger: OpenLedger;
  policyFile: Policy | null;
  /** Who was known when an event was appended. */
  directoryAt(seq: number): Promise<Pick<Directory, 'digest' | 'people'> | undefined>;
  cloud: Provider;
  executor: Executor;
  /** The processes that execute. */
  owners: Owners;
  /** For somebody else: cheap, since ledger, cloud, knowledge and executor are this process's. */
  partsFor(caller: Caller): CallerParts;
  keyedDigest: PipelinePorts['keyedDigest'];
  /** What this process knows of itself and of the client that started it. */
  here: Here;
  seal: PipelinePorts['seal'];
  /** The same on every machine with this secret, and nowhere else. */
  keyOf(purpose: string): string;
  /** It is joined already (`StateFolder`). */
  whole(this: App): Promise<App>;
  close(): void;
}
export interface AppOptions {
  /** The simulated cloud in this process, instead of AWS. `account`: whose credentials these are. */
  sandbox?: { store: Sandbox['store']; requestHandler: unknown; account?: string };
  /** Read already, in place of the one that the configuration names. */
  policy?: Policy;
  /** Its people have keys of a trial. */
  hasTrialKeys?: boolean;
  /** Another cloud than AWS, and the tools for it. */
  provider?: Provider;
  tools?: readonly Tool[];
  /** For tests of what one guard stops. */
  guards?: readonly GuardDefinition[];
  now?: () => Date;
  /** Processes, in place of those of this machine. */
  owners?: Owners;
  /** The store, in place of the embedded one. */
  openLedger?: (place: string, now: () => Date) => OpenLedger;
  answerWithinMilliseconds?: number;
  logDefect?: (error: unknown, where: string) => void;
  /** Absent: nobody watches. */
  watching?: Watching | undefined;
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the one place where all rooms are joined; each line is one joint.
export function createApp(config: Config, options: AppOptions = {}): App {
  const now = options.now ?? (() => new Date());
  const guards = options.guards ?? allGuards;
  const policyFile = options.policy ?? (config.policyPath === undefined ? null : loadPolicy(config.policyPath, guards));
  const { watching } = options;
  const place = ledgerPlace(config);
  const opened = options.openLedger?.(place, now) ?? openLedgerAt(place, now, () => secretFingerprint(config.home));
  const ledger = watching?.ledger(opened, (changeId) => changes.find(changeId)) ?? opened;
  const secretKey = secretOf(config.home);
  const keyedDigest = (value: unknown) => keyedDigestOf(secretKey, value);
  const keyOf: App['keyOf'] = (purpose) => keyFor(secretKey, purpose);
  const here = hereOf(config, (report) => keyedDigestOf(keyOf('reports of doctor'), report));
  const owners = options.owners ?? createOwners();
  const judgingFor = (caller: Caller): Omit<CallerParts, 'pipeline'> => {
    const rules = createPolicyPort({
      owners,
      policy: policyFile,
      guards,
      provider: options.provider ?? providerRules,
      ledger,
      caller,
      hasTrialKeys: options.hasTrialKeys ?? false,
      // Who started this process says nothing of somebody whom a token names.
      here: caller.signedIn ? undefined : here,
      now,
    });
    const judging = watching?.policy(rules) ?? rules;
    const proposing = createChanges({ ledger, policy: judging, provider: options.provider ?? providerRules, now });
    return { policy: judging, changes: proposing };
  };
  const own = judgingFor(callerOfProcess(config));
  const { policy, changes } = own;
  const { sandbox } = options;
  const sealUp: App['seal'] = (value) => seal(secretKey, value);
  const provider =
    options.provider ??
    createClouds({
      config,
      policyFile,
      policy,
      secretKey,
      sandbox,
      during: watching?.during,
      earlier: (changeId) => earlierChange(ledger, changes, (document) => unseal(secretKey, document), changeId),
      now,
    });
  const cloud = watching?.cloud(provider) ?? provider;
  const logDefect =
    options.logDefect ??
    ((error, where) =>
      process.stderr.write(
        `${JSON.stringify({ level: 'error', where, error: String((error as Error)?.stack ?? error) })}\n`,
      ));
  const offered = options.tools ?? tools;
  const answering = (parts: Omit<CallerParts, 'pipeline'>): CallerParts => {
    const pipeline = createPipeline({
      ...parts,
      tools: offered,
      cloud,
      ledger,
      now,
      logDefect,
      keyedDigest,
      seal: sealUp,
      wording: agentWording,
      answerWithinMilliseconds: options.answerWithinMilliseconds ?? 40_000,
    });
    return { ...parts, pipeline: watching?.pipeline(pipeline, offered) ?? pipeline };
  };
  const whoWas = (seq: number) => directoryAt(ledger, seq, policyFile);
  // Loaded when something is executed: a server for an agent never does.
  const loaded = async (): Promise<Executor> => {
    const { createExecutor } = await import('./execute/executor.ts');
    const people = policyFile?.people ?? [];
    const during = watching?.during ?? unwatched;
    return createExecutor({ ledger, changes, policy, cloud, owners, now, people, directoryAt: whoWas, during });
  };
  const executing: Executor = {
    run: async (changeId, onProgress, how) => (await loaded()).run(changeId, onProgress, how),
    reconcile: async (changeId, how) => (await loaded()).reconcile(changeId, how),
    close: async (changeId, signed) => (await loaded()).close(changeId, signed),
    clean: async (how) => (await loaded()).clean(how),
  };
  return {
    config,
    ledger,
    policyFile,
    ...answering(own),
    partsFor: (caller) => answering(judgingFor(caller)),
    directoryAt: whoWas,
    cloud,
    executor: watching?.executor(executing, ledger) ?? executing,
    owners,
    keyedDigest,
    here,
    seal: sealUp,
    keyOf,
    async whole() {
      return this;
    },
    close: () => ledger.close(),
  };
}

/** The kernel is asked once, and only by who needs it. */
function hereOf({ sshConnection }: Config, seal: (value: unknown) => string): Here {
  let client: Client | undefined;
  return {
    server: serverHere(),
    client() {
      client ??= clientOf(sshConnection);
      return client;
    },
    seal,
  };
}

/** The roles of an AWS account, as texts. */
export async function awsRoles() {
  const [template, control] = await Promise.all([
    import('./providers/aws/roles/template.ts'),
    import('./providers/aws/roles/service-control.ts'),
  ]);
  return { rolesTemplate: template.rolesTemplate, serviceControlPolicy: control.serviceControlPolicy };
}

/**
 * The sandbox in this process, its world below `home`.
 *
 * @param seedPath what a new world is filled from, instead of the default one: a file, or a folder with a world.yaml.
 */
export async function openSandbox(
  home: string,
  pace = 1,
  seedPath?: string,
): Promise<NonNullable<AppOptions['sandbox']> & { sandbox: Sandbox }> {
  const [{ openWorld }, { createSandbox, sandboxRequestHandler }, { seedDefault }, { seedFrom }] = await Promise.all([
    import('./sandbox/world.ts'),
    import('./sandbox/cloud.ts'),
    import('./sandbox/seed.ts'),
    import('./sandbox/seed-file.ts'),
  ]);
  const seed =
    seedPath === undefined
      ? { fill: seedDefault }
      : { name: resolve(seedPath), fill: (world: World) => seedFrom(world, seedPath) };
  const store = openWorld(home, { pace, seed });
  const sandbox = createSandbox(store);
  return { store, sandbox, requestHandler: sandboxRequestHandler(sandbox) };
}
