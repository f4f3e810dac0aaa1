import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

const MOST_AT_ONCE = 32;

export const run: Command<{ concurrency: number; health?: string; account?: string[]; stopWithin?: number }> = {
  name: 'run',
  summary: 'execute approved changes of scopes with execute: by_runner, until it is stopped',
  exits: { pass: 'stopped, with nothing under way', failed: 'changes were left under way, or an error' },
  afterHelp: `SIGTERM or SIGINT: takes no more, and ends what is under way. A second signal, or --stop-within, leaves what is under way; the next start looks for its outcome. The file of --health is written at least every 10 seconds: its age tells whether the runner works, its state whether it executes.`,
  options: [
    {
      flags: '--concurrency <number>',
      summary: 'changes at the same time, on different targets',
      default: 4,
      parse: atOnce,
    },
    { flags: '--health <file>', summary: 'a file to keep the health in, as JSON', completes: 'file' },
    { flags: '--account <alias...>', summary: 'only changes in these accounts of the policy', completes: 'account' },
    {
      flags: '--stop-within <seconds>',
      summary: 'how long to wait for what is under way, once told to stop',
      parse: seconds,
    },
  ],
  arguments: [],
  async run(context, options) {
    const left = await (await import('../run.ts')).run(context, options);
    return {
      text:
        left.length > 0 ? `Left under way: ${left.join(', ')}. The next start looks for their outcome.` : 'Stopped.',
      json: { left },
      exit: left.length > 0 ? EXIT.failed : EXIT.pass,
    };
  },
};

function atOnce(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > MOST_AT_ONCE)
    throw new Error(`Give a whole number from 1 to ${MOST_AT_ONCE}.`);
  return number;
}

function seconds(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number < 0) throw new Error('Give a number of seconds.');
  return number;
}
