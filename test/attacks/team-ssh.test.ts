/** Team use over a real sshd: each key is one person, whatever its holder asks for; and doctor proves how far. */
import { execFileSync, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canBeAnother, type Guard, hasSshd, NOBODY, startSshd } from '../doctor/sshd.ts';
import { needs } from '../needs.ts';
import { openTestWorld, proposeFix, STACK, signatureBy, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
const NAMESPACE = 'countersign-approval@v1';
const OFF = { AWS_EC2_METADATA_DISABLED: 'true' };
let world: TestWorld;
let guard: Guard;
beforeEach(async (context) => {
  needs(context, 'sshd', hasSshd);
  world = await openTestWorld();
  guard = await startSshd();
});
afterEach(() => {
  guard?.stop();
  world?.close();
});

const program = () =>
  `${process.execPath} ${bin} --sandbox --home ${world.home} --policy ${join(world.home, 'policy.yaml')}`;
const serving = (person: string) =>
  `command="AWS_REGION=eu-west-1 COUNTERSIGN_SPONSOR=${person} ${program()} serve",restrict`;
const signing = (person: string) => `command="AWS_REGION=eu-west-1 ${program()} ssh ${person}",restrict`;

/** The answer of a tool, from a real client over ssh. */
async function asked(
  key: string,
  tool: string,
  input: Record<string, unknown> = {},
  more: readonly string[] = [],
  words = ['countersign', 'serve'],
) {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StdioClientTransport({ command: 'ssh', args: guard.client(key, words, more) }));
  try {
    return (await client.callTool({ name: tool, arguments: input })).structuredContent as Record<string, unknown>;
  } finally {
    await client.close();
  }
}
const over = (key: string, words: readonly string[], input = '') => {
  const { stdout, stderr, status } = spawnSync('ssh', guard.client(key, words), { input, encoding: 'utf8' });
  return { stdout, stderr, status };
};

describe('MCP over ssh', () => {
  it('two people with two keys are two sponsors, and one’s agent cannot withdraw the other’s change', async () => {
    const [alice, bob] = [guard.admit('key-a', serving('alice')), guard.admit('key-b', serving('bob'))];
    expect(await asked(alice, 'describe_policy')).toMatchObject({ sponsor: expect.stringMatching(/^alice/) });
    expect(await asked(bob, 'describe_policy')).toMatchObject({ sponsor: expect.stringMatching(/^bob/) });
    const id = await proposeFix(world);
    expect(await asked(bob, 'withdraw_change', { change_id: id })).toBeUndefined();
    expect(await world.app.changes.find(id)).toMatchObject({ state: 'pending', sponsor: 'alice' });
    expect(await asked(alice, 'withdraw_change', { change_id: id })).toMatchObject({ state: 'withdrawn' });
  }, 60_000);

  it.each<[string, readonly string[], string[]]>([
    ['a variable that is sent', ['-o', 'SetEnv=COUNTERSIGN_SPONSOR=bob'], ['countersign', 'serve']],
    ['a variable in the command', [], ['COUNTERSIGN_SPONSOR=bob', 'countersign', 'serve']],
    ['another command', [], ['countersign', 'ssh', 'bob']],
    ['a command that ends the forced one', [], [';', 'COUNTERSIGN_SPONSOR=bob', 'countersign', 'serve']],
    ['another state folder', ['-o', 'SetEnv=COUNTERSIGN_HOME=/tmp/x'], ['countersign', '--home', '/tmp/x', 'serve']],
  ])(
    'a person does not become another by %s',
    async (_what, more, words) => {
      const key = guard.admit('key-a', serving('alice'));
      const told = await asked(key, 'describe_policy', {}, more, words);
      expect(told).toMatchObject({ policy: 'in force', sponsor: expect.stringMatching(/^alice/) });
    },
    60_000,
  );

  it('nor where sshd takes every variable', async () => {
    guard.stop();
    guard = await startSshd(['AcceptEnv *']);
    const key = guard.admit('key-a', serving('alice'));
    const told = await asked(key, 'describe_policy', {}, ['-o', 'SetEnv=COUNTERSIGN_SPONSOR=bob']);
    expect(told).toMatchObject({ sponsor: expect.stringMatching(/^alice/) });
  }, 60_000);

  it('restrict leaves no terminal and no forwarding', () => {
    const key = guard.admit('key-a', serving('alice'));
    const { status } = spawnSync(
      'ssh',
      guard.client(key, [], ['-N', '-o', 'ExitOnForwardFailure=yes', '-R', '0:127.0.0.1:9']),
      { timeout: 20_000 },
    );
    expect(status).toBe(255);
  }, 60_000);
});

