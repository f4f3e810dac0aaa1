/**
 * The settings of the agents on this machine: which servers they start, and what they run without asking. Reads only.
 *
 * Limits: files that the table names, of this user and this project; what an administrator sets elsewhere, or a flag on
 * a command line, is not seen.
 */
import { join } from 'node:path';
import { readBounded } from '../bounded-file.ts';
import type { Outside } from '../core/outside.ts';
import { AGENT_CLIENTS, type AgentClient, type SettingsFile, type Unasked } from './clients.ts';
import type { Finding } from './finding.ts';
import { readSettings, type Settings } from './formats.ts';
import { LEDGER_VARIABLE } from './reach.ts';

/** An MCP server as a client would start or reach it. */
export interface ConfiguredServer {
  client: string;
  file: string;
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  url: string;
}
export interface Seen {
  servers: ConfiguredServer[];
  findings: Finding[];
}

const MAX_SETTINGS_BYTES = 32 * 1024 * 1024;

export function settingsSeen(where: { home: string; project: string }, outside: Outside): Seen {
  const read = AGENT_CLIENTS.flatMap((client) =>
    client.files.flatMap((file) => {
      const path = join(where[file.from], file.path);
      const settings = settingsAt(path);
      return settings === undefined ? [] : [{ client, file, path, settings }];
    }),
  );
  const readable = read.flatMap((one) => (one.settings instanceof Error ? [] : [{ ...one, settings: one.settings }]));
  const servers = readable.flatMap((one) => serversIn(one, where.project));
  return {
    servers,
    findings: [
      ...read.filter(({ settings }) => settings instanceof Error).map(({ client, path }) => unreadable(client, path)),
      ...servers.flatMap((server) => doorsAt(server, outside)),
      ...servers.flatMap((server) => keysAt(server.env, server.file, `the server ${server.name}`, outside)),
      ...readable.flatMap(({ path, settings }) => keysAt(asTexts(settings.env), path, 'every session', outside)),
      ...readable.flatMap(({ client, file, path, settings }) =>
        unaskedIn(client, file, path, settings, namesIn(client, servers)),
      ),
    ],
  };
}

/** Does this entry start or reach a Countersign? By its command line: its name is anybody's. */
export const isCountersign = ({ command, args }: ConfiguredServer): boolean =>
  /countersign/.test([command, ...args].join(' ')) && [command, ...args].some((word) => /\bserve\b/.test(word));

const namesIn = (client: AgentClient, servers: readonly ConfiguredServer[]): string[] => [
  ...new Set(
    servers.filter((server) => server.client === client.title && isCountersign(server)).map(({ name }) => name),
  ),
];

function settingsAt(path: string): Settings | Error | undefined {
  let text: string;
  try {
    text = readBounded(path, MAX_SETTINGS_BYTES, path);
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(String((error as { code?: string }).code)) ? undefined : (error as Error);
  }
  try {
    return text.trim() === '' ? undefined : readSettings(path, text);
  } catch (error) {
    return error as Error;
  }
}

const isTable = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const texts = (value: unknown): string[] => [value].flat().filter((one) => typeof one === 'string');

/** Every value that a path of keys leads to. */
function valuesAt(settings: unknown, path: readonly string[]): unknown[] {
  const [key, ...rest] = path;
  if (key === undefined) return settings === undefined ? [] : [settings];
  if (!isTable(settings)) return [];
  const next = key === '*' && !Object.hasOwn(settings, '*') ? Object.values(settings) : [];
  if (Object.hasOwn(settings, key)) next.push(settings[key]);
  return next.flatMap((value) => valuesAt(value, rest));
}

function serversIn(
  { client, file, path, settings }: { client: AgentClient; file: SettingsFile; path: string; settings: Settings },
  project: string,
): ConfiguredServer[] {
  return file.servers
    .flatMap((keys) =>
      valuesAt(
        settings,
        keys.map((key) => (key === '{project}' ? project : key)),
      ),
    )
    .flatMap((table) => (isTable(table) ? Object.entries(table) : []))
    .flatMap(([name, entry]) => {
      if (!isTable(entry) || entry.disabled === true || entry.enabled === false) return [];
      const [command = '', ...more] = texts(entry.command);
      const url = texts([entry.url, entry.httpUrl, entry.serverUrl])[0] ?? '';
      if (command === '' && url === '') return [];
      const env = { ...asTexts(entry.env), ...asTexts(entry.environment) };
      return [{ client: client.title, file: path, name, command, args: [...more, ...texts(entry.args)], env, url }];
    });
}

const asTexts = (value: unknown): Record<string, string> =>
  isTable(value)
    ? Object.fromEntries(Object.entries(value).flatMap(([key, one]) => (typeof one === 'string' ? [[key, one]] : [])))
    : {};

