/** What stores and clients read of Countersign, all made from package.json and the entries that `init` writes. */
import { readFileSync } from 'node:fs';
import { CLIENTS } from '../../src/cli/init-answers.ts';

export interface About {
  name: string;
  version: string;
  description: string;
  license: string;
  /** The name in the MCP registry: `io.github.OWNER/NAME`, where OWNER is whoever publishes. */
  mcpName: string;
}
const root = new URL('../..', import.meta.url);
const { name, version, description, license, mcpName } = JSON.parse(
  readFileSync(new URL('package.json', root), 'utf8'),
) as About;
export const about: About = { name, version, description, license, mcpName };

const SHORT = 'AI agents plan AWS changes; nothing happens until guards pass and people sign the plan.';
const KEYWORDS = ['aws', 'cloudformation', 'change approval', 'infrastructure', 'production change', 'guardrails'];
const SPONSOR = {
  name: 'COUNTERSIGN_SPONSOR',
  description: 'The name, in the policy, of the person whose agent this is. Without it, agents describe and plan only.',
};

/**
 * SECURITY: the exact version. Without one, npm takes on an older Node an older release that still runs there, silently.
 */
const server = (sponsor: string) => ({
  command: 'npx',
  args: ['-y', `${about.name}@${about.version}`, 'serve'],
  env: { [SPONSOR.name]: sponsor },
});
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const registry = () => ({
  $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  name: about.mcpName,
  title: 'Countersign',
  description: SHORT,
  version: about.version,
  packages: [
    {
      registryType: 'npm',
      identifier: about.name,
      version: about.version,
      runtimeHint: 'npx',
      transport: { type: 'stdio' },
      packageArguments: [{ type: 'positional', value: 'serve' }],
      environmentVariables: [{ ...SPONSOR, isRequired: false, isSecret: false }],
    },
  ],
});

const claudePlugin = () => ({
  name: about.name,
  version: about.version,
  description: SHORT,
  author: { name: 'Countersign' },
  license: about.license,
  keywords: KEYWORDS.map((word) => word.replaceAll(' ', '-')),
});

const geminiExtension = () => ({
  name: about.name,
  version: about.version,
  description: SHORT,
  mcpServers: { [about.name]: CLIENTS.gemini.entry(server(CLIENTS.gemini.sponsor)) },
  contextFileName: 'GEMINI.md',
});

/** A bundle brings its own copy: the desktop app starts it with a Node that it has. */
export const bundleManifest = () => ({
  manifest_version: '0.3',
  name: about.name,
  display_name: 'Countersign',
  version: about.version,
  description: SHORT,
  long_description: about.description,
  author: { name: 'Countersign' },
  license: about.license,
  keywords: KEYWORDS,
  server: {
    type: 'node',
    entry_point: 'bin/countersign.js',
    mcp_config: {
      command: 'node',
      args: ['${__dirname}/bin/countersign.js', 'serve'],
      env: { [SPONSOR.name]: '${user_config.sponsor}' },
    },
  },
  user_config: {
    sponsor: {
      type: 'string',
      title: 'Your name in the policy',
      description: SPONSOR.description,
      required: false,
      default: '',
    },
  },
  compatibility: { runtimes: { node: '>=22.18.0' }, platforms: ['darwin', 'linux'] },
});

const HOW_TO_WORK = `An agent works in four steps:

1. \`describe_policy\` and \`describe_stack\` show what is allowed and what is there.
2. A \`plan_*\` tool makes a plan. Nothing changes; the answer says what would, and which approvals it needs.
3. \`propose_change\` with a goal and a reason asks people to sign exactly that plan.
4. The agent tells the user the command that the answer names, and ends its turn. People approve; an executor runs it.

A denial says which plan would pass. Other tools or credentials are no way around it.
`;

const kiroPower = () => `---
name: "${about.name}"
displayName: "Countersign"
description: "${SHORT}"
keywords: [${KEYWORDS.map((word) => JSON.stringify(word)).join(', ')}]
author: "Countersign"
---

# Countersign

${HOW_TO_WORK}
## Onboarding

Set \`${SPONSOR.name}\` to the user's name in the policy. Without a policy, Countersign describes and plans, and executes nothing. \`npx -y ${about.name}@${about.version} init\` makes a first policy.
`;

/** By path, from the repository's root. */
export function packageFiles(): Record<string, string> {
  return {
    'server.json': json(registry()),
    'packages/claude-code/.claude-plugin/plugin.json': json(claudePlugin()),
    'packages/claude-code/.mcp.json': json({
      mcpServers: { [about.name]: CLIENTS.claude.entry(server(CLIENTS.claude.sponsor)) },
    }),
    'packages/gemini/gemini-extension.json': json(geminiExtension()),
    'packages/gemini/GEMINI.md': `# Countersign\n\n${HOW_TO_WORK}`,
    'packages/kiro/POWER.md': kiroPower(),
    'packages/kiro/mcp.json': json({
      mcpServers: { [about.name]: CLIENTS.kiro.entry(server(CLIENTS.kiro.sponsor)) },
    }),
    'packages/bundle/manifest.json': json(bundleManifest()),
  };
}

/** Links that ask the editor to add the server. */
export function installLinks(): { title: string; url: string }[] {
  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
  const cursor = CLIENTS.cursor.entry(server(CLIENTS.cursor.sponsor));
  const vscode = { name: about.name, ...CLIENTS.vscode.entry(server(CLIENTS.vscode.sponsor)) };
  return [
    {
      title: 'Cursor',
      url: `cursor://anysphere.cursor-deeplink/mcp/install?name=${about.name}&config=${encodeURIComponent(base64(cursor))}`,
    },
    { title: 'VS Code', url: `vscode:mcp/install?${encodeURIComponent(JSON.stringify(vscode))}` },
  ];
}
