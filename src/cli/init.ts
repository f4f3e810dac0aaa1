/** `init`: writes a plan-only policy and the MCP entry for the client in use, and destroys nothing that is there. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CountersignError } from '../core/errors.ts';
import { CLIENTS, type Client, type InitAnswers, type JsonClient, type ServerEntry } from './init-answers.ts';
import { initialTests } from './init-tests.ts';

/** What was found out. `signsInAs`: the names of the operating system's user. */
export interface InitFacts {
  sandbox: boolean;
  account: string;
  region: string;
  profile: string | undefined;
  signsInAs: string[];
  /** The running Node, and the running program: a name would be whatever the registry has under it. */
  node: string;
  program: string;
  /** The state folder, where it is not the default one. */
  home?: string;
}

export const PERSON = /^[a-z][a-z0-9_-]{0,31}$/;

export function initialPolicy(
  { environment, person }: InitAnswers,
  { account, region, signsInAs }: Pick<InitFacts, 'account' | 'region' | 'signsInAs'>,
): string {
  return `# The policy: accounts, scopes and people. Check it with: countersign --policy <this file> policy check
version: 1
accounts:
  main: { id: "${account}", regions: [${region}] }
scopes:
  # plan_only: nothing executes until you write execute: by_command.
  - { account: main, stacks: ["*"], ids: ["*"], environment: ${environment}, execute: plan_only }
people:
  # The agent's sponsor cannot approve its changes: add colleagues with their public keys
  # (keys: ["ssh-ed25519 AAAA…"], from ~/.ssh/id_ed25519.pub).
  ${person}: { signs_in_as: ${JSON.stringify(signsInAs)}, roles: [dev], keys: [] }
`;
}

/** How the server is started from this policy; the sponsor is left to the environment of whoever starts it. */
function serverEntry(policyPath: string, facts: InitFacts): ServerEntry {
  return {
    command: facts.node,
    args: [facts.program, ...(facts.sandbox ? ['--sandbox'] : []), 'serve'],
    env: {
      COUNTERSIGN_POLICY: policyPath,
      ...(facts.home === undefined ? {} : { COUNTERSIGN_HOME: facts.home }),
      ...(facts.profile === undefined ? {} : { AWS_PROFILE: facts.profile }),
      AWS_REGION: facts.region,
    },
  };
}

/**
 * @param root the project's folder. @param policyFile from there.
 * @returns the files that were written, those that were there and are as they were, and the server as it is started.
 * @throws CONFIG_INVALID, before anything is written, when the client's file cannot be added to without loss.
 */
export function writeInit(
  root: string,
  policyFile: string,
  answers: InitAnswers,
  facts: InitFacts,
): { written: string[]; kept: string[]; server: ServerEntry } {
  const client: Client = CLIENTS[answers.client];
  const policyPath = resolve(root, policyFile);
  const server = serverEntry(policyPath, facts);
  const clientFile = join(root, client.path);
  const config = withEntry(clientFile, client, server);
  const testFile = join(dirname(policyFile), 'starter.countersign-test.yaml');
  const keepsPolicy = existsSync(policyPath);
  // Cases of a policy that was there are its team's own matter.
  const writesTests = !keepsPolicy && !existsSync(resolve(root, testFile));
  mkdirSync(dirname(clientFile), { recursive: true });
  if (!keepsPolicy) writeFileSync(policyPath, initialPolicy(answers, facts));
  if (writesTests) writeFileSync(resolve(root, testFile), initialTests(answers));
  writeFileSync(clientFile, config);
  return {
    written: [...(keepsPolicy ? [] : [policyFile]), ...(writesTests ? [testFile] : []), client.path],
    kept: keepsPolicy ? [policyFile] : [],
    server,
  };
}

function withEntry(path: string, client: Client, server: ServerEntry): string {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (!('toml' in client)) return withJsonEntry(text, path, client, server);
  if (/^\s*\[\s*mcp_servers\s*\.\s*"?countersign/m.test(text)) throw thereAlready(path, client.title);
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${text === '' ? '' : '\n'}${client.toml(server)}`;
}

function withJsonEntry(text: string, path: string, client: JsonClient, server: ServerEntry): string {
  const { key, title, sponsor } = client;
  const { COUNTERSIGN_POLICY = '', ...env } = server.env;
  const entry = client.entry({ ...server, env: { COUNTERSIGN_POLICY, COUNTERSIGN_SPONSOR: sponsor, ...env } });
  const byHand = `Add it by hand below "${key}": "countersign": ${JSON.stringify(entry)}`;
  const file = parsePlainJson(text, path, byHand);
  const servers = file[key] ?? {};
  if (!isObject(servers)) throw new CountersignError('CONFIG_INVALID', `"${key}" in ${path} is not an object.`, byHand);
  if ('countersign' in servers) throw thereAlready(path, title);
  return `${JSON.stringify({ ...file, [key]: { ...servers, countersign: entry } }, null, 2)}\n`;
}

const thereAlready = (path: string, title: string): CountersignError =>
  new CountersignError(
    'CONFIG_INVALID',
    `${path} already has an entry "countersign".`,
    `Edit it, or remove it and run init again. ${title} reads it when it starts.`,
  );

/** Comments and trailing commas would be lost on the way back, so such a file is left as it is. */
function parsePlainJson(text: string, path: string, byHand: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (isObject(parsed)) return parsed;
  } catch {}
  throw new CountersignError(
    'CONFIG_INVALID',
    `${path} is not plain JSON (it may have comments), so it was not touched.`,
    byHand,
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
