/** Where each agent keeps its MCP servers and what it runs without asking: a table, one row a file, with its source. */

/** A path below the project (`project`) or the user's home (`home`). */
export interface SettingsFile {
  from: 'project' | 'home';
  path: string;
  /** Where servers stand: keys from the top; `{project}` is the project's folder. */
  servers: readonly (readonly string[])[];
  unasked: readonly Unasked[];
}
export interface AgentClient {
  title: string;
  files: readonly SettingsFile[];
  source: string;
}

/**
 * A setting with which calls run unasked. `path`: keys from the top, `*` for any; `{server}` is the name that Countersign
 * has in that client. `is`: the value itself, or, of a list, an entry that matches.
 */
export interface Unasked {
  path: readonly string[];
  is: true | RegExp;
  /** `countersign`: its tools; `shell`: commands; `everything`: both. */
  runs: 'countersign' | 'shell' | 'everything';
}

const CLAUDE_UNASKED: readonly Unasked[] = [
  { path: ['permissions', 'defaultMode'], is: /^(?:bypassPermissions|dontAsk)$/, runs: 'everything' },
  { path: ['permissions', 'allow'], is: /^mcp__{server}(?:__|$)/, runs: 'countersign' },
  { path: ['permissions', 'allow'], is: /^Bash(?:\(\*?(?::\*)?\))?$/, runs: 'shell' },
  {
    path: ['permissions', 'allow'],
    is: /^Bash\((?:aws|sam|cdk|terraform|tofu|pulumi|kubectl|eksctl)\b/,
    runs: 'shell',
  },
];
const VSCODE_UNASKED: readonly Unasked[] = [
  { path: ['chat.tools.global.autoApprove'], is: true, runs: 'everything' },
  { path: ['chat.tools.autoApprove'], is: true, runs: 'everything' },
];
const GEMINI_UNASKED: readonly Unasked[] = [
  { path: ['mcpServers', '{server}', 'trust'], is: true, runs: 'countersign' },
  { path: ['tools', 'allowed'], is: /^(?:run_shell_command|ShellTool)$/, runs: 'shell' },
];
const CODEX_UNASKED: readonly Unasked[] = [
  { path: ['approval_policy'], is: /^never$/, runs: 'everything' },
  { path: ['profiles', '*', 'approval_policy'], is: /^never$/, runs: 'everything' },
  { path: ['sandbox_mode'], is: /^danger-full-access$/, runs: 'shell' },
  { path: ['mcp_servers', '{server}', 'default_tools_approval_mode'], is: /^approve$/, runs: 'countersign' },
];
const OPENCODE_UNASKED: readonly Unasked[] = [
  { path: ['permission'], is: /^allow$/, runs: 'everything' },
  { path: ['permission', '*'], is: /^allow$/, runs: 'everything' },
  { path: ['permission', 'bash'], is: /^allow$/, runs: 'shell' },
  { path: ['permission', 'bash', '*'], is: /^allow$/, runs: 'shell' },
];
/** A rule is a table: its JSON is matched. */
const KIRO_RULES: readonly Unasked[] = [
  { path: ['rules'], is: /"capability":"shell".*"effect":"allow"/, runs: 'shell' },
  { path: ['rules'], is: /"capability":"(?:\*|all)".*"effect":"allow"/, runs: 'everything' },
];
const KIRO_UNASKED: readonly Unasked[] = [
  { path: ['mcpServers', '{server}', 'autoApprove'], is: /./, runs: 'countersign' },
];

const file = (
  from: SettingsFile['from'],
  path: string,
  servers: SettingsFile['servers'] = [],
  unasked: readonly Unasked[] = [],
): SettingsFile => ({ from, path, servers, unasked });

const VSCODE_USER = ['.config/Code/User', 'Library/Application Support/Code/User'];

export const AGENT_CLIENTS: readonly AgentClient[] = [
  {
    title: 'Claude Code',
    source: 'https://code.claude.com/docs/en/settings and /en/permissions',
    files: [
      file('project', '.mcp.json', [['mcpServers']]),
      file('home', '.claude.json', [['mcpServers'], ['projects', '{project}', 'mcpServers']]),
      file('project', '.claude/settings.json', [], CLAUDE_UNASKED),
      file('project', '.claude/settings.local.json', [], CLAUDE_UNASKED),
      file('home', '.claude/settings.json', [], CLAUDE_UNASKED),
    ],
  },
  {
    title: 'Cursor',
    source: 'https://cursor.com/docs/reference/permissions.md and https://cursor.com/docs/mcp',
    files: [
      file('project', '.cursor/mcp.json', [['mcpServers']]),
      file('home', '.cursor/mcp.json', [['mcpServers']]),
      file(
        'home',
        '.cursor/permissions.json',
        [],
        [
          { path: ['mcpAllowlist'], is: /^(?:{server}|\*):/, runs: 'countersign' },
          {
            path: ['terminalAllowlist'],
            is: /^(?:\*|aws|sam|cdk|terraform|tofu|pulumi|kubectl)\b|^\*$/,
            runs: 'shell',
          },
        ],
      ),
    ],
  },
  {
    title: 'VS Code',
    source: 'https://code.visualstudio.com/docs/agents/run/approvals',
    files: [
      file('project', '.vscode/mcp.json', [['servers']]),
      file('project', '.vscode/settings.json', [], VSCODE_UNASKED),
      ...VSCODE_USER.flatMap((folder) => [
        file('home', `${folder}/mcp.json`, [['servers']]),
        file('home', `${folder}/settings.json`, [['mcp', 'servers']], VSCODE_UNASKED),
      ]),
    ],
  },
  {
    title: 'Kiro',
    source: 'https://kiro.dev/docs/mcp/configuration and https://kiro.dev/docs/permissions/',
    files: [
      file('project', '.kiro/settings/mcp.json', [['mcpServers']], KIRO_UNASKED),
      file('home', '.kiro/settings/mcp.json', [['mcpServers']], KIRO_UNASKED),
      file('home', '.kiro/settings/permissions.yaml', [], KIRO_RULES),
    ],
  },
  {
    title: 'Gemini CLI',
    source: 'https://geminicli.com/docs/reference/configuration.md',
    files: [
      file('project', '.gemini/settings.json', [['mcpServers']], GEMINI_UNASKED),
      file('home', '.gemini/settings.json', [['mcpServers']], GEMINI_UNASKED),
    ],
  },
  {
    title: 'Codex',
    source: 'https://developers.openai.com/codex/config-reference.md',
    files: [
      file('project', '.codex/config.toml', [['mcp_servers']], CODEX_UNASKED),
      file('home', '.codex/config.toml', [['mcp_servers']], CODEX_UNASKED),
    ],
  },
  {
    title: 'opencode',
    source: 'https://opencode.ai/docs/config/ and https://opencode.ai/docs/permissions/',
    files: ['opencode.json', 'opencode.jsonc', '.config/opencode/opencode.json', '.config/opencode/opencode.jsonc'].map(
      (path) =>
        file(path.startsWith('.config') ? 'home' : 'project', path, [['mcp'], ['mcp', 'servers']], OPENCODE_UNASKED),
    ),
  },
  {
    title: 'Copilot CLI',
    source: 'https://docs.github.com/en/copilot/how-tos/copilot-cli',
    files: [
      file('project', '.github/mcp.json', [['mcpServers']]),
      file('home', '.copilot/mcp-config.json', [['mcpServers']]),
    ],
  },
];
