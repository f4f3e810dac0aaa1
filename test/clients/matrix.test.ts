/**
 * Real clients, as they are published, on the whole road: list, plan by `set` with a number, propose, describe. What a
 * model would say comes from a stand-in on loopback; no account is needed, and nothing leaves the machine.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { textOf } from '../../src/mcp/answer-text.ts';
import { tools } from '../../tools/index.ts';
import { needs } from '../needs.ts';
import { STACK } from '../world.ts';
import { areInstalled } from './folder.ts';
import { SCRIPT } from './model-api.ts';
import { PROGRAMS, runInitialised, runProgram } from './programs.ts';
import { openStage, type Ran, runDriver, type Stage } from './run-client.ts';

/** What a model gets to see of an answer. docs/clients.md tells the same. */
type Shows = 'text' | 'structure' | 'both';
const CLIENT = { timeout: 120_000 };
let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const events = async (kind: string) => await stage.world.app.ledger.events({ kinds: [kind] });
/** As one text, whatever JSON it was put into. */
const plain = (result: string | undefined): string => (result ?? '').replaceAll('\\', '');

async function expectWalked(ran: Ran, results: string[], shows: Shows, agent: string): Promise<void> {
  const calls = (await events('tool.called')).map(({ body }) => body as { tool: string; agent: string });
  expect(
    calls.map(({ tool }) => tool),
    `${ran.stdout}\n${ran.stderr}`,
  ).toEqual([...SCRIPT]);
  expect([...new Set(calls.map((call) => call.agent))]).toEqual([agent]);
  expect(await events('tool.refused')).toEqual([]);
  expect(ran.code).toBe(0);
  expect(plain(results[0])).toContain(STACK);
  const [proposed] = (await stage.world.app.changes.list({ limit: 5 })).items;
  expect(proposed).toMatchObject({ state: 'pending', goal: 'fix', sponsor: 'alice' });
  const { effects } = (await stage.world.app.changes.plan(proposed!.planId)).plan;
  expect(effects).toHaveLength(1);
  expect(JSON.stringify(effects)).toMatch(/MemorySize.*1024/);
  const described = await stage.world.app.pipeline('describe_change', { change_id: proposed!.id });
  const [line = ''] = textOf(described).split('\n');
  const last = plain(results.at(-1));
  expect({ text: last.includes(line), structure: last.includes('"decision":"needs_approval"') }).toEqual({
    text: shows !== 'structure',
    structure: shows !== 'text',
  });
  expect(stage.world.writes()).toEqual([]);
}

/** Names as a client gives them to a model, with a prefix or without. */
function toldOf(listed: readonly string[]): string[] {
  const names = listed.map((name) => tools.find((tool) => name.endsWith(tool.name) && !name.endsWith(`s${tool.name}`)));
  return [...new Set(names.flatMap((tool) => (tool ? [tool.name] : [])))].sort();
}
const everyTool = tools.map(({ name }) => name).sort();

it.for([
  ['ai-sdk', 'text', 'ai-sdk-mcp-client'],
  // It would show both: what it is told beside the structure is one line.
  ['langchain', 'structure', '@langchain/mcp-adapters'],
  ['openai-agents', 'text', 'countersign'],
  ['genai', 'both', 'genai'],
] as const)('the library %s walks the road; its model reads %s', CLIENT, async ([name, shows, agent], context) => {
  needs(context, 'clients', areInstalled());
  const ran = await runDriver(name, stage);
  await expectWalked(ran, stage.model.results(), shows, agent);
  expect(ran.stdout.trim()).toBe('Done.');
  expect(toldOf(stage.model.seen[0]!.names)).toEqual(everyTool);
});

it('the library mastra walks the road; its agents get the structure', CLIENT, async (context) => {
  needs(context, 'clients', areInstalled());
  const ran = await runDriver('mastra', stage);
  const { names, results } = JSON.parse(ran.stdout.trim().split('\n').at(-1)!) as {
    names: string[];
    results: unknown[];
  };
  await expectWalked(
    ran,
    results.map((result) => JSON.stringify(result)),
    'structure',
    'countersign',
  );
  expect(toldOf(names)).toEqual(everyTool);
});

it(
  'strict OpenAI schemas: every tool without a map of free names is strict, and its nulls are taken',
  CLIENT,
  async (context) => {
    needs(context, 'clients', areInstalled());
    await runDriver('openai-agents', stage);
    const loose = stage.model.seen[0]!.tools.filter(({ strict }) => strict !== true).map(({ name }) => name);
    expect(loose.sort()).toEqual(['plan_stack_create', 'plan_stack_update', 'plan_tags']);
  },
);

it.for([
  ['codex', 'structure', 'codex-mcp-client'],
  ['gemini', 'text', 'gemini-cli-mcp-client'],
  ['opencode', 'text', 'opencode'],
  ['copilot', 'structure', 'copilot-cli'],
  ['claude', 'structure', 'claude-code'],
] as const)('the program %s walks the road; its model reads %s', CLIENT, async ([name, shows, agent], context) => {
  needs(context, 'clients', areInstalled());
  const ran = await runProgram(PROGRAMS[name], stage);
  // The first result of a client that defers tools is of its search for them.
  const results = stage.model.results().filter((result) => !result.includes('tool_reference'));
  await expectWalked(ran, results, shows, agent);
  const told = toldOf(stage.model.seen.flatMap(({ names }) => names));
  expect(told).toEqual(name === 'claude' ? [...SCRIPT].sort() : everyTool);
});

it.for([
  ['codex', 'below'],
  ['gemini', '.'],
  ['opencode', 'below'],
  ['copilot', '.'],
  ['claude', 'below'],
] as const)(
  'the entry that init writes for %s starts the server in %s, with the person of the environment as sponsor',
  CLIENT,
  async ([name, folder], context) => {
    needs(context, 'clients', areInstalled());
    const ran = await runInitialised(PROGRAMS[name], stage, folder);
    const calls = (await events('tool.called')).map(({ body }) => (body as { tool: string }).tool);
    expect(calls, `${ran.stdout}\n${ran.stderr}`).toEqual([
      ...['describe_policy', 'describe_stacks', 'plan_stack_delete'],
      ...SCRIPT,
    ]);
    expect((await stage.world.app.changes.list({ limit: 5 })).items).toEqual([
      expect.objectContaining({ sponsor: 'alice' }),
    ]);
  },
);
