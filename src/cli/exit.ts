/** The exit codes of every command. Scripts read these. */
export const EXIT = {
  pass: 0,
  failed: 1,
  usage: 2,
  needs_approval: 3,
  denied: 4,
  plan_only: 5,
  differs: 6,
  unaccounted: 7,
  findings: 8,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** By the decision of a tool's answer. A description decides nothing: it passes. */
export const exitOfDecision = (decision: unknown): Exit =>
  decision === 'denied' || decision === 'plan_only' || decision === 'needs_approval' ? EXIT[decision] : EXIT.pass;

/** A guard that refuses before planning denies too. */
export const exitOfError = (code: string): Exit => (code.startsWith('GUARD_') ? EXIT.denied : EXIT.failed);
