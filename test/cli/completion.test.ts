/** What is made of the table of commands: completion, the manual page, the page of the documents. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsPage, PAGE } from '../../scripts/commands-doc.ts';
import { commands, GROUPS } from '../../src/cli/commands/index.ts';
import { completed, offeredText } from '../../src/cli/complete.ts';
import { SCRIPTS, SHELLS } from '../../src/cli/completion-scripts.ts';
import { manual, VARIABLES } from '../../src/cli/manual.ts';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';

const root = new URL('../..', import.meta.url).pathname;
let world: TestWorld;
let change: string;
beforeAll(async () => {
  world = await openTestWorld();
  change = await proposeFix(world);
});
afterAll(() => world.close());

const offered = async (...words: string[]) => {
  const table = { commands, groups: GROUPS };
  const { offers, besides } = await completed(['--home', world.home, ...words], table);
  return [...offers.map(({ value }) => value), ...(besides === null ? [] : [`:${besides}`])];
};

describe('completion', () => {
  it.each([
    ['commands', ['ch'], ['changes']],
    ['groups once', ['polic'], ['policy']],
    ['words of a group', ['policy', 'te'], ['test']],
    ['a command below a command', ['init', 'a'], ['aws']],
    ['flags of the command', ['show', '--st'], ['--statement']],
    ['flags of all, before it', ['--san'], ['--sandbox']],
    ['choices', ['changes', '--state', 'succ'], ['succeeded']],
    ['people of the policy', ['show', '--as', 'b'], ['bob']],
    ['accounts', ['run', '--account', 'm'], ['main']],
    ['guards', ['plans', '--guard', 'recr'], ['recreate']],
    ['kinds of events, more than one', ['audit', 'show', '--kind', 'halted', 'resu'], ['resumed']],
    ['files', ['approve', '--key', ''], [':files']],
    ['nothing after the last argument', ['completion', 'bash', ''], []],
    ['no command that is for programs', ['complet'], ['completion']],
    ['nothing for a command that is none', ['nonsense', ''], []],
  ])('offers %s', async (_name, words, expected) => expect(await offered(...words)).toEqual(expected));

  it('offers ids of the state folder that is named, and never fails where there is none', async () => {
    const { planId } = await world.app.changes.find(change);
    expect(await offered('show', 'chg_')).toEqual([change, ':files']);
    expect(await offered('show', change.slice(0, 6))).toEqual([change, ':files']);
    expect(await offered('policy', 'explain', 'plan_')).toEqual([planId, ':files']);
    const table = { commands, groups: GROUPS };
    expect((await completed(['--home', '/nowhere', 'show', ''], table)).offers).toEqual([]);
  });

  it('offers nothing that a shell would run', async () => {
    const evil = [
      {
        name: 'x',
        summary: '',
        options: [],
        arguments: [{ name: 'a', syntax: '<a>', summary: '', choices: ['$(id)', 'a b', 'ok'] }],
      },
    ];
    const { offers } = await completed(['x', ''], { commands: evil, groups: {} });
    expect(offers.map(({ value }) => value)).toEqual(['ok']);
    expect(offeredText({ offers: [{ value: 'ok', about: 'a\nb\tc\u202e' }], besides: 'files' })).toBe(
      'ok\ta b c\\u{202e}\n:files',
    );
  });

  it('works in bash, from the word to the id', () => {
    const script = `countersign() { '${process.execPath}' '${join(root, 'bin/countersign.js')}' "$@"; }
      ${SCRIPTS.bash}
      COMP_WORDS=(countersign --home '${world.home}' show chg_); COMP_CWORD=4; _countersign countersign chg_ show
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8', cwd: world.home });
    expect(output.trim()).toBe(change);
  });

  it.each(SHELLS)('has a script for %s that the shell reads', (shell) => {
    expect(SCRIPTS[shell]).toContain('complete');
    const found = spawnSync(shell, ['-n'], { input: SCRIPTS[shell], encoding: 'utf8' });
    // A shell that is not here reads nothing.
    if (found.error === undefined) expect(found).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('the manual page', () => {
  const page = manual(commands, '1.2.3');
  it('has every command but those for programs, with its flags, and every exit code', () => {
    for (const { name, hidden, options } of commands) {
      expect(page.includes(`.SS countersign ${name.replaceAll('-', '\\-')}`), name).toBe(!hidden);
      for (const { flags } of hidden ? [] : options)
        expect(page).toContain(flags.split(' ')[0]!.replaceAll('-', '\\-'));
    }
    expect(page).toMatch(/^\.SH EXIT STATUS\n\.TP\n0\n/m);
  });
  it('is ASCII, and no line of text is a request', () => {
    expect(page).toMatch(/^[\x20-\x7e\n]*$/);
    const requests = page.split('\n').filter((line) => /^[.']/.test(line));
    for (const line of requests) expect(line).toMatch(/^\.(?:TH|SH|SS|TP|PP|br|nh|ad)\b/);
  });
  it('is read without a warning, where the machine has groff', () => {
    const read = spawnSync('groff', ['-man', '-ww', '-Tutf8', '-z'], { input: page, encoding: 'utf8' });
    if (read.error === undefined) expect(read).toMatchObject({ status: 0, stderr: '' });
  });
  it('names every variable that the configuration reads', () => {
    const source = readFileSync(join(root, 'src/config.ts'), 'utf8');
    const read = [...source.matchAll(/env\.([A-Z_]{2,})/g)].map(([, name]) => name!);
    const known = [...Object.keys(VARIABLES), 'AWS_REGION', 'AWS_DEFAULT_REGION', 'PATH'];
    expect(read.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('docs/commands.md', () => {
  it('is what `npm run docs:commands` writes', () => {
    expect(readFileSync(PAGE, 'utf8'), 'Run `npm run docs:commands`.').toBe(commandsPage());
  });
});