const unreadable = ({ title }: AgentClient, path: string): Finding => ({
  name: 'settings-unreadable',
  weight: 'note',
  what: `The settings of ${title} cannot be read.`,
  why: 'Servers and permissions in it are not checked.',
  fix: `Fix the file, or make it readable: ${path}`,
  at: path,
});

function doorsAt(server: ConfiguredServer, { doors }: Outside): Finding[] {
  const said = [server.name, server.command, ...server.args, server.url].join(' ');
  return doors
    .filter(({ matches }) => matches.test(said) && !isCountersign(server))
    .map(({ title, why }) => ({
      name: 'another-door',
      weight: 'problem' as const,
      what: `${server.client} starts ${title} (${server.name}).`,
      why: `Changes through it need no approval: ${why}.`,
      fix: `Remove the server ${server.name} from ${server.file}, or give it credentials that can only read.`,
      at: server.file,
    }));
}

/** A reference to a variable (`${VAR}`, `{env:VAR}`) holds nothing. */
const isReference = (value: string): boolean => value === '' || /^(?:\$\{?[\w:.-]+\}?|\{env:\w+\})$/.test(value);

function keysAt(env: Record<string, string>, at: string, whose: string, { credentials }: Outside): Finding[] {
  const held = credentials.secretVariables.filter((name) => env[name] !== undefined && !isReference(env[name]));
  return [
    ...held.map((name) => ({
      name: 'credentials-in-settings',
      weight: 'problem' as const,
      what: `${at} holds ${name} for ${whose}.`,
      why: 'An agent that reads this file can call the cloud directly.',
      fix: `Delete ${name} from ${at} and revoke that key; name a profile instead.`,
      at,
    })),
    ...ledgerLoginAt(env, at, whose),
  ];
}

function ledgerLoginAt(env: Record<string, string>, at: string, whose: string): Finding[] {
  const value = env[LEDGER_VARIABLE];
  if (value === undefined || isReference(value)) return [];
  return [
    {
      name: 'ledger-login-in-settings',
      weight: 'problem',
      what: `${at} holds ${LEDGER_VARIABLE} for ${whose}.`,
      why: 'An agent that reads this file can append events to the ledger without a server.',
      fix: `Delete ${LEDGER_VARIABLE} from ${at}, change the password of that login, and reach the server over ssh or HTTP.`,
      at,
    },
  ];
}

const RUNS: Record<Unasked['runs'], Pick<Finding, 'name' | 'weight' | 'why'> & { what: string }> = {
  countersign: {
    name: 'unasked-countersign',
    weight: 'note',
    what: 'calls the tools of Countersign without asking',
    why: 'These tools cannot execute anything, so this is safe; approvals never depend on this question.',
  },
  shell: {
    name: 'unasked-shell',
    weight: 'note',
    what: 'runs commands without asking',
    why: 'A command can use every credential that this user has, so these must be unable to write.',
  },
  everything: {
    name: 'unasked-everything',
    weight: 'note',
    what: 'runs every tool and command without asking',
    why: 'Commands can use every credential that this user has, so these must be unable to write.',
  },
};

function unaskedIn(
  { title }: AgentClient,
  { unasked }: SettingsFile,
  path: string,
  settings: Settings,
  names: readonly string[],
): Finding[] {
  const rules = unasked.flatMap((rule) => (isAboutServer(rule) ? names.map((name) => forServer(rule, name)) : [rule]));
  return rules
    .filter((rule) => valuesAt(settings, rule.path).some((value) => isSo(value, rule.is)))
    .map(({ runs, path: keys }) => ({
      ...RUNS[runs],
      what: `${title} ${RUNS[runs].what} (${keys.join('.')}).`,
      fix: `Change ${keys.join('.')} in ${path}.`,
      at: path,
    }));
}

const isAboutServer = ({ path, is }: Unasked): boolean =>
  path.includes('{server}') || (is instanceof RegExp && is.source.includes('{server}'));

function forServer(rule: Unasked, name: string): Unasked {
  const { is } = rule;
  return {
    ...rule,
    path: rule.path.map((key) => (key === '{server}' ? name : key)),
    is: is instanceof RegExp ? new RegExp(is.source.replaceAll('{server}', () => literal(name))) : is,
  };
}

const literal = (text: string): string => text.replaceAll(/[^\w]/g, '\\$&');

function isSo(value: unknown, is: Unasked['is']): boolean {
  if (is === true) return value === true;
  return [value].flat().some((one) => is.test(typeof one === 'string' ? one : (JSON.stringify(one) ?? '')));
}
