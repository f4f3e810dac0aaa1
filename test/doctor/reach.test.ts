/** What a user can reach, tried for real: files, keys of OpenSSH's own programs, an agent, a metadata service. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keysIn, keysOfAgent } from '../../src/doctor/private-keys.ts';
import { type Challenge, tryAll } from '../../src/doctor/reach.ts';
import { findingsOf } from '../../src/doctor/reached-findings.ts';
import { providerOutside } from '../../src/providers/index.ts';

let home: string;
let started: ChildProcess[] = [];
let servers: Server[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'countersign-reach-'));
  mkdirSync(join(home, '.ssh'), { mode: 0o700 });
});
afterEach(async () => {
  for (const one of started) one.kill();
  for (const one of servers) one.close();
  [started, servers] = [[], []];
  rmSync(home, { recursive: true, force: true });
});

function keyFile(name: string, passphrase = '', type = 'ed25519'): string {
  const path = join(home, '.ssh', name);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', name, '-f', path]);
  return path;
}
const fingerprint = (path: string) =>
  execFileSync('ssh-keygen', ['-lf', `${path}.pub`], { encoding: 'utf8' }).split(' ')[1]!;
const OFF = { AWS_EC2_METADATA_DISABLED: 'true' };
const CHALLENGE: Challenge = { nonce: '', owned: [], keys: [], user: null, client: '', server: '' };
const tried = (challenge: Partial<Challenge> = {}, variables: Record<string, string> = OFF) =>
  tryAll({ ...CHALLENGE, ...challenge }, providerOutside.credentials, { home, variables, fetch });

describe('private keys', () => {
  it.each(['ed25519', 'rsa', 'ecdsa'])('of %s are known by their public half, a passphrase or not', (type) => {
    const open = keyFile('open', '', type);
    const guarded = keyFile('guarded', 'a passphrase', type);
    const found = keysIn(join(home, '.ssh'));
    expect(found.map((one) => [one.at, one.fingerprint, one.isEncrypted]).sort()).toEqual(
      [
        [guarded, fingerprint(guarded), true],
        [open, fingerprint(open), false],
      ].sort(),
    );
  });
  it('of a person in the policy are told by file, only where no passphrase guards them', async () => {
    const open = keyFile('open');
    const guarded = keyFile('guarded', 'a passphrase');
    keyFile('unrelated');
    const keys = [open, guarded].map((path, index) => ({
      person: ['bob', 'carol'][index]!,
      fingerprint: fingerprint(path),
    }));
    expect(await tried({ keys })).toEqual([{ what: 'key of bob', how: 'use', at: open }]);
  });
  it('in a running ssh-agent are told', async () => {
    const path = keyFile('loaded', '');
    const socket = join(home, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket]);
    started.push(agent);
    await once(agent.stdout, 'data');
    execFileSync('ssh-add', ['-q', path], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    const print = fingerprint(path);
    rmSync(path);
    expect(await keysOfAgent(socket)).toMatchObject([{ fingerprint: print }]);
    expect(await tried({ keys: [{ person: 'bob', fingerprint: print }] }, { ...OFF, SSH_AUTH_SOCK: socket })).toEqual([
      { what: 'key of bob', how: 'use', at: socket },
    ]);
  });
  it('of no agent, and of one that speaks otherwise, are none', async () => {
    expect(await keysOfAgent(join(home, 'none'))).toEqual([]);
    expect(await keysOfAgent(undefined)).toEqual([]);
    writeFileSync(join(home, '.ssh', 'junk'), '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END');
    expect(keysIn(join(home, '.ssh'))).toEqual([]);
  });
});

describe('cloud credentials', () => {
  it('in variables and files are told by name, and never by value', async () => {
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws', 'credentials'), '[default]\naws_secret_access_key = verysecret\n');
    const reached = await tried({}, { ...OFF, AWS_SECRET_ACCESS_KEY: 'verysecret' });
    expect(reached).toEqual([
      { what: 'cloud credentials', how: 'use', at: 'AWS_SECRET_ACCESS_KEY' },
      { what: 'cloud credentials', how: 'read', at: join(home, '.aws', 'credentials') },
    ]);
    expect(JSON.stringify([reached, findingsOf(reached)])).not.toContain('verysecret');
  });
  it('of the ledger’s database are told by name, and never by value', async () => {
    const reached = await tried({}, { ...OFF, COUNTERSIGN_LEDGER: 'postgres://me:verysecret@db/ledger' });
    expect(reached).toEqual([{ what: 'login of the ledger', how: 'use', at: 'COUNTERSIGN_LEDGER' }]);
    const found = findingsOf(reached);
    expect(found).toMatchObject([{ name: 'ledger-login-in-reach', weight: 'problem' }]);
    expect(JSON.stringify([reached, found])).not.toContain('verysecret');
  });
  it('of a machine that hands them out are told, and asked for once', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('token');
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await tried({}, { AWS_EC2_METADATA_SERVICE_ENDPOINT: url })).toEqual([
      { what: 'credentials of the machine', how: 'use', at: url },
    ]);
    expect(asked).toEqual(['PUT /latest/api/token']);
  });
  it('of a machine that does not answer are none', async () => {
    expect(await tried({}, { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' })).toEqual([]);
  });
});

describe('files that only the server’s user may touch', () => {
  it('are told as written, as read, and as replaceable', async () => {
    const file = join(home, 'ledger.db');
    writeFileSync(file, '');
    const owned = [{ what: 'the ledger', path: file }];
    expect(await tried({ owned })).toEqual([{ what: 'the ledger', how: 'write', at: file }]);
    const missing = [{ what: 'the policy', path: join(home, 'none.yaml') }];
    expect(await tried({ owned: missing })).toEqual([{ what: 'the policy', how: 'write', at: home }]);
  });
  it('of another user are out of reach', async (context) => {
    const { needs } = await import('../needs.ts');
    needs(context, 'root', process.geteuid?.() === 0);
    const file = join(home, 'ledger.db');
    writeFileSync(file, '', { mode: 0o600 });
    const reach = (path: string) => {
      const program = `import { tryAll } from ${JSON.stringify(new URL('../../src/doctor/reach.ts', import.meta.url).pathname)};
        const challenge = { nonce: '', owned: [{ what: 'the ledger', path: ${JSON.stringify(path)} }], keys: [], user: 'root', client: '', server: '' };
        const places = ${JSON.stringify(providerOutside.credentials)};
        console.log(JSON.stringify(await tryAll(challenge, places, { home: '/nonexistent', variables: ${JSON.stringify(OFF)}, fetch })));`;
      const said = execFileSync(
        process.execPath,
        ['--input-type=module', '--experimental-strip-types', '--no-warnings', '-e', program],
        {
          encoding: 'utf8',
          uid: 65_534,
          gid: 65_534,
          cwd: '/',
        },
      );
      return JSON.parse(said);
    };
    expect(reach(file)).toEqual([]);
    chmodSync(home, 0o711);
    chmodSync(file, 0o644);
    expect(reach(file)).toEqual([{ what: 'the ledger', how: 'read', at: file }]);
    chmodSync(home, 0o777);
    expect(reach(file)).toEqual([{ what: 'the ledger', how: 'write', at: home }]);
  });
});

it('every finding says what, why and how it ends', () => {
  const whats = [
    'the ledger',
    'key of bob',
    'cloud credentials',
    'cloud credentials that can write',
    'credentials of the machine',
    'the user guard',
  ];
  const findings = findingsOf(whats.map((what) => ({ what, how: 'use', at: 'there' })));
  expect(new Set(findings.map(({ name }) => name)).size).toBe(whats.length);
  for (const { what, why, fix, weight } of findings) {
    expect([what, why, fix].every((text) => text.length > 10)).toBe(true);
    expect(weight).toBe('problem');
  }
  expect(findingsOf([{ what: 'the policy', how: 'read', at: 'there' }])).toEqual([]);
});