describe('a person who signs over ssh', () => {
  it('reads the statement there, signs it here, and sends the signature back', async () => {
    const id = await proposeFix(world);
    const key = guard.admit('key-b', signing('bob'));
    expect(over(key, ['countersign', 'show', id]).stdout).toContain('MemorySize');
    const statement = over(key, ['countersign', 'show', id, '--statement']).stdout;
    const pipe = `ssh "$@" countersign show ${id} --statement | ssh-keygen -Y sign -q -n ${NAMESPACE} -f ${world.keyOf('bob')} | ssh "$@" countersign approve ${id} --signature -`;
    const told = execFileSync('sh', ['-c', pipe, 'sh', ...guard.client(key, [])], { encoding: 'utf8' });
    expect(told).toContain(`${id} is approved.`);
    expect(await world.app.changes.find(id)).toMatchObject({
      state: 'approved',
      approvals: [{ person: 'bob', statement }],
    });
  }, 60_000);

  it('signs as nobody else, with nobody else’s key', async () => {
    const id = await proposeFix(world);
    const key = guard.admit('key-b', signing('bob'));
    const carols = over(key, ['countersign', 'show', id, '--statement', '--as', 'carol']);
    expect([carols.stdout, carols.stderr]).toEqual(['', expect.stringContaining('INPUT_INVALID')]);
    const statement = over(key, ['countersign', 'show', id, '--statement']).stdout;
    const { stderr } = over(
      key,
      ['countersign', 'approve', id, '--signature', '-'],
      signatureBy(world.keyOf('carol'), statement, NAMESPACE),
    );
    expect(stderr).toMatch(/APPROVAL_|INPUT_SIGNATURE_INVALID/);
    expect(await world.app.changes.find(id)).toMatchObject({ state: 'pending', approvals: [] });
  }, 60_000);

  it.each([
    ['a shell', []],
    ['a command of the system', ['id']],
    ['execution', ['countersign', 'execute', 'chg_1']],
    ['a policy', ['countersign', 'policy', 'adopt']],
    ['the halt', ['countersign', 'resume']],
    ['a second command behind one that is allowed', ['countersign', 'changes', ';', 'id']],
    ['a substitution', ['countersign', 'show', '$(id)']],
    ['a file to write', ['countersign', 'show', 'chg_1', '--bundle', '/tmp/x']],
    ['a file to read', ['countersign', 'approve', 'chg_1', '--signature', '/etc/passwd']],
    ['a key of the server', ['countersign', 'approve', 'chg_1', '--key', '/root/.ssh/id_ed25519']],
  ])(
    'gets nothing else: %s',
    (_what, words) => {
      const key = guard.admit('key-b', signing('bob'));
      const { stdout, stderr, status } = over(key, words);
      expect([stdout, stderr, status]).toEqual(['', expect.stringContaining('INPUT_INVALID'), 1]);
    },
    60_000,
  );

  it('is told what waits for them', async () => {
    const id = await proposeFix(world);
    const key = guard.admit('key-b', signing('bob'));
    expect(over(key, ['countersign', 'status']).stdout).toMatch(new RegExp(`WAITS FOR YOU\\n {2}${id}`));
  }, 60_000);
});

