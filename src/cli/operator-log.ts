/**
 * The operator's log: JSON lines on stderr, from COUNTERSIGN_LOG_LEVEL up (default: warn). Loaded with the first call.
 *
 * SECURITY: never stdout, which is the protocol. Names, decisions, codes and durations go in, inputs never do.
 */
import { type Logger, levels, pino } from 'pino';

export function createOperatorLog(level: string): Logger {
  const known = level === 'silent' || level in levels.values;
  const log = pino(
    { level: known ? level : 'warn', base: { pid: process.pid } },
    pino.destination({ dest: 2, sync: true }),
  );
  if (!known) log.warn({ level }, 'COUNTERSIGN_LOG_LEVEL is not a known level; using warn');
  return log;
}
