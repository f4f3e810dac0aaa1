/** Agents' programs, as they are published, over HTTP with a token: the road of `test/clients`, and whose change it is. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { areInstalled } from '../../clients/folder.ts';
import { type ModelApi, openModelApi, SCRIPT } from '../../clients/model-api.ts';
import { furnish, PROGRAMS, type Program, start } from '../../clients/programs.ts';
import { needs } from '../../needs.ts';
import { STACK } from '../../world.ts';
import { openTeam, type Team } from '../team.ts';

let team: Team;
let model: ModelApi;
beforeEach(async () => {
  team = await openTeam();
  await team.start();
  model = await openModelApi(STACK);
});
afterEach(async () => {
  await model.close();
  await team.close();
});

const NONE = { command: '', args: [], env: {} };
/** How each names a server at an address, with a token. */
const AT_AN_ADDRESS: Record<string, (url: string, token: string) => Partial<Program>> = {
  claude: (url, token) => withServer('claude', { type: 'http', url, headers: bearer(token) }),
  gemini: (url, token) => withServer('gemini', { httpUrl: url, headers: bearer(token) }),
  copilot: (url, token) => withServer('copilot', { type: 'http', url, headers: bearer(token) }),
  opencode: (url, token) =>
    edited('opencode', (text) => {
      const file = JSON.parse(text);
      file.mcp = { countersign: { type: 'remote', url, headers: bearer(token), oauth: false } };
      return JSON.stringify(file);
    }),
  codex: (url, token) => ({
    ...edited('codex', (text) =>
      text.replace(/command = .*\nargs = .*\nenv = .*/, `url = "${url}"\nbearer_token_env_var = "COUNTERSIGN_TOKEN"`),
    ),
    env: () => ({ COUNTERSIGN_TOKEN: token }),
  }),
};
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const withServer = (name: keyof typeof PROGRAMS, server: object): Partial<Program> => ({
  files: (stage) => PROGRAMS[name].files({ ...stage, server: server as never }),
});
const edited = (name: keyof typeof PROGRAMS, edit: (text: string) => string): Partial<Program> => ({
  files: (stage) =>
    Object.fromEntries(
      Object.entries(PROGRAMS[name].files({ ...stage, server: NONE })).map(([path, text]) => [path, edit(text)]),
    ),
});

it.for(Object.keys(AT_AN_ADDRESS))(
  'the program %s walks the road over HTTP, for the person of its token',
  {
    timeout: 120_000,
  },
  async (name, context) => {
    needs(context, 'clients', areInstalled());
    const token = await team.provider.tokenFor('bob', { client: 'claude-code' });
    const program: Program = {
      ...PROGRAMS[name as keyof typeof PROGRAMS],
      ...AT_AN_ADDRESS[name]!(team.resource, token),
    };
    const home = join(team.world.home, 'person');
    const project = join(home, 'project');
    mkdirSync(project, { recursive: true });
    furnish(program, { model }, home);
    const ran = await start(program, { model }, home, project, program.trusting ?? []);
    const calls = await team.app.ledger.events({ kinds: ['tool.called'] });
    expect(
      calls.map(({ body }) => (body as { tool: string }).tool),
      `${ran.stdout}\n${ran.stderr}`,
    ).toEqual([...SCRIPT]);
    expect((await team.app.changes.list({ limit: 5 })).items).toEqual([
      expect.objectContaining({ sponsor: 'bob', agent: expect.stringContaining('[client claude-code]') }),
    ]);
    expect(ran.code).toBe(0);
  },
);
