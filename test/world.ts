/** A whole countersign for tests: sandbox at pace 0, a policy with three people who have real OpenSSH keys. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POLICY_NAMESPACE } from '../src/approvals/ssh-signature.ts';
import { adoptionPorts } from '../src/cli/policy-adopt.ts';
import type { AppOptions } from '../src/compose.ts';
import { type App, createApp, openSandbox } from '../src/compose.ts';
import { readConfig } from '../src/config.ts';
import type { Change } from '../src/core/change.ts';
import type { Owners } from '../src/core/owner.ts';
import { createExecutor } from '../src/execute/executor.ts';
import { proposePolicy, signPolicy, toSign } from '../src/policy/adopt.ts';
import { adoptFirst } from '../src/policy/pin.ts';
import { createSandbox, sandboxRequestHandler, type WireRequest, type WireResponse } from '../src/sandbox/cloud.ts';

export const STACK = 'cost-explorer-prod';
export const DEV_STACK = 'cost-explorer-dev';

export interface TestWorld {
  home: string;
  /** Reads the policy file again after an adoption, as a running server does. */
  readonly app: App;
  keyOf(person: string): string;
  publicKeyOf(person: string): string;
  /** The same state, seen by another process: its own ledger handle, sponsor and clock. */
  another(options?: {
    sponsor?: string | undefined;
    now?: () => Date;
    actsAs?: string[];
    /** An edit of the policy file, adopted by those of the world's people who may. */
    policy?: string;
    /** Another file, which nobody adopts. */
    policyPath?: string | undefined;
    home?: string;
    templateRoots?: string[];
    answerWithinMilliseconds?: number;
    proxy?: CloudProxy;
    openLedger?: NonNullable<AppOptions['openLedger']>;
    /** Where its process runs. */
    host?: string;
    /** Those of this machine, in place of the world's own. */
    owners?: Owners;
  }): Promise<App>;
  /** Ends the process of this app, whatever it is at. */
  kill(app: App): void;
  /** The cloud's clock goes on, and nothing else: signatures grow old. */
  age(minutes: number): void;
  writes(): { service: string; operation: string; class: string }[];
  call(tool: string, input: unknown): Promise<Record<string, unknown>>;
  execute(changeId: string, app?: App, onProgress?: (text: string) => void): Promise<Change>;
  policyText: string;
  store: Awaited<ReturnType<typeof openSandbox>>['store'];
  close(): void;
}

/** Each app is a process of its own, on one host unless said. */
function processes() {
  const running = new Map<string, Owners>();
  let pid = 0;
  return {
    start(host = 'here'): Owners {
      pid += 1;
      const own = { host, boot: 'b', space: 's', pid, started: String(pid) };
      const owners: Owners = {
        begin() {
          const token = `${own.pid}/${running.size}/${Math.random()}`;
          running.set(token, owners);
          return { owner: { token, ...own }, end: () => void running.delete(token) };
        },
        presenceOf: (owner) => (owner.host !== host ? 'elsewhere' : running.has(owner.token) ? 'alive' : 'dead'),
      };
      return owners;
    },
    kill(owners: Owners) {
      for (const [token, of] of running) if (of === owners) running.delete(token);
    },
  };
}

const keyPairs = new Map<string, { privateKey: string; publicKey: string }>();
/** Made once for each name and process: ssh-keygen is the slowest part of a world. */
function keyPair(name: string) {
  const known = keyPairs.get(name);
  if (known) return known;
  const folder = mkdtempSync(join(tmpdir(), 'countersign-keys-'));
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path]);
  const pair = { privateKey: readFileSync(path, 'utf8'), publicKey: readFileSync(`${path}.pub`, 'utf8') };
  rmSync(folder, { recursive: true });
  keyPairs.set(name, pair);
  return pair;
}

/** What stands between a process and the cloud, and may answer in its place. */
export type CloudProxy = (request: WireRequest, forward: () => Promise<WireResponse>) => Promise<WireResponse>;
export function behind({ store }: Pick<TestWorld, 'store'>, proxy: CloudProxy) {
  const sandbox = createSandbox(store);
  return sandboxRequestHandler({ ...sandbox, respond: (request) => proxy(request, () => sandbox.respond(request)) });
}

/** The same process, with another cloud. */
export function withCloud(app: App, cloud: Partial<App['cloud']>, now = () => new Date()): App {
  const ports = {
    ...app,
    cloud: { ...app.cloud, ...cloud },
    people: app.policyFile?.people ?? [],
    now,
  };
  return { ...app, cloud: ports.cloud, executor: createExecutor(ports) };
}

/** Settings of an SDK client of somebody else's, who does not come through countersign. */
export const pastCountersign = ({ store }: Pick<TestWorld, 'store'>) => ({
  region: 'eu-west-1',
  endpoint: 'http://sandbox.invalid',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  requestHandler: sandboxRequestHandler(createSandbox(store)) as never,
});

