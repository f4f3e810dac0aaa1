/**
 * How many requests are answered at once.
 *
 * Guarantee: an agent, and all agents of a sponsor together, hold a bounded number of turns; whoever waits for one of
 * its own holds up nobody else, and so many of a sponsor wait, whatever number of clients it registers. Limit: of one process; what is planned and proposed is bounded by guards, everywhere.
 */
export interface Asker {
  agent: string;
  sponsor: string;
}
export interface Bounds {
  ofAgent: number;
  ofSponsor: number;
  ofAll: number;
  /** How many of an agent may wait, and how long. */
  waitingOfAgent: number;
  waitingOfSponsor: number;
  waitMilliseconds: number;
}
export const BOUNDS: Bounds = {
  ofAgent: 8,
  ofSponsor: 32,
  ofAll: 512,
  waitingOfAgent: 32,
  waitingOfSponsor: 128,
  waitMilliseconds: 10_000,
};

export interface Turns {
  /** @returns ends the turn; undefined: there was none in time. */
  take(asker: Asker): Promise<(() => void) | undefined>;
  /** Turns that are held. */
  readonly held: number;
}

interface Waiting extends Asker {
  go(end: (() => void) | undefined): void;
}

export function createTurns(bounds: Bounds = BOUNDS): Turns {
  const agents = createCounts();
  const sponsors = createCounts();
  let held = 0;
  const waiting = new Set<Waiting>();

  const isFree = ({ agent, sponsor }: Asker): boolean =>
    held < bounds.ofAll && agents.of(agent) < bounds.ofAgent && sponsors.of(sponsor) < bounds.ofSponsor;
  const begin = ({ agent, sponsor }: Asker): (() => void) => {
    held += 1;
    agents.add(agent, 1);
    sponsors.add(sponsor, 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      held -= 1;
      agents.add(agent, -1);
      sponsors.add(sponsor, -1);
      for (const next of waiting) if (isFree(next)) next.go(begin(next));
    };
  };
  const waitingWith = (name: keyof Asker, { [name]: of }: Asker) =>
    [...waiting].filter((one) => one[name] === of).length;

  return {
    get held() {
      return held;
    },
    async take(asker) {
      if (isFree(asker)) return begin(asker);
      if (waitingWith('agent', asker) >= bounds.waitingOfAgent) return undefined;
      if (waitingWith('sponsor', asker) >= bounds.waitingOfSponsor) return undefined;
      return new Promise((resolve) => {
        const late = setTimeout(() => one.go(undefined), bounds.waitMilliseconds);
        const one: Waiting = {
          ...asker,
          go(end) {
            clearTimeout(late);
            waiting.delete(one);
            resolve(end);
          },
        };
        waiting.add(one);
      });
    },
  };
}

function createCounts() {
  const counts = new Map<string, number>();
  return {
    of: (key: string): number => counts.get(key) ?? 0,
    add(key: string, more: number) {
      const now = (counts.get(key) ?? 0) + more;
      if (now === 0) counts.delete(key);
      else counts.set(key, now);
    },
  };
}
