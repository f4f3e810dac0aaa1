/** The shape of a command. Its definition is data and one function, so that a test calls it without a command line. */

import type { App } from '../compose.ts';
import type { Config } from '../config.ts';
import type { Watching } from '../core/observing.ts';
import { escapeInvisible } from '../core/render-safe.ts';
import type { StateFolder } from '../folder.ts';
import type { Exit, Exits } from './exit.ts';

/** What a shell offers for a value: files of its own, or what `countersign complete` looks up. */
export type Completed =
  | 'file'
  | 'folder'
  | 'change'
  | 'subject'
  | 'person'
  | 'account'
  | 'guard'
  | 'kind'
  | 'goal'
  | 'tool';

export interface OptionSpec {
  /** As the parser reads them: `--json`, `--port <number>`. */
  flags: string;
  summary: string;
  default?: string | number;
  choices?: readonly string[];
  required?: boolean;
  /** Absent: nothing is offered, but `choices`. */
  completes?: Completed;
  /** @throws Error with what a value has to be; the parser makes wrong use of it. */
  parse?(text: string): unknown;
}

export interface ArgumentSpec {
  /** Under which `run` is given it. */
  name: string;
  /** `<change>`, or `[files...]` where there may be none. */
  syntax: string;
  summary: string;
  completes?: Completed;
  choices?: readonly string[];
}

export interface Result {
  /** For a person. Empty: nothing is left to say. */
  text: string;
  /** Printed in place of the text under `--json`. */
  json: unknown;
  exit: Exit;
  /** The text is bytes that something else reads: nothing is added at its end. */
  exact?: true;
  /** The lines of the text have the terminal's width already. */
  fits?: true;
  /** More than one text can hold: printed after it, one by one, as they come. */
  lines?: AsyncIterable<string>;
}

export interface Context {
  config: Config;
  version: string;
  /** `--sandbox`: the simulated cloud in place of the real one. */
  sandboxed: boolean;
  /** All commands, for those that tell of them. */
  table: { commands: readonly Command[]; groups: Readonly<Record<string, string>> };
  /** Columns of the terminal, when there is one. */
  width: number | undefined;
  /** Says to the person what happens while the command runs; silent under `--json`. */
  tell(text: string): void;
  /** The same, apart from the output: for what a script is not to read. */
  note(text: string): void;
  /** Tells a collector of telemetry what this process does. undefined: the environment asks for none. */
  watching(): Promise<Watching | undefined>;
  /** What is done now, where it may take long: shown on a terminal after a second, until something is said. */
  progress(text: string): void;
  /** Opens the state folder for as long as `use` takes: for a command that may not need the rest. */
  withFolder<T>(use: (folder: StateFolder) => Promise<T> | T, config?: Config): Promise<T>;
  /** The same, with everything joined. */
  withApp<T>(use: (app: App) => Promise<T> | T, config?: Config): Promise<T>;
}

export interface Command<Args = Record<string, unknown>> {
  /** One word, or a group and a word: `policy check`. */
  name: string;
  summary: string;
  /** For programs: in no list of commands. */
  hidden?: true;
  /** Shown below the options in `--help`. */
  afterHelp?: string;
  /** Its exit codes in its own words; absent: the usual ones. */
  exits?: Exits;
  /** What it does meanwhile, where it can take more than a second: told on a terminal, on standard error. */
  slow?: string;
  options: readonly OptionSpec[];
  arguments: readonly ArgumentSpec[];
  /**
   * Neither prints nor sets an exit code, but for `serve`, whose standard output is the protocol.
   *
   * @throws CountersignError when the command cannot do it.
   */
  run(context: Context, args: Args): Promise<Result>;
}

/** The flags of every command, before its name. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--home <folder>',
    summary: 'state folder (default: COUNTERSIGN_HOME or ~/.countersign)',
    completes: 'folder',
  },
  {
    flags: '--ledger <url>',
    summary: 'postgres:// address of a ledger outside of the state folder (default: COUNTERSIGN_LEDGER)',
  },
  { flags: '--policy <file>', summary: 'policy file (default: COUNTERSIGN_POLICY)', completes: 'file' },
  { flags: '--sandbox', summary: 'use the simulated cloud below --home instead of AWS' },
];
export const DESCRIPTION =
  'AI agents describe, plan and propose changes to AWS; nothing happens until guards pass and the right people have signed.';

export const JSON_OPTION: OptionSpec = { flags: '--json', summary: 'print JSON' };

/** @param otherwise what signs when no key is named. */
export const keyOptions = (otherwise: string): readonly OptionSpec[] => [
  {
    flags: '--key <file>',
    completes: 'file',
    summary: `private key, or public key whose private half an agent or security key holds (default: ${otherwise})`,
  },
  {
    flags: '--signature <file>',
    summary: 'an armored signature made elsewhere; - for standard input',
    completes: 'file',
  },
];
export const OWN_KEY = 'your key of the policy in ~/.ssh or the ssh agent';
/** Where nothing is shown that is signed, a key that was found is asked about. */
export const OWN_KEY_AT_TERMINAL = `at a terminal, ${OWN_KEY}`;

export const statementOption = (namespace: string): OptionSpec => ({
  flags: '--statement',
  summary: `print only the exact bytes to sign (ssh-keygen -Y sign -n ${namespace}); --signature takes the answer`,
});
export const AS_OPTION: OptionSpec = {
  flags: '--as <person>',
  summary: 'your name in the policy (default: by your key, else by your user name)',
  completes: 'person',
};

export const LOG_KEY_OPTION: OptionSpec = {
  flags: '--key <file>',
  summary: 'private key of checkpoints (default: audit-key in the state folder)',
  completes: 'file',
};
export const VKEY_OPTION: OptionSpec = {
  flags: '--vkey <key>',
  summary: 'verifier key of the ledger, or a file with it (default: the keys made in the state folder)',
};

/** The next page of a list. */
const positive = (text: string): number => {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new Error('It must be a number from 1.');
};
export const CURSOR_OPTION: OptionSpec = {
  flags: '--before <number>',
  summary: 'only older ones: the next page, by the number that a page ends with',
  parse: positive,
};
export const limitOption = (what: string, usual: number, most: number): OptionSpec => ({
  flags: '--limit <number>',
  summary: `${what}, at most ${most}`,
  default: usual,
  parse(text) {
    if (positive(text) <= most) return Number(text);
    throw new Error(`It must be at most ${most}.`);
  },
});

/** Which events of the ledger. */
export const LEDGER_FILTERS: readonly OptionSpec[] = [
  { flags: '--since <time>', summary: 'only events since a day like 2026-11-01, or for a duration like 30d' },
  { flags: '--change <id>', summary: 'only events of this change', completes: 'change' },
  {
    flags: '--kind <kinds...>',
    completes: 'kind',
    summary: 'only events of these kinds, such as change.approved, or change for all of them',
  },
];

export const CHANGE_ARGUMENT: ArgumentSpec = {
  name: 'change',
  syntax: '<change>',
  summary: 'id of a change (chg_…), or its beginning',
  completes: 'change',
};

/** Of commands that also read a change from a file. */
export const CHANGE_OR_FILE_ARGUMENT: ArgumentSpec = {
  name: 'change',
  syntax: '<change>',
  summary: 'id of a change (chg_…) or its beginning, or a bundle: the file of countersign show ID --bundle',
  completes: 'change',
};

/** SECURITY: names and words of the cloud or of an agent are in it. */
export const jsonText = (value: unknown): string => escapeInvisible(JSON.stringify(value, null, 2));