/** Adopts an edit with the signatures that the policy in force asks for. @returns whether the policy is another now. */
export async function adopt(app: App, home: string): Promise<boolean> {
  if ((await app.policy.standing()) !== 'changed') return false;
  const ports = adoptionPorts(app);
  let adoption = await proposePolicy(ports, app.policyFile!);
  for (const person of ['bob', 'carol', 'alice']) {
    if (adoption.state === 'adopted') return true;
    if (!adoption.mayStillSign.includes(person)) continue;
    adoption = await signPolicy(ports, signatureBy(join(home, person), (await toSign(app.ledger)).statement));
  }
  if (adoption.state === 'adopted') return true;
  throw new Error(`nobody can adopt this policy: ${JSON.stringify(adoption)}`);
}

/** By OpenSSH's own program. */
export function signatureBy(key: string, statement: string, namespace = POLICY_NAMESPACE): string {
  return execFileSync('ssh-keygen', ['-Y', 'sign', '-q', '-n', namespace, '-f', key], {
    input: statement,
    encoding: 'utf8',
  });
}

/** @param ledgerUrl of a ledger in PostgreSQL, in place of one in the folder. */
export async function openTestWorld(ledgerUrl?: string): Promise<TestWorld> {
  const home = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  const publicKey = (name: string) => {
    const pair = keyPair(name);
    writeFileSync(join(home, name), pair.privateKey, { mode: 0o600 });
    writeFileSync(join(home, `${name}.pub`), pair.publicKey);
    return pair.publicKey.trim().split(' ').slice(0, 2).join(' ');
  };
  publicKey('stranger');
  const policyText = `version: 1
accounts:
  main: { id: "123456789012", regions: [eu-west-1] }
scopes:
  - { account: main, stacks: ["*-prod"], environment: production, execute: by_command }
  - { account: main, stacks: ["*-dev"], environment: development, execute: by_command }
  - { account: main, ids: ["*"], environment: production, execute: by_command }
people:
  alice: { signs_in_as: [alice], roles: [dev], keys: ["${publicKey('alice')}"] }
  bob: { signs_in_as: [bob], roles: [sre], keys: ["${publicKey('bob')}", "${publicKey('bob2')}"] }
  carol: { signs_in_as: [carol], roles: [data], keys: ["${publicKey('carol')}"] }
`;
  const policyPath = join(home, 'policy.yaml');
  writeFileSync(policyPath, policyText);
  const sandbox = await openSandbox(home, 0);
  const apps: App[] = [];
  const machine = processes();
  const open = (options: Parameters<TestWorld['another']>[0] = {}): App => {
    if (options.policy !== undefined) writeFileSync(policyPath, options.policy);
    const config = {
      ...readConfig({ home: options.home ?? home, ledger: ledgerUrl }),
      policyPath: 'policyPath' in options ? options.policyPath : policyPath,
      region: 'eu-west-1',
      endpointUrl: undefined,
      actsAs: options.actsAs ?? ['nobody'],
      sponsor: 'sponsor' in options ? options.sponsor : 'alice',
      ...(options.templateRoots ? { templateRoots: options.templateRoots } : {}),
    };
    const app = createApp(config, {
      sandbox: options.proxy ? { ...sandbox, requestHandler: behind(sandbox, options.proxy) } : sandbox,
      logDefect: () => undefined,
      owners: options.owners ?? machine.start(options.host),
      ...(options.now ? { now: options.now } : {}),
      ...(options.openLedger ? { openLedger: options.openLedger } : {}),
      ...(options.answerWithinMilliseconds ? { answerWithinMilliseconds: options.answerWithinMilliseconds } : {}),
    });
    apps.push(app);
    return app;
  };
  const another: TestWorld['another'] = async (options = {}) => {
    const app = open(options);
    if (options.policy !== undefined && (await adopt(app, home))) base = undefined;
    return app;
  };
  let base: App | undefined = open();
  await adoptFirst(base.ledger, base.policyFile!, ['test']);
  const current = () => {
    base ??= open();
    return base;
  };
  const call: TestWorld['call'] = async (tool, input) => {
    const answer = await current().pipeline(tool, input);
    return answer.ok ? answer.content : { ...answer.error };
  };
  return {
    home,
    get app() {
      return current();
    },
    another,
    kill: ({ owners }) => machine.kill(owners),
    age: (minutes) => sandbox.store.advanceClock(minutes * 60_000),
    call,
    policyText,
    store: sandbox.store,
    keyOf: (person) => join(home, person),
    publicKeyOf: publicKey,
    writes: () => sandbox.store.calls().filter((made) => made.class === 'write'),
    execute: (id, by = current(), onProgress) => by.executor.run(id, onProgress),
    close() {
      for (const one of apps) one.close();
      sandbox.store.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A pending change in production: memory of a function, in place. */
export async function proposeFix(world: TestWorld, memory = 1024, stack = STACK): Promise<string> {
  const plan = await world.call('plan_stack_update', {
    stack,
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: memory }],
  });
  const change = await world.call('propose_change', { plan_id: plan.plan_id, goal: 'fix', reason: 'more memory' });
  return String(change.change_id);
}
