/** Telemetry for this process, started once however often it opens its state folder. */
import { type Config, setTelemetryDefaults } from '../config.ts';
import type { Watching } from '../core/observing.ts';

let started: Promise<Watching | undefined> | undefined;

export function watchingOf(
  { saysMore }: NonNullable<Config['telemetry']>,
  version: string,
  complain: (text: string) => void,
): Promise<Watching | undefined> {
  setTelemetryDefaults();
  started ??= import('../watch/index.ts').then(({ startWatching }) => startWatching({ version, saysMore, complain }));
  return started;
}

let closes = false;
/**
 * What is still untold is sent when the process has nothing left to do, or is told to stop.
 *
 * @param isEnded others end it with a signal; else it takes signals itself.
 */
export function closeAtEnd(watching: Watching | undefined, isEnded: boolean): Watching | undefined {
  if (watching === undefined || closes) return watching;
  closes = true;
  process.once('beforeExit', () => void watching.close());
  if (!isEnded) return watching;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void watching.close().then(() => process.kill(process.pid, signal)));
  return watching;
}
