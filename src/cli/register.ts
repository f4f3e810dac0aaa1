/** Makes the parser of the commands' definitions. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { Command as Definition, OptionSpec } from './command.ts';
import { type Exits, exitRows } from './exit.ts';

export interface GlobalOptions {
  home?: string;
  ledger?: string;
  policy?: string;
  sandbox?: boolean;
}

/** @param perform is given the command that was named, with its options and arguments by name. */
export function registerAll(
  program: Command,
  groups: Readonly<Record<string, string>>,
  definitions: readonly Definition[],
  perform: (definition: Definition, args: Record<string, unknown>) => Promise<void>,
): void {
  const parents = new Map(
    Object.entries(groups).map(([name, summary]) => [
      name,
      new Command(name).description(summary).copyInheritedSettings(program),
    ]),
  );
  for (const definition of definitions) {
    const [first = '', second] = definition.name.split(' ');
    // A word below a command that stands on its own.
    const above = parents.get(first) ?? program.commands.find((one) => one.name() === first);
    const parent = second === undefined ? program : above;
    if (!parent) throw new Error(`no group ${first}`);
    // A group stands in the list of commands where its first command is.
    if (parent !== program && !program.commands.includes(parent)) program.addCommand(parent);
    const command = parent
      .command(second ?? first, { hidden: definition.hidden ?? false })
      .description(definition.summary);
    for (const { syntax, summary, choices } of definition.arguments) {
      const argument = new Argument(syntax, summary);
      command.addArgument(choices ? argument.choices(choices) : argument);
    }
    for (const option of definition.options) command.addOption(parserOption(option));
    command.addHelpText('after', ({ command: shown }) => `\n${helpBelow(definition, shown)}`);
    command.action(async (...given: unknown[]) => {
      const named = definition.arguments.map(({ name }, index) => [name, given[index]]);
      await perform(definition, { ...command.opts(), ...Object.fromEntries(named) });
    });
  }
}

/** Every command tells its exit codes; one that has none of its own has the usual ones. */
function helpBelow({ afterHelp, exits = {} }: Definition, command: Command): string {
  const help = command.createHelp();
  const text = [...(afterHelp ? [afterHelp, ''] : []), 'Exit codes:', ...exitLines(exits)].join('\n');
  return help.boxWrap(text, command.configureOutput().getOutHelpWidth?.() ?? 80);
}

/** One code a line. */
export const exitLines = (exits?: Exits): string[] => exitRows(exits).map(([code, means]) => `  ${code}  ${means}`);

export function parserOption({ flags, summary, choices, parse, required = false, default: usual }: OptionSpec): Option {
  const option = new Option(flags, summary).makeOptionMandatory(required);
  if (choices) option.choices(choices);
  if (usual !== undefined) option.default(usual);
  if (parse)
    option.argParser((text: string) => {
      try {
        return parse(text);
      } catch (error) {
        throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
      }
    });
  return option;
}
