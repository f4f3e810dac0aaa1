/** The MCP clients that `init` knows, and what it asks. docs/clients.md tells which of these were run. */
import type { Environment } from '../core/environment.ts';

/** How the server is started: by absolute paths, since a client may start it in any folder. */
export interface ServerEntry {
  command: string;
  args: string[];
  env: Record<string, string>;
}
interface ClientBase {
  title: string;
  /** Its file, from the project's root. */
  path: string;
}
/** A JSON file: `entry` stands in it below `key`. */
export interface JsonClient extends ClientBase {
  key: 'mcpServers' | 'servers' | 'mcp';
  /**
   * How its file names the person's own environment: the file may be shared, and whoever runs the client is the
   * sponsor.
   */
  sponsor: string;
  /** What the person has to allow in the client, so that it passes the variable on. */
  approves?: string;
  entry(server: ServerEntry): Record<string, unknown>;
}
/** Codex: a TOML table, added at the end. */
export interface TomlClient extends ClientBase {
  toml(server: ServerEntry): string;
}
export type Client = JsonClient | TomlClient;

const inQuotes = (value: unknown): string => JSON.stringify(value);
const codexTable = ({ command, args, env }: ServerEntry): string =>
  `[mcp_servers.countersign]
command = ${inQuotes(command)}
args = ${inQuotes(args)}
env_vars = ["COUNTERSIGN_SPONSOR"]

[mcp_servers.countersign.env]
${Object.entries(env)
  .map(([name, value]) => `${name} = ${inQuotes(value)}\n`)
  .join('')}`;

const plain = (server: ServerEntry) => ({ ...server });
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the clients replace these
export const CLIENTS = {
  claude: {
    title: 'Claude Code',
    path: '.mcp.json',
    key: 'mcpServers',
    sponsor: '${COUNTERSIGN_SPONSOR:-}',
    entry: plain,
  },
  codex: { title: 'Codex', path: '.codex/config.toml', toml: codexTable },
  gemini: {
    title: 'Gemini CLI',
    path: '.gemini/settings.json',
    key: 'mcpServers',
    sponsor: '${COUNTERSIGN_SPONSOR}',
    entry: plain,
  },
  copilot: {
    title: 'Copilot CLI',
    path: '.github/mcp.json',
    key: 'mcpServers',
    sponsor: '${COUNTERSIGN_SPONSOR}',
    entry: (server) => ({ type: 'local', tools: ['*'], ...server }),
  },
  opencode: {
    title: 'opencode',
    path: 'opencode.json',
    key: 'mcp',
    sponsor: '{env:COUNTERSIGN_SPONSOR}',
    entry: ({ command, args, env }) => ({ type: 'local', command: [command, ...args], environment: env }),
  },
  cursor: {
    title: 'Cursor',
    path: '.cursor/mcp.json',
    key: 'mcpServers',
    sponsor: '${env:COUNTERSIGN_SPONSOR}',
    entry: (server) => ({ type: 'stdio', ...server }),
  },
  kiro: {
    title: 'Kiro',
    path: '.kiro/settings/mcp.json',
    key: 'mcpServers',
    sponsor: '${COUNTERSIGN_SPONSOR}',
    approves:
      'Kiro expands only variables that you approve: add COUNTERSIGN_SPONSOR to its setting “Mcp Approved Env Vars”.',
    entry: (server) => ({ ...server, disabled: false, autoApprove: [] }),
  },
  vscode: {
    title: 'VS Code',
    path: '.vscode/mcp.json',
    key: 'servers',
    sponsor: '${env:COUNTERSIGN_SPONSOR}',
    entry: (server) => ({ type: 'stdio', ...server }),
  },
} as const satisfies Record<string, Client>;
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: the clients replace these
export type ClientName = keyof typeof CLIENTS;
export const CLIENT_NAMES = Object.keys(CLIENTS) as ClientName[];

/** What a person is asked, or says by flags. */
export interface InitAnswers {
  client: ClientName;
  environment: Environment;
  /** The name in the policy of the person whose agent this is. */
  person: string;
}
