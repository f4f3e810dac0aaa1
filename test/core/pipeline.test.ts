/** The one road of every tool call, walked by tools of the tests' own: `core/pipeline`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CountersignError } from '../../src/core/errors.ts';
import { createPipeline, type Pipeline, type PipelinePorts } from '../../src/core/pipeline.ts';
import { defineTool, type Tool } from '../../src/core/tool.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { agentWording } from '../../src/render/agent/index.ts';
import { openTestWorld, type TestWorld } from '../world.ts';

let world: TestWorld;
let seen: unknown[];
let defects: [unknown, string][];
let answer: (input: Record<string, unknown>) => Record<string, unknown> | Promise<Record<string, unknown>>;
beforeAll(async () => {
  world = await openTestWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  seen = [];
  defects = [];
  answer = () => ({ said: 'yes' });
});

const input = z.strictObject({ word: z.string().max(2_000_000).optional(), times: z.number().max(3).optional() });
const [lookTool, askTool]: Tool[] = (['describe', 'propose'] as const).map((effect) =>
  defineTool({
    name: effect === 'describe' ? 'look' : 'ask',
    effect,
    title: 't',
    description: 'd',
    input,
    output: z.looseObject({}),
    async run(given: Record<string, unknown>, ports: object) {
      seen.push(given, Object.keys(ports).sort());
      return answer(given);
    },
  }),
);
const pipelineOf = (over: Partial<PipelinePorts> = {}): Pipeline =>
  createPipeline({
    ...world.app,
    tools: [lookTool!, askTool!],
    now: () => new Date(),
    answerWithinMilliseconds: 1_000,
    wording: agentWording,
    logDefect: (error, tool) => defects.push([error, tool]),
    ...over,
  });
const newest = async (kind: string) =>
  (await world.app.ledger.events({ kinds: [kind], newestFirst: true, limit: 1 }))[0];
const refusal = (code: string, message = /./, remedy = /./) => ({
  ok: false,
  error: { code, message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) },
});

describe('a tool call', () => {
  it('is recorded before it runs, and its answer after', async () => {
    answer = async () => ({ seq: (await newest('tool.called'))!.seq, plan_id: 'p', change_id: 'c', decision: 'pass' });
    const answered = await pipelineOf()('look', { word: 'secret' }, { agent: 'kiro' });
    const called = (await newest('tool.called'))!;
    expect(answered).toEqual({
      ok: true,
      content: { seq: called.seq, plan_id: 'p', change_id: 'c', decision: 'pass' },
    });
    expect(called.body).toEqual({
      tool: 'look',
      agent: 'kiro',
      keys: ['word'],
      inputDigest: world.app.keyedDigest({ word: 'secret' }),
    });
    expect((await newest('tool.answered'))?.body).toEqual({
      call: called.seq,
      tool: 'look',
      decision: 'pass',
      subject: 'c',
    });
    // Keyed by the state folder: nobody finds a short secret by trying.
    expect(String((called.body as { inputDigest: string }).inputDigest)).toMatch(/^hmac:[0-9a-f]{64}$/);
  });
  it('names the plan where there is no change, and nothing that is no text', async () => {
    answer = () => ({ plan_id: 'p' });
    await pipelineOf()('look', {});
    expect((await newest('tool.answered'))?.body).toMatchObject({ subject: 'p' });
    expect((await newest('tool.answered'))?.body).not.toHaveProperty('decision');
    answer = () => ({ plan_id: 7, decision: { secret: 1 } });
    await pipelineOf()('look', {});
    expect(Object.keys((await newest('tool.answered'))!.body as object).sort()).toEqual(['call', 'tool']);
  });
  it('gives a tool the ports of its kind and no others', async () => {
    await pipelineOf()('look', { times: 1 });
    await pipelineOf()('ask', { times: 2 });
    expect(seen).toEqual([{ times: 1 }, ['changes', 'cloud', 'policy'], { times: 2 }, ['changes']]);
  });
  it('without an input is one with an empty input', async () => {
    for (const nothing of [undefined, null]) {
      expect(await pipelineOf()('look', nothing)).toMatchObject({ ok: true });
      expect((await newest('tool.called'))?.body).toMatchObject({
        agent: null,
        keys: [],
        inputDigest: world.app.keyedDigest(null),
      });
    }
    expect(seen[0]).toEqual({});
  });
  it('does nothing, not even a read, when the ledger cannot append', async () => {
    const closed = await world.another();
    closed.close();
    expect(await pipelineOf({ ledger: closed.ledger })('look', {})).toMatchObject(
      refusal('LEDGER_CANNOT_APPEND', /the call was not made/, /audit verify/),
    );
    expect(seen).toEqual([]);
  });
  it('tells what the ledger itself says of why it cannot append', async () => {
    const home = mkdtempSync(join(tmpdir(), 'countersign-broken-'));
    const ledger = openLedger(home);
    new Database(join(home, 'ledger.db')).exec('DROP TABLE events').close();
    expect(await pipelineOf({ ledger })('look', {})).toMatchObject(
      refusal('LEDGER_CANNOT_APPEND', /could not be used \(SQLITE_ERROR\)/, /state folder/),
    );
    ledger.close();
    rmSync(home, { recursive: true });
    expect(seen).toEqual([]);
  });
});

describe('what the ledger keeps of an input', () => {
  it('is at most forty names, with nothing invisible in them, and no value', async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key${index}`, 'hush']));
    await pipelineOf()('look', many);
    expect((await newest('tool.called'))?.body).toMatchObject({ keys: Object.keys(many).slice(0, 40) });
    await pipelineOf()('look', { 'a\u202eb': 1, ['x'.repeat(200)]: 2 });
    const { keys } = (await newest('tool.called'))!.body as { keys: string[] };
    expect(keys[0]).toBe('a\\u{202e}b');
    expect(keys[1]).toMatch(/^x{80}…/);
    expect(JSON.stringify(await newest('tool.called'))).not.toContain('hush');
  });
  it('has no digest where there can be none, and names all the same', async () => {
    await pipelineOf()('look', { word: Number.NaN });
    expect((await newest('tool.called'))?.body).toMatchObject({ keys: ['word'], inputDigest: null });
  });
  it('has no names of what is no object, and shortens the names of tool and agent', async () => {
    await pipelineOf()('l'.repeat(100), 'text', { agent: 'a\n\u200bb'.padEnd(200, '!') });
    const { tool, agent, keys } = (await newest('tool.called'))!.body as {
      tool: string;
      agent: string;
      keys: string[];
    };
    expect(tool).toMatch(/^l{80}… \(100 characters\)$/);
    expect(agent).toMatch(/^a \\u\{200b\}b!+… \(\d+ characters\)$/);
    expect(keys).toEqual([]);
    expect((await newest('tool.refused'))?.body).toMatchObject({ tool, code: 'INPUT_UNKNOWN_TOOL' });
  });
});

describe('a call that is refused', () => {
  it('for an unknown tool names those that there are', async () => {
    expect(await pipelineOf()('l\u202eook', {})).toMatchObject(
      refusal('INPUT_UNKNOWN_TOOL', /no tool l\\u\{202e\}ook/, /: look, ask\.$/),
    );
    expect((await newest('tool.refused'))?.body).toMatchObject({
      call: (await newest('tool.called'))!.seq,
      tool: 'l\\u{202e}ook',
    });
  });
  it('for its input says where and what, at most five times, and what the tool takes', async () => {
    expect(await pipelineOf()('look', { word: 1, times: 4 })).toMatchObject(
      refusal('INPUT_INVALID', /^word: .+; times: .+/, /^look takes: word, times\.$/),
    );
    expect(await pipelineOf()('look', 'text')).toMatchObject(refusal('INPUT_INVALID', /^input: /));
    const deep = defineTool({
      name: 'deep',
      effect: 'describe',
      title: 't',
      description: 'd',
      input: z.strictObject({ list: z.array(z.strictObject({ n: z.number() })) }),
      output: z.looseObject({}),
      run: async () => ({}),
    });
    const answered = await pipelineOf({ tools: [deep] })('deep', {
      list: Array.from({ length: 9 }, () => ({ n: 'x' })),
    });
    expect(answered).toMatchObject(refusal('INPUT_INVALID', /^list\.0\.n: .+; list\.4\.n: [^;]+$/));
    expect(seen).toEqual([]);
  });
  it('for its length is so above 1,200,000 characters, and when it has no length', async () => {
    const ofLength = (characters: number) => ({ word: 'x'.repeat(characters - '{"word":""}'.length) });
    expect(await pipelineOf()('look', ofLength(1_200_000))).toMatchObject({ ok: true });
    expect(await pipelineOf()('look', ofLength(1_200_001))).toMatchObject(
      refusal('INPUT_TOO_LARGE', /1200001 characters; at most 1200000/),
    );
    // Nothing works on it, hashing included.
    expect((await newest('tool.called'))?.body).toMatchObject({ keys: ['word'], inputDigest: null });
    const circle: Record<string, unknown> = {};
    circle.word = circle;
    expect(await pipelineOf()('look', circle)).toMatchObject(refusal('INPUT_TOO_LARGE'));
    expect((await newest('tool.called'))?.body).toMatchObject({ keys: ['word'], inputDigest: null });
  });
});

describe('a tool that fails', () => {
  const failing = (error: unknown) => {
    answer = () => {
      throw error;
    };
    return pipelineOf()('look', {});
  };
  it('with an error of ours tells it, and the ledger keeps code and message', async () => {
    expect(await failing(new CountersignError('INPUT_NOT_FOUND', 'not\u200b there', 'look\u200b'))).toEqual({
      ok: false,
      error: { code: 'INPUT_NOT_FOUND', message: 'not\\u{200b} there', remedy: 'look\\u{200b}' },
    });
    expect((await newest('tool.refused'))?.body).toEqual({
      call: (await newest('tool.called'))!.seq,
      tool: 'look',
      code: 'INPUT_NOT_FOUND',
      message: 'not\\u{200b} there',
    });
    expect(defects).toEqual([]);
  });
  it('with any other error tells nothing of it, and the operator all', async () => {
    const defect = new Error('password=hunter2');
    expect(await failing(defect)).toMatchObject(refusal('INTERNAL', /^Countersign failed because of a defect/));
    expect(JSON.stringify(await newest('tool.refused'))).not.toContain('hunter2');
    expect(defects).toEqual([[defect, 'look']]);
  });
  it('with an unexpected answer of AWS tells the operator its cause', async () => {
    const cause = new Error('from the SDK');
    const failed = new CountersignError('AWS_FAILED', 'm', 'r', { cause });
    expect(await failing(failed)).toMatchObject(refusal('AWS_FAILED'));
    const bare = new CountersignError('AWS_FAILED', 'm', 'r');
    await failing(bare);
    expect(defects).toEqual([
      [cause, 'look'],
      [bare, 'look'],
    ]);
  });
  it('at length is cut: 1,500 characters of message and 600 of remedy', async () => {
    const answered = await failing(new CountersignError('INPUT_INVALID', 'm'.repeat(2_000), 'r'.repeat(2_000)));
    expect(answered).toMatchObject(refusal('INPUT_INVALID', /^m{1500}… \(2000/, /^r{600}… \(2000/));
  });
});

describe('a description that the cloud does not answer', () => {
  const slowly = (milliseconds: number) =>
    new Promise((resolve) => setTimeout(() => resolve({ said: 'late' }), milliseconds)) as never;

  it('ends with a code before the client gives up', async () => {
    answer = () => slowly(400);
    const call = pipelineOf({ answerWithinMilliseconds: 20 })('look', {});
    expect(await call).toEqual(refusal('AWS_TIMEOUT', /within 0 s/, /Ask for less/));
  });
  it('is given up with the client, whose signal the tool has', async () => {
    const client = new AbortController();
    answer = () => {
      client.abort();
      return new Promise<never>(() => undefined);
    };
    expect(await pipelineOf()('look', {}, { signal: client.signal })).toMatchObject(
      refusal('STATE_CALL_CANCELLED', /client cancelled/, /Call again/),
    );
    expect(seen).toEqual([{}, ['changes', 'cloud', 'policy', 'signal']]);
    expect((await newest('tool.refused'))?.body).toMatchObject({ code: 'STATE_CALL_CANCELLED' });
  });
  it('may take somewhat longer than a plan, since nothing goes on without it', async () => {
    answer = () => slowly(1_150);
    expect(await pipelineOf({ answerWithinMilliseconds: 1_000 })('look', {})).toMatchObject({ ok: true });
  });
});
