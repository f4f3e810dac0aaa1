/** The shape of a command. Its definition is data and one function, so that a test calls it without a command line. */

import type { App } from '../compose.ts';
import type { Config } from '../config.ts';
import type { Watching } from '../core/observing.ts';
import { escapeInvisible } from '../core/render-safe.ts';
import type { StateFolder } from '../folder.ts';
import type { Exit } from './exit.ts';

export interface OptionSpec {
  /** As the parser reads them: `--json`, `--port <number>`. */
  flags: string;
  summary: string;
  default?: string | number;
  choices?: readonly string[];
  required?: boolean;
  /** @throws Error with what a value has to be; the parser makes wrong use of it. */
  parse?(text: string): unknown;
}

export interface ArgumentSpec {
  /** Under which `run` is given it. */
  name: string;
  /** `<change>`, or `[files...]` where there may be none. */
  syntax: string;
  summary: string;
}

export interface Result {
  /** For a person. Empty: nothing is left to say. */
  text: string;
  /** Printed in place of the text under `--json`. */
  json: unknown;
  exit: Exit;
  /** The text is bytes that something else reads: nothing is added at its end. */
  exact?: true;
  /** More than one text can hold: printed after it, one by one, as they come. */
  lines?: AsyncIterable<string>;
}

export interface Context {
  config: Config;
  version: string;
  /** `--sandbox`: the simulated cloud in place of the real one. */
  sandboxed: boolean;
  /** Columns of the terminal, when there is one. */
  width: number | undefined;
  /** Says to the person what happens while the command runs; silent under `--json`. */
  tell(text: string): void;
  /** The same, apart from the output: for what a script is not to read. */
  note(text: string): void;
  /** Tells a collector of telemetry what this process does. undefined: the environment asks for none. */
  watching(): Promise<Watching | undefined>;
  /** Opens the state folder for as long as `use` takes: for a command that may not need the rest. */
  withFolder<T>(use: (folder: StateFolder) => Promise<T> | T, config?: Config): Promise<T>;
  /** The same, with everything joined. */
  withApp<T>(use: (app: App) => Promise<T> | T, config?: Config): Promise<T>;
}

export interface Command<Args = Record<string, unknown>> {
  /** One word, or a group and a word: `policy check`. */
  name: string;
  summary: string;
  /** Shown below the options in `--help`. */
  afterHelp?: string;
  options: readonly OptionSpec[];
  arguments: readonly ArgumentSpec[];
  /**
   * Neither prints nor sets an exit code, but for `serve`, whose standard output is the protocol.
   *
   * @throws CountersignError when the command cannot do it.
   */
  run(context: Context, args: Args): Promise<Result>;
}

export const JSON_OPTION: OptionSpec = { flags: '--json', summary: 'print JSON' };

export const KEY_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--key <file>',
    summary:
      'private key, or public key whose private half an agent or security key holds (default of approve and reject: your key of the policy in ~/.ssh or the ssh agent)',
  },
  { flags: '--signature <file>', summary: 'an armored signature made elsewhere; - for standard input' },
];

export const LOG_KEY_OPTION: OptionSpec = {
  flags: '--key <file>',
  summary: 'private key of checkpoints (default: audit-key in the state folder)',
};
export const VKEY_OPTION: OptionSpec = {
  flags: '--vkey <key>',
  summary: 'verifier key of the ledger, or a file with it (default: the keys made in the state folder)',
};

/** Which events of the ledger. */
export const LEDGER_FILTERS: readonly OptionSpec[] = [
  { flags: '--since <time>', summary: 'only events since a day like 2026-11-01, or for a duration like 30d' },
  { flags: '--change <id>', summary: 'only events of this change' },
  {
    flags: '--kind <kinds...>',
    summary: 'only events of these kinds, such as change.approved, or change for all of them',
  },
];

export const CHANGE_ARGUMENT: ArgumentSpec = { name: 'change', syntax: '<change>', summary: 'id of a change (chg_…)' };

/** Of commands that also read a change from a file. */
export const CHANGE_OR_FILE_ARGUMENT: ArgumentSpec = {
  name: 'change',
  syntax: '<change>',
  summary: 'id of a change (chg_…), or a bundle: the file of countersign show ID --bundle',
};

/** SECURITY: names and words of the cloud or of an agent are in it. */
export const jsonText = (value: unknown): string => escapeInvisible(JSON.stringify(value, null, 2));