describe('doctor, through ssh', () => {
  interface Told {
    servers: {
      assurance: string;
      sponsor: string;
      levels: { level: string; standing: string; why: string }[];
      failed: string | null;
    }[];
    findings: { name: string; what: string }[];
  }
  function doctor(key: string, as: SpawnOptions = {}): Told {
    const home = mkdtempSync(join(tmpdir(), 'countersign-agent-'));
    if (as.uid !== undefined) execFileSync('chown', [String(as.uid), home]);
    const entry = ['ssh', ...guard.client(key, ['countersign', 'serve'])].join(' ');
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [bin, 'doctor', '--json', '--project', home, '--entry', entry],
      {
        ...as,
        cwd: '/',
        env: { PATH: process.env.PATH, HOME: home, ...OFF },
        encoding: 'utf8',
      },
    );
    rmSync(home, { recursive: true, force: true });
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout);
  }
  const nobody = { uid: NOBODY, gid: NOBODY };

  it('the same user on the same machine stays at L0', () => {
    const told = doctor(guard.admit('key-a', serving('alice')));
    expect(told.servers).toMatchObject([{ assurance: 'L0', sponsor: 'alice', failed: null }]);
    expect(told.servers[0]!.levels[0]).toMatchObject({
      level: 'L1',
      standing: process.geteuid?.() === 0 ? 'refuted' : 'unknown',
    });
  }, 60_000);

  it('another user proves L1; plans, changes and people are told so, and the first user’s are not', async (context) => {
    needs(context, 'other-user', canBeAnother(bin));
    const key = guard.admit('key-a', serving('alice'));
    const theirs = guard.handTo(NOBODY, key);
    const before = await told(theirs, [['describe_policy', {}]]);
    expect(before).toMatchObject([{ assurance: 'L0', sponsor: expect.stringContaining('claimed') }]);
    const { servers, findings } = doctor(theirs, nobody);
    expect(servers).toMatchObject([{ assurance: 'L1', sponsor: 'alice', failed: null }]);
    expect(servers[0]!.levels[0]).toMatchObject({ standing: 'proven', why: expect.stringContaining(`uid ${NOBODY}`) });
    expect(servers[0]!.levels[1]).toMatchObject({
      level: 'L2',
      standing: 'refuted',
      why: expect.stringContaining('software key'),
    });
    expect(findings.map(({ name }) => name)).toEqual([]);
    const set = { stack: STACK, set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }] };
    const [policy, plan] = await told(theirs, [
      ['describe_policy', {}],
      ['plan_stack_update', set],
    ]);
    expect(policy).toMatchObject({ assurance: 'L1', sponsor: expect.stringContaining('proven') });
    expect(plan).toMatchObject({ assurance: 'L1' });
    const [change] = await told(theirs, [
      ['propose_change', { plan_id: plan!.plan_id, goal: 'fix', reason: 'more memory' }],
    ]);
    expect(await world.app.changes.find(String(change!.change_id))).toMatchObject({ assurance: 'L1' });
    // The same key in the hands of the server's own user: its report is not theirs.
    expect(await asked(key, 'describe_policy')).toMatchObject({ assurance: 'L0' });
  }, 120_000);

  it('a key that gives a shell refutes L1, and is named with its line', (context) => {
    needs(context, 'other-user', canBeAnother(bin));
    const theirs = guard.handTo(NOBODY, guard.admit('key-a', serving('alice')));
    guard.admit('key-admin', '');
    const { servers, findings } = doctor(theirs, nobody);
    expect(servers).toMatchObject([{ assurance: 'L0' }]);
    expect(findings).toMatchObject([{ name: 'shell-by-key', at: `${guard.folder}/authorized_keys:2` }]);
  }, 60_000);

  it('a state folder that the other user can enter refutes L1', (context) => {
    needs(context, 'other-user', canBeAnother(bin));
    const theirs = guard.handTo(NOBODY, guard.admit('key-a', serving('alice')));
    execFileSync('chmod', ['-R', 'go+rX', world.home]);
    const { servers, findings } = doctor(theirs, nobody);
    expect(servers).toMatchObject([{ assurance: 'L0' }]);
    expect(findings.map(({ name }) => name)).toContain('state-in-reach');
  }, 60_000);

  it('a client that says by a variable that it is on another host is not believed', () => {
    const { stdout } = spawnSync(process.execPath, [bin, 'doctor', '--json', '--entry', `${program()} serve`], {
      env: { PATH: process.env.PATH, HOME: world.home, SSH_CONNECTION: '203.0.113.7 1 10.0.0.1 22', ...OFF },
      encoding: 'utf8',
    });
    const told: Told = JSON.parse(stdout);
    expect(told.servers).toMatchObject([{ assurance: 'L0', failed: null }]);
    expect(told.servers[0]!.levels[0]).toMatchObject({ level: 'L1', why: expect.not.stringContaining('203.0.113.7') });
  }, 60_000);

  /** Calls of tools by another user, one after the other. */
  function told(key: string, calls: [string, object][]): Promise<Record<string, unknown>[]> {
    return new Promise((resolve, reject) => {
      const child = spawn('ssh', guard.client(key, ['countersign', 'serve']), {
        ...nobody,
        cwd: '/',
        env: { PATH: process.env.PATH },
      });
      const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
      const answers: Record<string, unknown>[] = [];
      const next = () => {
        const call = calls[answers.length];
        if (call) send({ id: answers.length + 1, method: 'tools/call', params: { name: call[0], arguments: call[1] } });
        else {
          child.stdin.end();
          child.kill();
          resolve(answers);
        }
      };
      child.stderr.on('data', (chunk) => reject(new Error(String(chunk))));
      createInterface({ input: child.stdout }).on('line', (line) => {
        const { id, result } = JSON.parse(line);
        if (id === 0) send({ method: 'notifications/initialized' });
        else answers.push(result.structuredContent ?? result);
        next();
      });
      send({
        id: 0,
        method: 'initialize',
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
      });
    });
  }
});
