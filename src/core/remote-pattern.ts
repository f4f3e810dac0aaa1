/**
 * Patterns of addresses on a network, and patterns of paths, stand in one list.
 *
 * INVARIANT: a pattern of an address begins with its host, written out: no wildcard of a path ever allows a host.
 */
const REMOTE =
  /^(?:git::https:\/\/|https:\/\/)?(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*:\d{1,5}|(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*)\//;

export const isRemotePattern = (pattern: string): boolean => REMOTE.test(pattern);
