/** Imported before a replica (`node --import`): how long its event loop was held up, written to a file every second. */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Slices {
  /** Milliseconds since the file was written first, or since it was removed. */
  longest: number;
  p99: number;
}

const file = process.env.TEAM_SLICES;
if (file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 2 });
  delay.enable();
  setInterval(() => {
    const told: Slices = { longest: delay.max / 1e6, p99: delay.percentile(99) / 1e6 };
    writeFileSync(file, JSON.stringify(told));
  }, 1_000).unref();
  // Begins anew: what is loaded with the first calls is not asked about.
  process.on('SIGUSR2', () => delay.reset());
}
