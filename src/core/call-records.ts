/** Calls as a cloud itself recorded them, in words that every provider shares. */

/** A call that the cloud itself recorded. */
export interface RecordedCall {
  id: string;
  /** When it ended, in whole seconds. */
  at: string;
  /** `service:operation` */
  operation: string;
  account: string;
  region: string;
  /** The role whose session made it; null: no role's. */
  role: string | null;
  /**
   * Made by the cloud itself, to carry out another call: `stated` by the cloud, or `named` so by its session alone, which
   * only proves it of a role that nobody else can assume.
   */
  onBehalf: 'stated' | 'named' | null;
  /** By which it names its targets. */
  names: readonly string[];
  kind: 'mutation' | 'refused' | 'harmless' | 'unreadable';
  /** What the program that made it says of itself. */
  program: string;
}

/** What a program says of itself that Countersign starts to apply a plan file. @param digest of that file. */
export const programOf = (digest: string): string => `countersign/${digest.replace(/^sha256:/, '').slice(0, 16)}`;

/** A cloud's own record of calls. */
export interface CallRecords {
  /** @throws INPUT_INVALID for another file. */
  read(text: string): RecordedCall[];
  /** By which the input of a call names its targets. */
  namesIn(input: unknown): string[];
  /** Whether a recorded role is the one that the policy names. */
  isOf(role: string, recorded: string): boolean;
}
