/** The commands as data to read: what completion, the man page and the documents are made of. */
import type { Command, Completed, OptionSpec } from './command.ts';

export interface Flag {
  /** `--kind` */
  name: string;
  /** `<kinds...>`; null: it takes none. */
  value: string | null;
  summary: string;
  usual: string | number | undefined;
  required: boolean;
  choices: readonly string[];
  completes: Completed | undefined;
}

export function flagOf({
  flags,
  summary,
  choices = [],
  required = false,
  completes,
  default: usual,
}: OptionSpec): Flag {
  const [name = '', ...value] = flags.split(' ');
  return { name, value: value.join(' ') || null, summary, usual, required, choices, completes };
}

/** In a sentence: what it is, its choices, and its value where none is given. */
export function aboutFlag({ summary, choices, usual, required }: Flag): string {
  return [
    summary,
    ...(choices.length > 0 ? [`one of: ${choices.join(', ')}`] : []),
    ...(usual === undefined ? [] : [`default: ${usual}`]),
    ...(required ? ['required'] : []),
  ].join('; ');
}

/** `countersign show [options] <change>` */
export const usageOf = ({ name, options, arguments: given }: Command<never>): string =>
  ['countersign', name, ...(options.length > 0 ? ['[options]'] : []), ...given.map(({ syntax }) => syntax)].join(' ');

export const shown = <One extends Pick<Command, 'hidden'>>(commands: readonly One[]): One[] =>
  commands.filter(({ hidden }) => !hidden);
