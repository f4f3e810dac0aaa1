/**
 * What a shell offers for the word before its cursor, from the table of commands and, for ids and names, from the ledger.
 *
 * Reads only, and never fails: where nothing can be looked up, nothing is offered. SECURITY: what is offered is a plain
 * word, so that a shell that puts it into a line runs nothing of it.
 */
import { guards } from '../../guards/index.ts';
import { type Config, ledgerPlace, readConfig } from '../config.ts';
import { EVENT_BODIES } from '../core/events.ts';
import { GOALS } from '../core/goals.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { readLedgerAt } from '../ledger/open.ts';
import { directoryNow } from '../policy/directory.ts';
import { type Command, type Completed, GLOBAL_OPTIONS } from './command.ts';
import { type Flag, flagOf, shown } from './command-table.ts';
import { idsLike } from './ids.ts';

export interface Offer {
  value: string;
  about: string;
}
/** `files`, `folders`: those of the shell, besides. */
export interface Offered {
  offers: Offer[];
  besides: 'files' | 'folders' | null;
}
type Table = readonly Pick<Command, 'name' | 'summary' | 'options' | 'arguments' | 'hidden'>[];

const MOST = 40;
const PLAIN = /^[\w.:@/+=,-]+$/;
const NOTHING: Offered = { offers: [], besides: null };

/** @param words of the line after `countersign`; the last is the one that is being typed. */
export async function completed(
  words: readonly string[],
  { commands, groups }: { commands: Table; groups: Readonly<Record<string, string>> },
): Promise<Offered> {
  const typed = words.at(-1) ?? '';
  const { given, command, pending, rest } = read(words.slice(0, -1), shown(commands));
  const flags = [...(command?.options ?? []).map(flagOf), ...(command ? [] : GLOBAL_OPTIONS.map(flagOf))];
  const found = pending
    ? await valuesOf(pending, typed, () => readConfig(given))
    : typed.startsWith('-')
      ? offered(flags.map(({ name, summary }) => ({ value: name, about: summary })))
      : await wordsOf({ command, rest, commands: shown(commands), groups }, typed, () => readConfig(given));
  return {
    ...found,
    offers: found.offers.filter(({ value }) => value.startsWith(typed) && PLAIN.test(value)).slice(0, MOST),
  };
}
const offered = (offers: Offer[]): Offered => ({ offers, besides: null });

export interface Given {
  home?: string;
  policy?: string;
  ledger?: string;
}
interface Line {
  given: Given;
  command: Table[number] | undefined;
  /** Words that are no flags: those of the command's name, where it is not known yet, else its arguments. */
  rest: string[];
  /** The flag whose value is typed. */
  pending: Flag | undefined;
}

function read(words: readonly string[], commands: Table): Line {
  const line: Line = { given: {}, command: undefined, rest: [], pending: undefined };
  for (const word of words) {
    const { pending } = line;
    if (pending && !word.startsWith('-')) {
      if (pending.name === '--home' || pending.name === '--policy')
        line.given[pending.name.slice(2) as keyof Given] = word;
      if (!pending.value?.includes('...')) line.pending = undefined;
    } else if (word.startsWith('-')) {
      const flags = [...GLOBAL_OPTIONS, ...(line.command?.options ?? [])].map(flagOf);
      line.pending = flags.find(({ name, value }) => name === word && value !== null);
    } else {
      line.rest.push(word);
      const named = commands.find(({ name }) => name === line.rest.join(' '));
      const longer = commands.find(({ name }) => name === `${line.command?.name} ${line.rest.join(' ')}`);
      if (line.command ? longer : named) {
        line.command = longer ?? named;
        line.rest = [];
      }
    }
  }
  return line;
}

