/** The MCP clients that `init` knows, and what it asks. */
import { join, resolve } from 'node:path';
import type { Environment } from '../core/environment.ts';

export interface Client {
  title: string;
  /** Its file, from the project's root. */
  path: string;
  key: 'mcpServers' | 'servers';
  entry: Record<string, unknown>;
  /** How its entry names a file of the project: not every client starts a server in the project's folder. */
  fileInProject(root: string, file: string): string;
}
export const CLIENTS = {
  claude: {
    title: 'Claude Code',
    path: '.mcp.json',
    key: 'mcpServers',
    entry: {},
    fileInProject: (_root, file) => file,
  },
  kiro: {
    title: 'Kiro',
    path: '.kiro/settings/mcp.json',
    key: 'mcpServers',
    entry: { disabled: false, autoApprove: [] },
    fileInProject: resolve,
  },
  cursor: { title: 'Cursor', path: '.cursor/mcp.json', key: 'mcpServers', entry: {}, fileInProject: resolve },
  vscode: {
    title: 'VS Code',
    path: '.vscode/mcp.json',
    key: 'servers',
    entry: { type: 'stdio' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code replaces it.
    fileInProject: (_root, file) => join('${workspaceFolder}', file),
  },
} as const satisfies Record<string, Client>;
export type ClientName = keyof typeof CLIENTS;

/** What a person is asked, or says by flags. */
export interface InitAnswers {
  client: ClientName;
  environment: Environment;
  /** The name in the policy of the person whose agent this is. */
  person: string;
}
