/** PostgreSQL's errors in our words, and which of them a new connection may get over. */
import { CountersignError } from '../../core/errors.ts';

/** The server ended, starts, is full, or was never reached; the connection is of no more use. */
const GONE_CODES =
  /^(?:08...|57P0[1235]|53300|25P0[34]|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT)$/;
/** pg's own, which have no code. */
const GONE_WORDS =
  /Connection terminated|Query read timeout|timeout (?:expired|exceeded when trying to connect)|Client (?:was closed|has encountered)/;
/** Two transactions were in each other's way: the later one may simply be run again. */
const AGAIN_CODES = /^(?:40001|40P01)$/;
const WAITED_TOO_LONG = '57014';
const NO_RIGHT = '42501';
const NOT_THERE = ['42P01', '3F000', '42883', '3D000'];
const REFUSED_LOGIN = /^28/;
/** Of Node's TLS, and of pg, which has no code for it. */
const TLS_CODES = /^(?:ERR_(?:TLS|SSL)_\w+|\w*CERT\w*|UNABLE_TO_\w+)$/;
const TLS_WORDS = /SSL connection/;

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

export const isGone = (error: unknown): boolean =>
  GONE_CODES.test(codeOf(error)) ||
  (error instanceof AggregateError && error.errors.every(isGone)) ||
  (error instanceof Error && codeOf(error) === '' && GONE_WORDS.test(error.message));
export const mayRunAgain = (error: unknown): boolean => isGone(error) || AGAIN_CODES.test(codeOf(error));

/** @param place as it may be shown. */
export function readable(error: unknown, place: string): unknown {
  if (error instanceof CountersignError) return error;
  const code = codeOf(error);
  const because = { cause: error };
  if (isGone(error))
    return new CountersignError(
      'LEDGER_UNREACHABLE',
      `The ledger in ${place} was not reached (${code || 'no connection'}).`,
      'Nothing was appended. Check that the database runs and can be reached from here, then try again.',
      because,
    );
  if (code === WAITED_TOO_LONG || AGAIN_CODES.test(code))
    return new CountersignError('LEDGER_BUSY', 'Another process is using the ledger.', 'Try again.', because);
  if (NOT_THERE.includes(code)) return notMigrated(place, because);
  if (code === NO_RIGHT || REFUSED_LOGIN.test(code))
    return new CountersignError(
      'CONFIG_INVALID',
      `The database role may not do this in the ledger in ${place} (${code}).`,
      'Grant it countersign_server (to write) or countersign_reader (to read); only the owner migrates and rebuilds.',
      because,
    );
  if (TLS_CODES.test(code) || (error instanceof Error && code === '' && TLS_WORDS.test(error.message)))
    return new CountersignError(
      'CONFIG_INVALID',
      `The connection to the ledger in ${place} cannot be encrypted as its address demands (${code || (error as Error).message}).`,
      'Correct the certificate of the database, name its authority with sslrootcert, or correct sslmode in the address.',
      because,
    );
  if (!/^[0-9A-Z]{5}$/.test(code)) return error;
  return new CountersignError(
    'LEDGER_CANNOT_APPEND',
    `The ledger could not be used (${code}).`,
    'Nothing was appended. Read the log of the database; check its disk space and its version.',
    because,
  );
}

export const notMigrated = (place: string, because?: { cause?: unknown }): CountersignError =>
  new CountersignError(
    'LEDGER_NOT_MIGRATED',
    `The database ${place} has no ledger of this version.`,
    {
      agent: 'Tell the user: the owner of the database must run countersign ledger migrate.',
      person: 'Run, with the role that owns the database: countersign ledger migrate --owner-url postgres://…',
    },
    because,
  );

/** SECURITY: never told as "not done": what was sent may be there. */
export const unknownOutcome = (place: string, cause: unknown): CountersignError =>
  new CountersignError(
    'LEDGER_OUTCOME_UNKNOWN',
    `The connection to the ledger in ${place} ended while it recorded this. It is not known whether it was recorded.`,
    {
      agent: 'Look before you repeat it: describe_changes shows what was recorded.',
      person:
        'Look before you repeat it, when the database can be reached again: countersign changes, countersign audit show',
    },
    { cause },
  );
