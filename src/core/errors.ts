/**
 * The closed list of error codes and the one error class that may reach an agent or a person.
 *
 * A code is a promise to callers (scripts match on it): codes are added, never renamed. Every error carries a
 * remedy: one sentence that says what to do now.
 */
export const ERROR_CODES = [
  // What the caller sent cannot be used as it is.
  'INPUT_INVALID',
  'INPUT_UNKNOWN_TOOL',
  'INPUT_NOT_FOUND',
  'INPUT_TOO_LARGE',
  'INPUT_TEMPLATE_INVALID',
  'INPUT_TEMPLATE_FILE_OUTSIDE',
  'INPUT_NEEDS_PACKAGING',
  'INPUT_MASKED_VALUE',
  'INPUT_REGION_NOT_ALLOWED',
  'INPUT_ACCOUNT_UNKNOWN',
  'INPUT_SIGNATURE_INVALID',
  'INPUT_PASSKEY_INVALID',
  'INPUT_BUNDLE_INVALID',
  'INPUT_CONFIGURATION_REFUSED',
  'INPUT_PLAN_INVALID',
  'INPUT_PLAN_NOT_APPLICABLE',
  'INPUT_PLAN_DIFFERS',
  'INPUT_PLAN_FILE_OUTSIDE',
  'INPUT_ID_AMBIGUOUS',
  // The thing exists but is in no state for this.
  'STATE_PLAN_EXPIRED',
  'STATE_PLAN_BEING_MADE',
  'STATE_PLAN_USED',
  'STATE_CHANGE_NOT_PENDING',
  'STATE_CHANGE_NOT_APPROVED',
  'STATE_CHANGE_EXPIRED',
  'STATE_CHANGE_RUNNING',
  'STATE_CHANGE_NOT_UNKNOWN',
  'STATE_CHANGE_SETTLED',
  'STATE_CALL_MAY_ARRIVE',
  'STATE_STALE',
  'STATE_PLAN_FILE_CHANGED',
  'STATE_TARGET_LOCKED',
  'STATE_STACK_BUSY',
  'STATE_STACK_EXISTS',
  'STATE_STACK_NOT_UPDATABLE',
  'STATE_NOTHING_TO_ROLL_BACK',
  'STATE_CHANGE_SET_OBSOLETE',
  'STATE_ALREADY_SIGNED',
  'STATE_KEY_LISTED',
  'STATE_HALTED',
  'STATE_COOLING_OFF',
  'STATE_REVIEW_OPEN',
  'STATE_NONCE_USED',
  'STATE_CALL_CANCELLED',
  // Who signs or proposes.
  'APPROVAL_SPONSOR_EXCLUDED',
  'APPROVAL_KEY_UNKNOWN',
  'APPROVAL_WRONG_STATEMENT',
  'APPROVAL_EXPIRED',
  'APPROVAL_USER_PRESENCE_MISSING',
  'APPROVAL_USER_VERIFICATION_MISSING',
  'APPROVAL_KEY_NOT_ALLOWED',
  'APPROVAL_GLASS_NOT_BROKEN',
  'APPROVAL_NOT_CONFIRMED',
  'SPONSOR_UNKNOWN',
  // A witness of the ledger.
  'WITNESS_NO_COSIGNATURE',
  // The gate on the only road out.
  'EGRESS_REFUSED',
  // The cloud answered, or did not.
  'AWS_ACCESS_DENIED',
  'AWS_CREDENTIALS_EXPIRED',
  'AWS_CREDENTIALS_MISSING',
  'AWS_CLOCK_SKEWED',
  'AWS_THROTTLED',
  'AWS_UNREACHABLE',
  'AWS_TIMEOUT',
  'AWS_VALIDATION',
  'AWS_NOT_FOUND',
  'AWS_CHANGE_SET_FAILED',
  'AWS_ANSWER_INVALID',
  'AWS_FAILED',
  // The program that plans and applies a workspace, and the place of its state.
  'WORKSPACE_PLAN_FAILED',
  'WORKSPACE_LOCKED',
  'WORKSPACE_BUSY',
  'WORKSPACE_TIMEOUT',
  'WORKSPACE_STATE_UNREADABLE',
  'WORKSPACE_PLAN_FILE_MISSING',
  'WORKSPACE_MODULE_UNREACHABLE',
  // The operator's configuration.
  'CONFIG_INVALID',
  'CONFIG_POLICY_INVALID',
  'CONFIG_POLICY_UNREADABLE',
  'CONFIG_NO_POLICY',
  'CONFIG_POLICY_NOT_ADOPTED',
  'CONFIG_POLICY_CHANGED',
  'CONFIG_SSH_KEYGEN_MISSING',
  'CONFIG_TOOL_DIFFERS',
  'CONFIG_SERVICE_ROLE_MISSING',
  'CONFIG_SESSION_NOT_POSSIBLE',
  // The ledger.
  'LEDGER_CANNOT_APPEND',
  'LEDGER_TAMPERED',
  'LEDGER_NEWER_VERSION',
  'LEDGER_BUSY',
  'LEDGER_UNREACHABLE',
  'LEDGER_OUTCOME_UNKNOWN',
  'LEDGER_NOT_MIGRATED',
  'LEDGER_OTHER_SECRET',
  'LEDGER_MOVED',
  'LEDGER_CLOCK_SKEWED',
  // The forge of a pull request, and the server that a job asks.
  'CI_FORGE_REFUSED',
  'CI_FORGE_UNREACHABLE',
  'CI_STATE_UNREACHABLE',
  // Ours.
  'INTERNAL',
] as const;

/** A guard's refusal is an error code too: `GUARD_RECREATE`. */
export type GuardCode = `GUARD_${string}`;
export type ErrorCode = (typeof ERROR_CODES)[number] | GuardCode;

/** The shape in which every refusal reaches an agent, a script or a person. */
export interface ErrorAnswer {
  code: ErrorCode;
  message: string;
  remedy: string;
}

/** One call of a tool, with its input; a placeholder in it (`<…>`) is for the agent to fill in. */
export interface WayOut {
  tool: string;
  input: Record<string, unknown>;
}

/** One sentence for both readers, or one for each. */
export type Remedy = string | { agent: string; person: string };

/** The stored record does not agree with itself: only a person can look into that. */
export const AUDIT_REMEDY = {
  agent: 'Stop, and tell the user: a person must run countersign audit verify.',
  person: 'Stop, and run: countersign audit verify',
};

/** The only error whose message is meant to be read outside. Anything else is logged and shown as `INTERNAL`. */
export class CountersignError extends Error {
  readonly code: ErrorCode;
  /** What an agent can do: tools, and what to tell the user. */
  readonly remedy: string;
  /** What a person can do: commands. The same, where one sentence suits both. */
  readonly remedyForPeople: string;
  /** The call that an agent goes on with, where the thrower knows one. */
  readonly next: WayOut | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    remedy: Remedy,
    options?: { cause?: unknown; next?: WayOut | undefined },
  ) {
    super(message, options);
    this.name = 'CountersignError';
    this.code = code;
    this.remedy = typeof remedy === 'string' ? remedy : remedy.agent;
    this.remedyForPeople = typeof remedy === 'string' ? remedy : remedy.person;
    this.next = options?.next;
  }

  toAnswer(): ErrorAnswer {
    return { code: this.code, message: this.message, remedy: this.remedy };
  }
}
