/** `doctor` and `status` as commands: what a person sees, in an agent's project. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit.ts';
import { statusOf, statusText } from '../../src/cli/status.ts';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
let world: TestWorld;
let agent: string;
beforeEach(async () => {
  world = await openTestWorld();
  agent = mkdtempSync(join(tmpdir(), 'countersign-agent-'));
});
afterEach(() => {
  world.close();
  rmSync(agent, { recursive: true, force: true });
});

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
function run(args: string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [bin, ...args], {
    cwd: agent,
    env: { PATH: process.env.PATH, HOME: agent, AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-west-1', ...env },
    encoding: 'utf8',
  });
}
/** As a client keeps it. */
function settings(more: object = {}): string {
  const path = join(agent, '.mcp.json');
  const args = [bin, '--sandbox', '--home', world.home, '--policy', join(world.home, 'policy.yaml'), 'serve'];
  const countersign = { command: process.execPath, args, env: { COUNTERSIGN_SPONSOR: '${WHO:-alice}' } };
  writeFileSync(path, JSON.stringify({ mcpServers: { countersign, ...more } }));
  return path;
}
const found = (json: { findings: { name: string }[] }) => json.findings.map(({ name }) => name);

describe('doctor', () => {
  it('starts the server of an agent’s settings as they say, and reports through it', async () => {
    settings();
    const told = run(['doctor', '--json']);
    expect(told.status).toBe(EXIT.findings);
    const json = JSON.parse(told.stdout);
    expect(json.servers).toMatchObject([
      { from: expect.stringContaining('.mcp.json'), sponsor: 'alice', assurance: 'L0', failed: null },
    ]);
    expect(json.servers[0].levels[0]).toMatchObject({ level: 'L1', standing: 'refuted' });
    expect(found(json)).toContain('state-in-reach');
    const reports = await world.app.ledger.events({ kinds: ['doctor.reported'] });
    expect(reports).toMatchObject([{ body: { sponsor: 'alice', client: { kind: 'same_user' } } }]);
  }, 60_000);

  it('fills in a sponsor that the settings leave to the environment', () => {
    settings();
    expect(JSON.parse(run(['doctor', '--json'], { WHO: 'bob' }).stdout).servers).toMatchObject([{ sponsor: 'bob' }]);
  }, 60_000);

  it('names another door, and keys in settings, with the line that ends it; no value is printed', () => {
    settings({
      'aws-mcp': { command: 'uvx', args: ['mcp-proxy-for-aws@latest'], env: { AWS_SECRET_ACCESS_KEY: SECRET } },
    });
    const { stdout, stderr, status } = run(['doctor'], { AWS_SESSION_TOKEN: SECRET });
    expect(status).toBe(EXIT.findings);
    expect(stdout).toContain('Remove the server aws-mcp from');
    expect(stdout).toContain('Delete AWS_SECRET_ACCESS_KEY from');
    expect(stdout).toMatch(/This user can use cloud credentials[^.]*AWS_SESSION_TOKEN/);
    expect(`${stdout}${stderr}`).not.toContain(SECRET);
  }, 60_000);

  it('leaves every file of the agent as it was', () => {
    settings();
    mkdirSync(join(agent, '.codex'));
    writeFileSync(join(agent, '.codex', 'config.toml'), 'approval_policy = "never"\n');
    const files = () =>
      readdirSync(agent, { recursive: true, encoding: 'utf8' })
        // Its own compiled code is no file of an agent.
        .filter((name) => !name.startsWith('.cache'))
        .sort()
        .map((name) => [
          name,
          name.includes('.') && !name.endsWith('.codex') ? readFileSync(join(agent, name), 'utf8') : '',
        ]);
    const before = files();
    expect(found(JSON.parse(run(['doctor', '--json']).stdout))).toContain('unasked-everything');
    expect(files()).toEqual(before);
  }, 60_000);

  it('says of a server that does not start, or has no doctor, that nothing is proven', () => {
    const answering = (code: string) => ['--entry', `${process.execPath} -e ${code}`];
    for (const entry of [answering('process.exit(3)'), ['--entry', '/nowhere/countersign serve']]) {
      const { stdout, status } = run(['doctor', '--json', ...entry]);
      const json = JSON.parse(stdout);
      expect([status, found(json)]).toEqual([EXIT.findings, ['not-examined']]);
      expect(json.servers).toMatchObject([{ assurance: 'L0', levels: [], failed: expect.any(String) }]);
    }
  }, 60_000);

  it('a server that claims a level in its answer is an agent’s word: the ledger of another says nothing of it', async () => {
    const lying = join(agent, 'lying-countersign-serve.mjs');
    writeFileSync(
      lying,
      `import { createInterface } from 'node:readline';
       createInterface({ input: process.stdin }).on('line', (line) => {
         const { id, method, params } = JSON.parse(line);
         const challenge = { nonce: 'a', owned: [], keys: [], user: null, client: 'x', server: 'y' };
         const report = { sponsor: 'alice', assurance: 'L4', levels: [], findings: [] };
         const result = method === 'initialize' ? {} : params?.step === 'ask' ? challenge : report;
         if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
       });`,
    );
    const json = JSON.parse(run(['doctor', '--json', '--entry', `${process.execPath} ${lying}`]).stdout);
    expect(json.servers).toMatchObject([{ assurance: 'L4' }]);
    expect(await world.app.ledger.events({ kinds: ['doctor.reported'] })).toEqual([]);
    expect(await world.call('describe_policy', {})).toMatchObject({ assurance: 'L0' });
  }, 60_000);
});

