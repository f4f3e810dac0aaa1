/** The exit codes of every command, in one table: `--help`, the man page and the documents print it. Scripts read these. */
const TABLE = {
  pass: [0, 'done; of a plan or change: it passes'],
  failed: [1, 'an error, or what was asked for did not succeed'],
  usage: [2, 'wrong use of the command line'],
  needs_approval: [3, 'people must sign first'],
  denied: [4, 'a guard denies it'],
  plan_only: [5, 'the policy does not allow execution in this scope'],
  differs: [6, 'the decision is another one'],
  unaccounted: [7, 'a call in the cloud has no entry in the ledger'],
  findings: [8, 'a problem was found'],
} as const;

export type ExitName = keyof typeof TABLE;
export const EXIT_NAMES = Object.keys(TABLE) as ExitName[];
export const EXIT = Object.fromEntries(EXIT_NAMES.map((name) => [name, TABLE[name][0]])) as {
  [Name in ExitName]: (typeof TABLE)[Name][0];
};
export type Exit = (typeof EXIT)[ExitName];

/** What a command says of its codes, in place of the usual words. */
export type Exits = Partial<Record<ExitName, string>>;
const USUAL: Exits = { pass: 'done', failed: 'an error', usage: TABLE.usage[1] };

/** Code and meaning, in the order of the table. Without `exits`: every code there is. */
export function exitRows(exits?: Exits): [code: Exit, means: string][] {
  const told: Exits = exits
    ? { ...USUAL, ...exits }
    : Object.fromEntries(EXIT_NAMES.map((one) => [one, TABLE[one][1]]));
  return EXIT_NAMES.flatMap((name) => (told[name] === undefined ? [] : [[EXIT[name], told[name]] as [Exit, string]]));
}

/** By the decision of a tool's answer. A description decides nothing: it passes. */
export const exitOfDecision = (decision: unknown): Exit =>
  decision === 'denied' || decision === 'plan_only' || decision === 'needs_approval' ? EXIT[decision] : EXIT.pass;

/** A guard that refuses before planning denies too. */
export const exitOfError = (code: string): Exit => (code.startsWith('GUARD_') ? EXIT.denied : EXIT.failed);