async function wordsOf(
  {
    command,
    rest,
    commands,
    groups,
  }: Pick<Line, 'command' | 'rest'> & { commands: Table; groups: Readonly<Record<string, string>> },
  typed: string,
  open: () => Config,
): Promise<Offered> {
  const before = command ? command.name : rest.join(' ');
  const below = before === '' ? commands : commands.filter(({ name }) => name.startsWith(`${before} `));
  const next = new Map<string, string>();
  for (const { name, summary } of rest.length > 0 && command ? [] : below) {
    const [word = '', ...more] = name.slice(before === '' ? 0 : before.length + 1).split(' ');
    next.set(word, more.length > 0 ? (groups[word] ?? next.get(word) ?? summary) : summary);
  }
  const offers = [...next].map(([value, about]) => ({ value, about }));
  const argument = command?.arguments.at(Math.min(rest.length, command.arguments.length - 1));
  if (!command || !argument || (rest.length > 0 && !argument.syntax.includes('...'))) return offered(offers);
  const found = await valuesOf({ choices: argument.choices ?? [], completes: argument.completes }, typed, open);
  return { ...found, offers: [...offers, ...found.offers] };
}

async function valuesOf(
  { choices, completes }: Pick<Flag, 'choices' | 'completes'>,
  typed: string,
  open: () => Config,
): Promise<Offered> {
  if (choices.length > 0) return offered(choices.map((value) => ({ value, about: '' })));
  if (completes === undefined) return NOTHING;
  if (completes === 'file' || completes === 'folder') return { offers: [], besides: `${completes}s` };
  const offers = await LOOKED_UP[completes](typed, open).catch(() => []);
  // A change may be given as a bundle, and a plan as a sketch.
  return { offers, besides: completes === 'change' || completes === 'subject' ? 'files' : null };
}

type LookUp = (typed: string, open: () => Config) => Promise<Offer[]>;
type Looked = Exclude<Completed, 'file' | 'folder'>;

const inLedger =
  (look: (ledger: ReturnType<typeof readLedgerAt>, typed: string) => Promise<Offer[]>): LookUp =>
  async (typed, open) => {
    const ledger = readLedgerAt(ledgerPlace(open()));
    try {
      return await look(ledger, typed);
    } finally {
      ledger.close();
    }
  };
const idsOf = (prefixes: readonly string[]): LookUp =>
  inLedger(async (ledger, typed) => {
    const asked = prefixes.filter((prefix) => prefix.startsWith(typed) || typed.startsWith(prefix));
    const found = await Promise.all(
      asked.map((prefix) => idsLike(ledger, typed.length > prefix.length ? typed : prefix, MOST)),
    );
    return found.flat().map(({ id, about }) => ({ value: id, about }));
  });

const LOOKED_UP: Record<Looked, LookUp> = {
  change: idsOf(['chg_']),
  subject: idsOf(['chg_', 'plan_']),
  person: inLedger(async (ledger) =>
    ((await directoryNow(ledger))?.people ?? []).map(({ name, roles }) => ({ value: name, about: roles.join(', ') })),
  ),
  account: inLedger(async (ledger) =>
    ((await directoryNow(ledger))?.accounts ?? []).map(({ alias, id }) => ({ value: alias, about: id })),
  ),
  guard: async () => guards.map(({ name, rule }) => ({ value: name, about: rule })),
  goal: async () => GOALS.map((value) => ({ value, about: '' })),
  kind: async () => Object.keys(EVENT_BODIES).map((value) => ({ value, about: '' })),
  tool: async () => {
    const { readFile } = await import('node:fs/promises');
    const listed: { name: string }[] = JSON.parse(await readFile(new URL('./tools.json', import.meta.url), 'utf8'));
    return listed.map(({ name }) => ({ value: name, about: '' }));
  },
};

const ABOUT = 80;
const shortened = (about: string): string => {
  const line = makeVisibleLine(about, Number.POSITIVE_INFINITY);
  return line.length > ABOUT ? `${line.slice(0, ABOUT - 1)}…` : line;
};

/** A line each: the word, a tab, and what it is; `:files` and `:folders` ask the shell for its own. */
export const offeredText = ({ offers, besides }: Offered): string =>
  [
    ...offers.map(({ value, about }) => `${value}\t${shortened(about)}`),
    ...(besides === null ? [] : [`:${besides}`]),
  ].join('\n');
