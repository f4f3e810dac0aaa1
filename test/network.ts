/** A network of its own for a server, with two ways to it; each can be cut as a cable is. As root, on Linux. */
import { execFileSync } from 'node:child_process';

const ip = (...words: string[]) => execFileSync('ip', words, { stdio: 'pipe' });

/** Where namespaces and cables can be made. */
export function hasNetworks(): boolean {
  const name = `cs-try-${process.pid}`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'exec', name, 'true');
    ip('netns', 'del', name);
    return true;
  } catch {
    return false;
  }
}

export interface Network {
  namespace: string;
  /** Addresses in it. */
  ways: readonly [string, string];
  /** What is sent is dropped, on both sides, and neither is told. */
  cut(way: 0 | 1): void;
  mend(way: 0 | 1): void;
  end(): void;
}

/** Addresses of RFC 2544, which no real network has. */
export function openNetwork(): Network {
  const namespace = `cs-${process.pid}`;
  const third = process.pid % 250;
  const cables = [0, 1].map((index) => ({
    here: `cs${process.pid}${'ab'[index]}`,
    there: `cs${process.pid}${'yz'[index]}`,
    net: `198.${18 + index}.${third}`,
  }));
  ip('netns', 'add', namespace);
  for (const { here, there, net } of cables) {
    ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', namespace);
    ip('addr', 'add', `${net}.1/30`, 'dev', here);
    ip('link', 'set', here, 'up');
    ip('-n', namespace, 'addr', 'add', `${net}.2/30`, 'dev', there);
    ip('-n', namespace, 'link', 'set', there, 'up');
  }
  ip('-n', namespace, 'link', 'set', 'lo', 'up');
  return {
    namespace,
    ways: [`${cables[0]!.net}.2`, `${cables[1]!.net}.2`],
    cut: (way) => ip('-n', namespace, 'link', 'set', cables[way]!.there, 'down'),
    mend: (way) => ip('-n', namespace, 'link', 'set', cables[way]!.there, 'up'),
    end() {
      for (const { here } of cables) ip('link', 'del', here);
      ip('netns', 'del', namespace);
    },
  };
}
