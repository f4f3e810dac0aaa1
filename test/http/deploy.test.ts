/** The examples that deploy the server say what the command takes; `replicas.test.ts` runs the one of nginx. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { GLOBAL_OPTIONS } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { httpSettings } from '../../src/http/settings.ts';

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
