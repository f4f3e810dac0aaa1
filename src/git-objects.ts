/**
 * How git is asked for its objects, in a repository that nobody here trusts.
 *
 * SECURITY: nothing of the repository runs: no hook, filter, text conversion, external diff, fsmonitor, signature
 * program or pager, and nothing is fetched. Callers read ids and blobs alone, by commands that convert nothing.
 */

/** Besides `PATH`: the whole environment. */
export const GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_NO_LAZY_FETCH: '1',
  // Versions before 2.45 do not know the line above; whatever they would fetch with is refused.
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ATTR_NOSYSTEM: '1',
  LC_ALL: 'C',
};

const SETTINGS = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.attributesFile=/dev/null',
  'core.pager=cat',
  'log.showSignature=false',
  'diff.external=',
];
/** Before the command. */
export const GIT_ARGUMENTS: readonly string[] = ['--no-pager', ...SETTINGS.flatMap((setting) => ['-c', setting])];

/** Of `cat-file --batch`: `ID blob SIZE LF BYTES LF`, one behind the other. What is missing or no blob is left out. */
export function blobsOf(bytes: Buffer): Map<string, Buffer> {
  const blobs = new Map<string, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at);
    if (end < 0) break;
    const [id = '', kind, size] = bytes.toString('latin1', at, end).split(' ');
    at = end + 1;
    // `ID missing`: of a partial clone, and nothing is fetched.
    if (size === undefined) continue;
    const length = Number(size);
    if (kind === 'blob') blobs.set(id, bytes.subarray(at, at + length));
    at += length + 1;
  }
  return blobs;
}
