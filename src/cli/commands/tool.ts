import { CountersignError } from '../../core/errors.ts';
import { type Command, jsonText } from '../command.ts';
import { exitOfDecision, exitOfError } from '../exit.ts';

/** Its output is JSON in any case: it is for scripts. */
export const tool: Command<{ tool: string; input?: string }> = {
  name: 'tool',
  summary: 'call one tool through the pipeline of the server, for scripts and CI',
  exits: {
    pass: 'pass, or nothing to change',
    needs_approval: 'needs approval',
    denied: 'denied',
    plan_only: 'plan only',
  },
  slow: 'asking the cloud',
  options: [{ flags: '--input <file>', summary: 'JSON input; - for standard input', completes: 'file' }],
  arguments: [{ name: 'tool', syntax: '<name>', summary: 'name of the tool', completes: 'tool' }],
  run: (context, { tool: name, input }) =>
    context.withApp(async ({ pipeline }) => {
      const given = input === undefined ? {} : await readJson(input);
      const answer = await pipeline(name, given, { agent: 'countersign tool' });
      const json = answer.ok ? answer.content : answer.error;
      const exit = answer.ok ? exitOfDecision(answer.content.decision) : exitOfError(answer.error.code);
      return { text: jsonText(json), json, exit };
    }),
};

async function readJson(file: string): Promise<unknown> {
  try {
    const { givenText } = await import('../given-text.ts');
    return JSON.parse(await givenText(file));
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    throw new CountersignError(
      'INPUT_INVALID',
      `--input ${file}: ${error instanceof Error ? error.message : 'it cannot be read'}.`,
      'Give a file with one JSON object, or - for standard input.',
    );
  }
}
