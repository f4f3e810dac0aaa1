/** The command entry: registers the commands, prints what one returns, sets the exit code, and renders errors. */

import { Command, CommanderError } from 'commander';
import { type Command as Definition, jsonText } from './cli/command.ts';
import { commands, GROUPS } from './cli/commands/index.ts';
import { createContext } from './cli/context.ts';
import { EXIT } from './cli/exit.ts';
import { type GlobalOptions, registerAll } from './cli/register.ts';
import { readConfig } from './config.ts';
import { CountersignError } from './core/errors.ts';
import { makeVisible } from './core/render-safe.ts';

declare const __VERSION__: string;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const note = (text: string): void => void process.stderr.write(`${text}\n`);
/** SECURITY: what the command line was given is in it. */
const complain = (text: string): void => note(makeVisible(text, Number.POSITIVE_INFINITY));

const program = new Command('countersign')
  .exitOverride()
  .configureOutput({ writeErr: (text) => complain(text.replace(/\n$/, '')) })
  .description(
    'AI agents describe, plan and propose changes to AWS; nothing happens until guards pass and the right people have signed.',
  )
  .version(__VERSION__)
  .option('--home <folder>', 'state folder (default: COUNTERSIGN_HOME or ~/.countersign)')
  .option('--policy <file>', 'policy file (default: COUNTERSIGN_POLICY)')
  .option('--sandbox', 'use the simulated cloud below --home instead of AWS');
registerAll(program, GROUPS, commands, perform);

async function perform(command: Definition, args: Record<string, unknown>): Promise<void> {
  const { sandbox: sandboxed = false, ...settings } = program.opts<GlobalOptions>();
  const tell = args.json ? () => undefined : print;
  const width = process.stdout.columns;
  const context = createContext({ config: readConfig(settings), version: __VERSION__, sandboxed, width, tell, note });
  const { text, json, exit, exact, lines } = await command.run(context, args).finally(() => context.end());
  if (exact) process.stdout.write(text);
  else if (args.json) print(jsonText(json));
  else if (text !== '') print(text);
  for await (const line of lines ?? []) await printed(line);
  process.exitCode = exit;
}

/** Waits for a slow reader, so that what is printed is never held in memory whole. */
const printed = (line: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(`${line}\n`, () => resolve());
  });

/** A reader of only the beginning (`| head`) closes the pipe; the rest is dropped. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

/** A user's mistake is one clear message, never a stack trace. */
program.parseAsync().catch((error: unknown) => {
  process.exitCode = EXIT.failed;
  // The parser has said on stderr what is wrong; asked for help or the version, nothing is.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  else if (error instanceof CountersignError) complain(`${error.code}: ${error.message}\n${error.remedyForPeople}`);
  else complain(`INTERNAL: ${error instanceof Error ? error.message : String(error)}`);
});
