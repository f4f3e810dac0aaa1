/** What time it is by AWS's own clock, as its last answer told: this machine's clock can be set by whoever uses it. */
export interface CloudClock {
  /** @param date the header of an answer that was AWS's. */
  hear(date: string | undefined): void;
  /** null: it has told none. */
  now(): Date | null;
}

/** Between answers it goes on by the time since this machine's start, which nobody sets. */
export function createCloudClock(): CloudClock {
  let last: { told: number; heard: number } | undefined;
  return {
    hear(date) {
      const told = Date.parse(date ?? '');
      if (!Number.isNaN(told)) last = { told, heard: performance.now() };
    },
    now: () => (last ? new Date(last.told + performance.now() - last.heard) : null),
  };
}
