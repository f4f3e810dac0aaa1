/** The command entry: registers the commands, prints what one returns, sets the exit code, and renders errors. */

import { Command, CommanderError } from 'commander';
import { DESCRIPTION, type Command as Definition, GLOBAL_OPTIONS, jsonText } from './cli/command.ts';
import { commands, GROUPS } from './cli/commands/index.ts';
import { createContext } from './cli/context.ts';
import { EXIT } from './cli/exit.ts';
import type { Printer } from './cli/printer.ts';
import { exitLines, type GlobalOptions, parserOption, registerAll } from './cli/register.ts';
import { readConfig } from './config.ts';
import { CountersignError } from './core/errors.ts';
import { makeVisible } from './core/render-safe.ts';

declare const __VERSION__: string;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const note = (text: string): void => void process.stderr.write(`${text}\n`);
const atTerminal = process.stdout.isTTY || process.stderr.isTTY;
/** Only a terminal has a width, and somebody who waits before it. */
const printer = async (): Promise<Printer> =>
  atTerminal
    ? (await import('./cli/printer.ts')).createPrinter(process.stdout, process.stderr)
    : { print, note, progress: () => undefined, end: () => undefined };
/** SECURITY: what the command line was given is in it. */
const complain = (text: string): void => note(makeVisible(text, Number.POSITIVE_INFINITY));

const program = new Command('countersign')
  .exitOverride()
  .configureOutput({ writeErr: (text) => complain(text.replace(/\n$/, '')) })
  .description(DESCRIPTION)
  .version(__VERSION__);
for (const option of GLOBAL_OPTIONS) program.addOption(parserOption(option));
registerAll(program, GROUPS, mentionedIn(process.argv.slice(2)), perform);
program.addHelpText('after', () => `\nExit codes:\n${exitLines().join('\n')}`);

/** To register all takes longer than most commands do. Whoever asks for help, or names none of them, is told of all. */
function mentionedIn(args: readonly string[]): readonly Definition[] {
  const first = args.find(
    (arg, at) => !arg.startsWith('-') && !['--home', '--policy', '--ledger'].includes(args[at - 1] ?? ''),
  );
  const mentioned = commands.filter(({ name }) => name.split(' ')[0] === first);
  return mentioned.length === 0 || args.includes('--help') || args.includes('-h') ? commands : mentioned;
}

async function perform(command: Definition, args: Record<string, unknown>): Promise<void> {
  const { sandbox: sandboxed = false, ...settings } = program.opts<GlobalOptions>();
  const { print: printFitted, note, progress, end } = await printer();
  const tell = args.json ? () => undefined : printFitted;
  const width = process.stdout.columns;
  const config = readConfig(settings);
  const version = __VERSION__;
  const table = { commands, groups: GROUPS };
  const context = createContext({ config, version, table, sandboxed, width, tell, note, progress });
  if (command.slow !== undefined) progress(command.slow);
  const { text, json, exit, exact, fits, lines } = await command.run(context, args).finally(async () => {
    end();
    await context.end();
  });
  if (exact) process.stdout.write(text);
  else if (args.json) print(jsonText(json));
  else if (text !== '') (fits ? print : printFitted)(text);
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
program.parseAsync().catch(async (error: unknown) => {
  process.exitCode = EXIT.failed;
  const { note } = await printer();
  const complain = (text: string): void => note(makeVisible(text, Number.POSITIVE_INFINITY));
  // The parser has said on stderr what is wrong; asked for help or the version, nothing is.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  else if (error instanceof CountersignError) complain(`${error.code}: ${error.message}\n${error.remedyForPeople}`);
  else complain(`INTERNAL: ${error instanceof Error ? error.message : String(error)}`);
});
