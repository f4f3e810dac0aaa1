/** The command-line agents of the matrix: how each is told of the server and of its model, and started once. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CLIENTS_FOLDER } from './folder.ts';
import { type Ran, run, type Stage } from './run-client.ts';

export interface Program {
  name: string;
  /** Its files, from the home folder that is made for it; `server` is absent where `init` names it. */
  files(stage: Pick<Stage, 'model'> & Partial<Pick<Stage, 'server'>>): Record<string, string>;
  args: string[];
  /** More of them, where the server is named by the project's file: such a file is to be trusted first. */
  trusting?: string[];
  env(stage: Pick<Stage, 'model'>): Record<string, string>;
}
const PROMPT = 'Queries run out of memory. Fix it.';
const json = (value: unknown): string => JSON.stringify(value, null, 2);
const toml = (value: unknown): string => JSON.stringify(value);

const codex: Program = {
  name: 'codex',
  files: ({ server, model }) => ({
    '.codex/config.toml': `model = "stand-in"
model_provider = "stand-in"
[model_providers.stand-in]
name = "stand-in"
base_url = ${toml(`${model.url}/v1`)}
wire_api = "responses"
${
  server
    ? `[mcp_servers.countersign]
command = ${toml(server.command)}
args = ${toml(server.args)}
env = { ${Object.entries(server.env)
        .map(([name, value]) => `${name} = ${toml(value)}`)
        .join(', ')} }
`
    : ''
}`,
  }),
  args: ['exec', '--skip-git-repo-check', PROMPT],
  trusting: ['--trust'],
  env: () => ({}),
};

const gemini: Program = {
  name: 'gemini',
  files: ({ server }) => ({
    '.gemini/settings.json': json({
      ...(server ? { mcpServers: { countersign: server } } : {}),
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
      general: { disableAutoUpdate: true },
    }),
  }),
  args: ['--prompt', PROMPT, '--approval-mode', 'yolo', '--model', 'gemini-2.5-flash'],
  env: ({ model }) => ({
    GEMINI_API_KEY: 'none',
    GOOGLE_GEMINI_BASE_URL: model.url,
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
  }),
};

const opencode: Program = {
  name: 'opencode',
  files: ({ server, model }) => ({
    '.config/opencode/opencode.json': json({
      autoupdate: false,
      share: 'disabled',
      enabled_providers: ['stand-in'],
      provider: {
        'stand-in': {
          npm: '@ai-sdk/openai-compatible',
          options: { baseURL: `${model.url}/v1`, apiKey: 'none' },
          models: { 'stand-in': { name: 'stand-in' } },
        },
      },
      mcp: server
        ? { countersign: { type: 'local', command: [server.command, ...server.args], environment: server.env } }
        : {},
    }),
  }),
  args: ['run', '--model', 'stand-in/stand-in', PROMPT],
  env: () => ({ OPENCODE_DISABLE_MODELS_FETCH: '1' }),
};

const copilot: Program = {
  name: 'copilot',
  files: ({ server }) => ({
    '.copilot/mcp-config.json': json({
      mcpServers: server ? { countersign: { type: 'local', tools: ['*'], ...server } } : {},
    }),
  }),
  args: ['--prompt', PROMPT, '--allow-all-tools', '--disable-builtin-mcps', '--no-auto-update', '--model', 'stand-in'],
  env: ({ model }) => ({
    COPILOT_PROVIDER_BASE_URL: `${model.url}/v1`,
    COPILOT_PROVIDER_API_KEY: 'none',
    COPILOT_OFFLINE: 'true',
  }),
  trusting: ['--trust-folder'],
};

const claude: Program = {
  name: 'claude',
  files: ({ server }) => (server ? { 'project/.mcp.json': json({ mcpServers: { countersign: server } }) } : {}),
  args: ['--print', PROMPT, '--allowedTools', 'mcp__countersign', '--model', 'claude-sonnet-4-5'],
  trusting: ['--settings', '{"enableAllProjectMcpServers":true}'],
  env: ({ model }) => ({
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: 'none',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
  }),
};

export const PROGRAMS = { codex, gemini, opencode, copilot, claude };

/** In a home and a project of its own, without the machine's configuration. @returns its files' folder, the home. */
export function furnish({ files }: Program, stage: Parameters<Program['files']>[0], home: string): void {
  for (const [path, text] of Object.entries(files(stage))) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
}

export function start(
  { name, args, env }: Program,
  stage: Pick<Stage, 'model'>,
  home: string,
  folder: string,
  more: string[],
): Promise<Ran> {
  const own = {
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: home,
    CODEX_HOME: join(home, '.codex'),
  };
  const settings = { ...own, COUNTERSIGN_SPONSOR: 'alice', NO_COLOR: '1', CI: '1', ...env(stage) };
  return run(join(CLIENTS_FOLDER, 'node_modules/.bin', name), [...args, ...more], settings, folder);
}

/** With the server in its own configuration. */
export function runProgram(program: Program, stage: Stage): Promise<Ran> {
  const home = join(stage.world.home, 'person');
  const project = join(home, 'project');
  mkdirSync(project, { recursive: true });
  furnish(program, stage, home);
  return start(program, stage, home, project, program.trusting ?? []);
}

/** With the server as `countersign init` writes it into a project, and started in `folder` of that project. */
export function runInitialised(program: Program, stage: Stage, folder: string): Promise<Ran> {
  const { model, server, world } = stage;
  const home = join(world.home, 'person');
  const project = join(home, 'project');
  mkdirSync(join(project, folder), { recursive: true });
  execFileSync('git', ['init', '-q', project]);
  furnish(program, { model }, home);
  const args = [...server.args.slice(0, -1), 'init', '--client', program.name, '--person', 'alice'];
  execFileSync(server.command, args, { cwd: project, env: { ...server.env, HOME: home }, stdio: 'pipe' });
  return start(program, stage, home, join(project, folder), program.trusting ?? []);
}
