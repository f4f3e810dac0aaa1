/** The commands called as functions, without a command line; and what `--help` and the documents say of each. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import Database from 'better-sqlite3';
import { Command as Program } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approve as sign } from '../../src/cli/approve.ts';
import type { Command, Context } from '../../src/cli/command.ts';
import { approve } from '../../src/cli/commands/approve.ts';
import { auditCheckpoint } from '../../src/cli/commands/audit-checkpoint.ts';
import { auditVerify } from '../../src/cli/commands/audit-verify.ts';
import { changes } from '../../src/cli/commands/changes.ts';
import { execute } from '../../src/cli/commands/execute.ts';
import { halt } from '../../src/cli/commands/halt.ts';
import { commands, GROUPS } from '../../src/cli/commands/index.ts';
import { policyAdopt } from '../../src/cli/commands/policy-adopt.ts';
import { policyCheck } from '../../src/cli/commands/policy-check.ts';
import { resume } from '../../src/cli/commands/resume.ts';
import { show } from '../../src/cli/commands/show.ts';
import { tool } from '../../src/cli/commands/tool.ts';
import { createContext } from '../../src/cli/context.ts';
import { EXIT, exitRows } from '../../src/cli/exit.ts';
import { registerAll } from '../../src/cli/register.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

const root = new URL('../..', import.meta.url).pathname;

describe('a command called as a function', () => {
  let world: TestWorld;
  let told: string[];
  let context: Context;
  beforeEach(async () => {
    world = await openTestWorld();
    told = [];
    context = createContext({
      config: world.app.config,
      version: '0.0.0',
      sandboxed: true,
      width: 100,
      tell: (text) => void told.push(text),
      note: () => undefined,
    });
  });
  afterEach(() => world.close());

  it('changes: one line each, and the same as data', async () => {
    expect(await changes.run(context, {})).toMatchObject({ text: 'No changes yet.', json: [], exit: EXIT.pass });
    const id = await proposeFix(world);
    const { text, json, exit } = await changes.run(context, {});
    expect(text.split('\n').map((line) => stripVTControlCharacters(line))).toEqual([
      `ID                STATE    AGE  WHAT                    WHO WAITS FOR WHAT`,
      `${id}  pending  now  fix ${STACK}  alice for 1 approval`,
    ]);
    expect(json).toMatchObject([{ id, state: 'pending' }]);
    expect(exit).toBe(EXIT.pass);
  });

  it('show: the page, the data, or exactly the bytes to sign', async () => {
    const id = await proposeFix(world);
    const shown = await show.run(context, { change: id });
    expect(shown.text).toContain(STACK);
    expect(shown.json).toMatchObject({ change: { id }, summary: expect.any(String), newly_named: expect.any(Array) });
    expect(shown.exact).toBeUndefined();
    const statement = await show.run(context, { change: id, statement: true, as: 'bob' });
    expect(statement).toMatchObject({ exact: true, text: expect.stringContaining('bob') });
    const rejection = await show.run(context, { change: id, statement: true, as: 'bob', reject: true });
    expect(rejection.text).not.toBe(statement.text);
    await expect(show.run(context, { change: id, statement: true })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(show.run(context, { change: 'chg_none' })).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
  });

  it('audit verify: passes, then fails on a changed row', async () => {
    await proposeFix(world);
    expect(await auditVerify.run(context, {})).toMatchObject({ exit: EXIT.pass, json: { ok: true } });
    const checkpoint = await auditCheckpoint.run(context, {});
    expect(checkpoint).toMatchObject({ exact: true, text: expect.stringMatching(/\n$/) });
    const db = new Database(join(world.home, 'ledger.db'));
    db.exec('DROP TRIGGER IF EXISTS events_no_delete');
    db.exec('DELETE FROM events WHERE seq = 2');
    db.close();
    const { text, json, exit } = await auditVerify.run(context, {});
    expect(exit).toBe(EXIT.failed);
    expect(json).toMatchObject({ ok: false });
    expect(text).toMatch(/^Row \d+ /);
  });

  it('halt and resume: what was switched, and what it does to a tool', async () => {
    expect(await halt.run(context, {})).toMatchObject({
      exit: EXIT.pass,
      text: expect.stringContaining(`halted: ${world.home}`),
      json: { switched: 'halted', home: world.home },
    });
    expect(await world.call('plan_stack_delete', { stack: STACK })).toMatchObject({ code: 'GUARD_HALT' });
    expect(await resume.run(context, {})).toMatchObject({ exit: EXIT.pass, json: { switched: 'resumed' } });
    expect(await world.call('plan_stack_delete', { stack: STACK })).not.toMatchObject({ code: 'GUARD_HALT' });
  });

  it('approve, then execute: the progress is told, the outcome returned', async () => {
    const id = await proposeFix(world);
    const missing = await execute.run(context, { change: id }).catch((error: { code: string }) => error.code);
    expect(missing).toBe('STATE_CHANGE_NOT_APPROVED');
    const name = (await world.app.changes.find(id)).target.name;
    const approved = await approve.run(context, { change: id, key: world.keyOf('bob'), as: 'bob', confirm: name });
    expect(approved).toMatchObject({ exit: EXIT.pass, json: { id, state: 'approved' } });
    expect([...told, approved.text].join('\n')).toContain(`${id} is approved.`);
    const done = await execute.run(context, { change: id });
    expect(done).toMatchObject({
      exit: EXIT.pass,
      text: expect.stringContaining(`${id} succeeded`),
      json: { state: 'succeeded' },
    });
  });

  it('execute: in another cloud than it was planned in, refuses', async () => {
    const id = await proposeFix(world);
    await sign(world.app, id, { decision: 'approve', key: world.keyOf('bob'), as: 'bob', confirm: STACK });
    const elsewhere = createContext({ ...context, sandboxed: false });
    await expect(execute.run(elsewhere, { change: id })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it('tool: the exit code says what was decided', async () => {
    await expect(tool.run(context, { tool: 'nonsense' })).resolves.toMatchObject({ exit: EXIT.failed });
    const described = await tool.run(context, { tool: 'describe_policy' });
    expect(described.exit).toBe(EXIT.pass);
    expect(JSON.parse(described.text)).toEqual(JSON.parse(JSON.stringify(described.json)));
  });

  it('policy: checked, adopted already, or not named', async () => {
    expect(await policyCheck.run(context, {})).toMatchObject({ exit: EXIT.pass, json: { valid: true } });
    expect(await policyAdopt.run(context, {})).toMatchObject({
      exit: EXIT.pass,
      text: 'This policy is already in force.',
    });
    const none = { ...context, config: { ...context.config, policyPath: undefined } };
    await expect(policyCheck.run(none, {})).rejects.toMatchObject({ code: 'CONFIG_NO_POLICY' });
  });
});

describe('the definitions', () => {
  const documents = [
    'README.md',
    ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? `docs/${name}` : [])),
  ]
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
  const files = readdirSync(join(root, 'src/cli/commands')).filter((name) => name !== 'index.ts');

  it('are one file each', () => {
    expect(commands.map(({ name }) => `${name.replace(' ', '-')}.ts`).sort()).toEqual(files.sort());
  });

  it.each(commands.map((one) => [one.name, one] as [string, Command]))('%s says what it is', (name, command) => {
    expect(command.summary).toMatch(/^[a-z].{8,120}$/u);
    for (const { flags, summary } of command.options) expect(summary, flags).toMatch(/\S{2}/);
    for (const { syntax, summary } of command.arguments) {
      expect(syntax).toMatch(/^[<[].+[\]>]$/);
      expect(summary, syntax).toMatch(/\S{2}/);
    }
    expect(new Set(command.options.map(({ flags }) => flags)).size).toBe(command.options.length);
    if (command.hidden) return;
    const named = new RegExp(`\\bcountersign\\b[^\`\\n]* ${name}\\b`);
    expect(named.test(documents), 'named in README or docs').toBe(true);
  });

  it('are all in the parser, under the name of each', async () => {
    const seen: string[] = [];
    const program = new Program('countersign').exitOverride();
    registerAll(program, GROUPS, commands, async ({ name }, args) => {
      seen.push(name);
      expect(args).not.toHaveProperty('undefined');
    });
    for (const { name, arguments: wanted, options } of commands) {
      const needed = options.flatMap(({ flags, required }) => (required ? [flags.split(' ')[0]!, 'x'] : []));
      await program.parseAsync([...name.split(' '), ...wanted.map(({ choices }) => choices?.[0] ?? 'x'), ...needed], {
        from: 'user',
      });
    }
    expect(seen).toEqual(commands.map(({ name }) => name));
  });

  it('tell their exit codes in --help', async () => {
    for (const { name } of commands) {
      let help = '';
      const program = new Program('countersign').exitOverride().configureOutput({
        writeOut: (text) => {
          help += text;
        },
      });
      registerAll(program, GROUPS, commands, async () => undefined);
      await expect(program.parseAsync([...name.split(' '), '--help'], { from: 'user' })).rejects.toThrow();
      expect(help, name).toMatch(/^Exit codes:\n {2}0 {2}\w/m);
    }
  });

  it('have exit codes that docs/contract.md lists', () => {
    const listed = /## Exit codes\n\n(.*)/.exec(readFileSync(join(root, 'docs/contract.md'), 'utf8'))?.[1] ?? '';
    expect([...listed.matchAll(/`(\d)`/g)].map(([, code]) => Number(code))).toEqual(Object.values(EXIT));
  });

  it('have exit codes of one table, each with its own meaning', () => {
    expect(new Set(Object.values(EXIT)).size).toBe(Object.keys(EXIT).length);
    expect(exitRows().map(([code]) => code)).toEqual(Object.values(EXIT));
    for (const { name, exits = {} } of commands)
      for (const one of Object.keys(exits)) expect(Object.keys(EXIT), name).toContain(one);
  });

  it('print JSON where they print data', () => {
    // A protocol, a process that lives on, a signature or script that something else reads, or JSON already.
    const none = ['serve', 'run', 'review', 'ssh', 'tool', 'policy schema', 'completion', 'man', 'complete'];
    const without = commands.filter(({ options }) => !options.some(({ flags }) => flags === '--json'));
    expect(without.map(({ name }) => name).sort()).toEqual(none.sort());
  });
});
