/** `init`: writes a plan-only policy and the MCP entry for the client in use, and destroys nothing that is there. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { CountersignError } from '../core/errors.ts';
import { CLIENTS, type Client, type InitAnswers } from './init-answers.ts';
import { initialTests } from './init-tests.ts';

/** What was found out. `signsInAs`: the names of the operating system's user. */
export interface InitFacts {
  sandbox: boolean;
  account: string;
  region: string;
  profile: string | undefined;
  /** The state folder; undefined: the usual one. */
  home: string | undefined;
  signsInAs: string[];
}

export const PERSON = /^[a-z][a-z0-9_-]{0,31}$/;

export function initialPolicy({ environment, person }: InitAnswers, { account, region, signsInAs }: InitFacts): string {
  return `# Who may change what. Check it with: countersign --policy <this file> policy check
version: 1
accounts:
  main: { id: "${account}", regions: [${region}] }
scopes:
  # plan_only: nothing executes until you write execute: by_command.
  - { account: main, stacks: ["*"], ids: ["*"], environment: ${environment}, execute: plan_only }
people:
  # The person the agent works for never signs its changes: add colleagues, with their public keys
  # (keys: ["ssh-ed25519 AAAA…"], from ~/.ssh/id_ed25519.pub).
  ${person}: { signs_in_as: ${JSON.stringify(signsInAs)}, roles: [dev], keys: [] }
`;
}

/**
 * @param root the project's folder. @param policyFile from there.
 * @returns the files that were written, and those that were there and are as they were.
 * @throws CONFIG_INVALID, before anything is written, when the client's file cannot be added to without loss.
 */
export function writeInit(
  root: string,
  policyFile: string,
  answers: InitAnswers,
  facts: InitFacts,
): { written: string[]; kept: string[] } {
  const client: Client = CLIENTS[answers.client];
  const policyPath = resolve(root, policyFile);
  const inProject = relative(root, policyPath);
  const entry = {
    command: 'npx',
    args: ['-y', 'countersign', ...(facts.sandbox ? ['--sandbox'] : []), 'serve'],
    env: {
      COUNTERSIGN_POLICY: inProject.startsWith('..') ? policyPath : client.fileInProject(root, inProject),
      COUNTERSIGN_SPONSOR: answers.person,
      ...(facts.profile === undefined ? {} : { AWS_PROFILE: facts.profile }),
      AWS_REGION: facts.region,
      // The policy is adopted in this folder; in another the server would only plan.
      ...(facts.home === undefined ? {} : { COUNTERSIGN_HOME: facts.home }),
    },
    ...client.entry,
  };
  const clientFile = join(root, client.path);
  const config = addEntry(clientFile, client, entry);
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
  };
}

function addEntry(path: string, { key, title }: Client, entry: Record<string, unknown>): string {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const byHand = `Add it by hand below "${key}": "countersign": ${JSON.stringify(entry)}`;
  const file = parsePlainJson(text, path, byHand);
  const servers = file[key] ?? {};
  if (!isObject(servers)) throw new CountersignError('CONFIG_INVALID', `"${key}" in ${path} is no object.`, byHand);
  if ('countersign' in servers)
    throw new CountersignError(
      'CONFIG_INVALID',
      `${path} has an entry "countersign" already.`,
      `Edit it, or remove it and run init again. ${title} reads it when it starts.`,
    );
  return `${JSON.stringify({ ...file, [key]: { ...servers, countersign: entry } }, null, 2)}\n`;
}

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