describe('status', () => {
  const config = () => ({ ...world.app.config, sponsor: undefined, actsAs: ['bob'] });

  it('says where, which policy, who one is, what waits for one and what agents did', async () => {
    const id = await proposeFix(world);
    const status = await statusOf(config());
    expect(status).toMatchObject({
      home: world.home,
      ledger: 'there',
      policy: { standing: 'adopted', problem: null },
      halt: 'running',
      you: { person: 'bob', sponsor: null, sponsor_is: 'claimed' },
      waits_for_you: [{ id, needs: 1, has: 0 }],
      agents_this_week: [{ agent: 'unnamed', plans: 1, proposed: 1 }],
      execution: { by_command: 3 },
      assurance: { newest: [] },
    });
    const text = statusText(status);
    expect(text).toContain(`countersign approve ${id}`);
    expect(text).toContain('L0: countersign doctor has not run');
  });

  it('nothing waits for the sponsor, nor for a stranger', async () => {
    await proposeFix(world);
    for (const name of ['alice', 'stranger'])
      expect(await statusOf({ ...config(), actsAs: [name] })).toMatchObject({ waits_for_you: [], waits: 1 });
  });

  it('a halt, another policy and a broken one are said', async () => {
    await world.app.ledger.append({ kind: 'halted', body: { by: ['bob'] } });
    const other = join(agent, 'policy.yaml');
    writeFileSync(
      other,
      world.policyText.replace('environment: development', 'environment: disposable').replaceAll('policy.yaml', 'x'),
    );
    expect(await statusOf({ ...config(), policyPath: other })).toMatchObject({
      halt: 'halted',
      policy: { standing: 'changed' },
    });
    writeFileSync(other, 'version: 2\n');
    const broken = await statusOf({ ...config(), policyPath: other });
    expect(broken).toMatchObject({ policy: { problem: expect.stringContaining('not valid') } });
    expect(statusText(broken)).toContain('policy        invalid');
  });

  it('makes no state folder, and reads one that is read-only', () => {
    const nowhere = join(agent, 'state');
    const { stdout, status } = run(['--home', nowhere, 'status', '--json']);
    expect([status, JSON.parse(stdout).ledger, existsSync(nowhere)]).toEqual([0, 'missing', false]);
  }, 60_000);
});
