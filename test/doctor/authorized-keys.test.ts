/** Lines of authorized_keys and sshd's configuration, as people write them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entranceAt, keyFilesOf } from '../../src/doctor/authorized-keys.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample alice@laptop';
const GOOD = `command="COUNTERSIGN_SPONSOR=alice countersign serve",restrict ${KEY}`;
function entrance(keys: string, config = 'AcceptEnv LANG LC_*\n') {
  writeFileSync(join(folder, 'keys'), keys);
  writeFileSync(join(folder, 'config'), config);
  return entranceAt({ config: join(folder, 'config'), keys: [join(folder, 'keys')] }, ['alice', 'bob']);
}
const names = (keys: string, config?: string) => entrance(keys, config).findings.map(({ name }) => name);

describe('a line that only serves one person', () => {
  it.each([
    ['the plain one', GOOD],
    ['options in another order', `restrict,command="COUNTERSIGN_SPONSOR=alice countersign serve" ${KEY}`],
    [
      'a path, a state folder and a policy',
      `command="COUNTERSIGN_SPONSOR=alice /usr/local/bin/countersign --home /srv/guard --policy=/etc/guard/policy.yaml serve",restrict ${KEY}`,
    ],
    [
      'Node and the program by path',
      `command="COUNTERSIGN_SPONSOR=bob exec /usr/bin/node /opt/countersign/bin/countersign.js serve",restrict ${KEY}`,
    ],
    [
      'more variables',
      `command="AWS_PROFILE=planner COUNTERSIGN_SPONSOR=alice AWS_REGION=eu-west-1 countersign serve",restrict ${KEY}`,
    ],
    ['a person who signs', `command="countersign --home /srv/guard ssh bob",restrict ${KEY}`],
    ['an address, and comments', `# alice\n\nfrom="10.0.0.0/8",${GOOD}`],
  ])('%s is closed', (_what, line) => {
    expect(entrance(line)).toMatchObject({ isClosed: true, findings: [] });
  });
});

describe('a line that opens more', () => {
  it.each([
    ['a key alone', KEY, ['shell-by-key']],
    ['restrict alone', `restrict ${KEY}`, ['shell-by-key']],
    ['a pty and no command', `restrict,pty ${KEY}`, ['shell-by-key']],
    [
      'the client’s own words',
      `command="COUNTERSIGN_SPONSOR=alice countersign $SSH_ORIGINAL_COMMAND",restrict ${KEY}`,
      ['command-by-key'],
    ],
    ['a sponsor of the client', `command="countersign serve",restrict ${KEY}`, ['command-by-key']],
    [
      'a sponsor in a variable',
      `command="COUNTERSIGN_SPONSOR=$WHO countersign serve",restrict ${KEY}`,
      ['command-by-key'],
    ],
    [
      'a second command',
      `command="COUNTERSIGN_SPONSOR=alice countersign serve; bash",restrict ${KEY}`,
      ['command-by-key'],
    ],
    [
      'a shell in the background',
      `command="COUNTERSIGN_SPONSOR=alice countersign serve & bash",restrict ${KEY}`,
      ['command-by-key'],
    ],
    ['another program', `command="/usr/bin/git-shell",restrict ${KEY}`, ['command-by-key']],
    ['execution', `command="countersign execute chg_1",restrict ${KEY}`, ['command-by-key']],
    ['no restrict', `command="COUNTERSIGN_SPONSOR=alice countersign serve" ${KEY}`, ['unrestricted-key']],
    ['restrict, and forwarding after it', `port-forwarding,${GOOD}`, ['unrestricted-key']],
    ['restrict, and an agent', GOOD.replace('restrict', 'restrict,agent-forwarding'), ['unrestricted-key']],
    [
      'an authority, and forwarding after it',
      GOOD.replace('restrict', 'restrict,cert-authority,port-forwarding'),
      ['unrestricted-key'],
    ],
    ['variables', `environment="NODE_OPTIONS=--import=/tmp/x.js",${GOOD}`, ['environment-by-key']],
    ['a variable that begins like another', `environment="TZDIR=/tmp/x",${GOOD}`, ['environment-by-key']],
    [
      'a quote inside of the command',
      `command="COUNTERSIGN_SPONSOR=alice countersign serve \\"; bash\\"",restrict ${KEY}`,
      ['command-by-key'],
    ],
    ['the second of two lines', `${GOOD}\n${KEY}`, ['shell-by-key']],
  ])('%s', (_what, line, expected) => {
    const found = entrance(line);
    expect(found.findings.map(({ name }) => name)).toEqual(expected);
    expect(found.isClosed).toBe(false);
    for (const { fix, at } of found.findings) expect(`${fix}${at}`).toContain(folder);
  });
  it('a person who is not in the policy is worth a note', () => {
    expect(entrance(GOOD.replace('alice ', 'mallory '))).toMatchObject({
      isClosed: true,
      findings: [{ name: 'unknown-person', weight: 'note' }],
    });
  });
});

describe('what sshd takes from a client', () => {
  it.each([
    ['AcceptEnv LANG LC_*', []],
    ['', []],
    ['# AcceptEnv *', []],
    ['AcceptEnv COUNTERSIGN_*', ['variables-by-client']],
    ['AcceptEnv LANG *', ['variables-by-client']],
    ['acceptenv NODE_OPTIONS', ['variables-by-client']],
    ['AcceptEnv AWS_PROFILE', ['variables-by-client']],
    ['AcceptEnv COUNTERSIGN_POLICY', ['variables-by-client']],
    ['AcceptEnv AWS_ENDPOINT_URL LD_AUDIT', ['variables-by-client', 'variables-by-client']],
    ['AcceptEnv L*', ['variables-by-client']],
    ['AcceptEnv LANG LANGUAGE LC_* COLORTERM NO_COLOR # and no other', []],
    ['AcceptEnv=NODE_OPTIONS', ['variables-by-client']],
    ['AcceptEnv = "NODE_OPTIONS"', ['variables-by-client']],
    ['Match User guard\n  AcceptEnv NODE_OPTIONS', ['variables-by-client']],
    ['PermitUserEnvironment=yes', ['variables-by-user']],
    ['PermitUserEnvironment yes', ['variables-by-user']],
    ['PermitUserEnvironment no', []],
  ])('%s', (config, expected) => expect(names(GOOD, `${config}\n`)).toEqual(expected));
  it('stands in files that its configuration includes too', () => {
    mkdirSync(join(folder, 'd'));
    writeFileSync(join(folder, 'd', '50.conf'), 'AcceptEnv NODE_OPTIONS\nAuthorizedKeysFile /etc/more/%u\n');
    const config = `Include ${folder}/d/*.conf\n`;
    expect(names(GOOD, config)).toEqual(['variables-by-client']);
    expect(entrance(GOOD, config).findings[0]!.at).toBe(join(folder, 'd', '50.conf'));
    expect(keyFilesOf(join(folder, 'config'), '/home/guard', 'guard')).toEqual(['/etc/more/guard']);
    expect(entrance(GOOD, `Include ${folder}/none/*.conf\n`)).toMatchObject({ isClosed: true });
    // One that is no file that can be read.
    expect(entrance(GOOD, `Include ${folder}/d\n`)).toMatchObject({ isClosed: null });
    expect(entrance(GOOD, `Include ${folder}/config\n`)).toMatchObject({ isClosed: null });
  });
  it('keys that it reads elsewhere are not known', () => {
    expect(entrance(GOOD, 'AuthorizedKeysCommand /usr/bin/keys\n')).toMatchObject({ isClosed: null });
    expect(entrance(GOOD, 'TrustedUserCAKeys /etc/ssh/ca.pub\n')).toMatchObject({ isClosed: null });
    expect(entrance(GOOD, 'AuthorizedKeysCommand="/usr/bin/keys"\n')).toMatchObject({ isClosed: null });
    expect(entrance(GOOD, 'AuthorizedKeysCommand none\n')).toMatchObject({ isClosed: true });
  });
  it('its own files of keys are read', () => {
    const config = join(folder, 'config');
    writeFileSync(config, 'AuthorizedKeysFile /etc/keys/%u %h/.keys none\n');
    expect(keyFilesOf(config, '/home/guard', 'guard')).toEqual(['/etc/keys/guard', '/home/guard/.keys']);
    writeFileSync(config, 'Match User guard\n  AuthorizedKeysFile /etc/keys/%u\n');
    expect(keyFilesOf(config, '/home/guard', 'guard')).toEqual([
      '/home/guard/.ssh/authorized_keys',
      '/home/guard/.ssh/authorized_keys2',
      '/etc/keys/guard',
    ]);
    writeFileSync(config, '');
    expect(keyFilesOf(config, '/home/guard', 'guard')).toEqual([
      '/home/guard/.ssh/authorized_keys',
      '/home/guard/.ssh/authorized_keys2',
    ]);
  });
});
