/** The examples that deploy the server say what the command takes; `replicas.test.ts` runs the one of nginx. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { GLOBAL_OPTIONS } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { httpSettings } from '../../src/http/settings.ts';
import { needs } from '../needs.ts';

const SYSTEMD_ANALYZE = '/usr/bin/systemd-analyze';

const example = (name: string) => readFileSync(new URL(`../../examples/deploy/${name}`, import.meta.url), 'utf8');
const compose: { services: Record<string, { command?: string; depends_on?: object }>; volumes: object } = parse(
  example('compose.yaml'),
  { merge: true },
);
const unit = /^ExecStart=\S+ (.*)$/m.exec(example('countersign-http@.service'))![1]!;
const commandLines = {
  'the unit': unit
    .replaceAll('${COUNTERSIGN_RESOURCE}', 'https://guard.example.com/mcp')
    .replaceAll('${COUNTERSIGN_ISSUER}', 'https://login.example.com')
    .replaceAll('%i', '8081'),
  ...Object.fromEntries(
    Object.entries(compose.services).flatMap(([name, { command }]) =>
      command === undefined
        ? []
        : [[`the service ${name}`, command.replace(/^npx (?:--yes |-p \S+ )*countersign(?:@\S+)? /, '')]],
    ),
  ),
};

describe('an example of a deployment', () => {
  it.each(Object.entries(commandLines))('%s runs a command with its own options', (_, line) => {
    const words = line.trim().split(/\s+/);
    const command = commands.find(({ name }) => ` ${line} `.includes(` ${name} `))!;
    const known = [...GLOBAL_OPTIONS, ...command.options].map(({ flags }) => flags.split(' ')[0]);
    for (const word of words.filter((one) => one.startsWith('--'))) expect(known).toContain(word);
  });

  it.each(Object.entries(commandLines).filter(([, line]) => line.includes(' serve ')))('%s starts', (_, line) => {
    const [words, told] = [line.trim().split(/\s+/), {} as Record<string, string | boolean>];
    for (const [index, word] of words.entries())
      if (word.startsWith('--')) told[word.slice(2)] = words[index + 1]?.startsWith('--') ? true : words[index + 1]!;
    const settings = httpSettings({
      http: String(told.http),
      resource: String(told.resource),
      issuer: String(told.issuer),
      behindProxy: told['behind-proxy'] === true,
    });
    expect(settings.resource).toBe('https://guard.example.com/mcp');
  });

  it('of compose has two replicas, which wait for the database', () => {
    expect(Object.keys(compose.services).filter((name) => name.startsWith('guard-'))).toHaveLength(2);
    expect(compose.services['guard-1']).toMatchObject({ depends_on: { database: { condition: 'service_healthy' } } });
  });
});

describe('a unit of systemd', () => {
  it.for(['deploy/countersign-http@.service', 'systemd/countersign-runner.service'])(
    '%s is valid for systemd itself, and leaves the service little',
    (path, context) => {
      needs(context, 'systemd', existsSync(SYSTEMD_ANALYZE));
      const folder = mkdtempSync(join(tmpdir(), 'countersign-unit-'));
      const file = join(folder, basename(path).replace('@', '@8081'));
      // The program is not installed here.
      const text = readFileSync(new URL(`../../examples/${path}`, import.meta.url), 'utf8');
      writeFileSync(file, text.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
      const analyze = (...words: string[]) => spawnSync(SYSTEMD_ANALYZE, [...words, file], { encoding: 'utf8' });
      const verified = analyze('verify');
      expect([verified.status, verified.stderr]).toEqual([0, '']);
      const [, exposure] = /exposure level for \S+: ([\d.]+)/.exec(analyze('security', '--offline=true').stdout) ?? [];
      expect(Number(exposure)).toBeLessThan(3);
      rmSync(folder, { recursive: true });
    },
  );
});
