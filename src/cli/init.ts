/** `init`: writes a plan-only policy and the MCP entry for the client in use. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CountersignError } from '../core/errors.ts';

export const CLIENTS = {
  kiro: { path: '.kiro/settings/mcp.json', key: 'mcpServers', entry: { disabled: false, autoApprove: [] } },
  claude: { path: '.mcp.json', key: 'mcpServers', entry: {} },
  cursor: { path: '.cursor/mcp.json', key: 'mcpServers', entry: {} },
  vscode: { path: '.vscode/mcp.json', key: 'servers', entry: { type: 'stdio' } },
} as const;
export type ClientName = keyof typeof CLIENTS;

export function initialPolicy(account: string, region: string, environment: string, person: string): string {
  return `# Who may change what. countersign policy check reads it; every key is explained in docs/policy.md.
version: 1
accounts:
  main: { id: "${account}", regions: [${region}] }
scopes:
  # plan_only: nothing executes until you write execute: by_command.
  - { account: main, stacks: ["*"], ids: ["*"], environment: ${environment}, execute: plan_only }
people:
  # The person the agent works for never signs its changes: add colleagues with their public keys (~/.ssh/id_ed25519.pub).
  ${person}: { signs_in_as: [${person}], roles: [dev], keys: [] }
`;
}

/** @returns the files that were written. Never overwrites a policy; adds to a client's file. */
export function writeInit(client: ClientName, policyPath: string, policy: string, sponsor: string): string[] {
  if (existsSync(policyPath))
    throw new CountersignError(
      'CONFIG_INVALID',
      `${policyPath} is there already.`,
      'Edit it, or name another with --policy.',
    );
  const { path, key, entry } = CLIENTS[client];
  const file = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, unknown>>)
    : {};
  const server = {
    command: 'npx',
    args: ['-y', 'countersign', 'serve'],
    env: { COUNTERSIGN_POLICY: policyPath, COUNTERSIGN_SPONSOR: sponsor },
    ...entry,
  };
  writeFileSync(policyPath, policy);
  if (dirname(path) !== '.') mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ ...file, [key]: { ...file[key], countersign: server } }, null, 2)}\n`);
  return [policyPath, path];
}
