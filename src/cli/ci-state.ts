/** The Countersign that `ci` asks: this job's own, which forgets, or the one behind ssh. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Answer, StateServer } from '../ci/ports.ts';
import { CountersignError } from '../core/errors.ts';
import type { Context } from './command.ts';
import { talkTo } from './talk.ts';

const AGENT = 'countersign ci';
/** A job has minutes; a plan that takes longer goes on without it. */
const WITHIN_MILLISECONDS = 15 * 60_000;
const MOST_BYTES = 32 * 1024 * 1024;

export interface SshTarget {
  /** `user@host`. */
  host: string;
  port: number;
  key: string;
  knownHosts: string;
}

export const withOwnState = <T>(context: Context, use: (server: StateServer) => Promise<T>): Promise<T> =>
  context.withApp(({ pipeline }) =>
    use({
      keepsState: false,
      async call(tool, input): Promise<Answer> {
        const answer = await pipeline(tool, input, { agent: AGENT });
        return answer.ok
          ? { ok: true, content: answer.content as Record<string, unknown> }
          : { ok: false, ...answer.error };
      },
      show: async () => '',
    }),
  );

/**
 * SECURITY: the key of one person, whose forced command says who they are; nothing that is sent does. The host's key must
 * be known beforehand, no configuration of this machine is read, and the key's file is gone when this ends.
 */
export async function withStateOverSsh<T>(target: SshTarget, use: (server: StateServer) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-ci-'));
  try {
    const args = sshArguments(target, folder);
    return await talkTo(
      { command: 'ssh', args: [...args, 'countersign', 'serve'], env: {} },
      AGENT,
      (ask) =>
        use({
          keepsState: true,
          call: async (name, input) => answerOf(await ask('tools/call', { name, arguments: input })),
          async show(changeId) {
            const words = ['countersign', 'show', changeId];
            return (await promisify(execFile)('ssh', [...args, ...words], { maxBuffer: MOST_BYTES })).stdout;
          },
        }),
      WITHIN_MILLISECONDS,
    );
  } catch (cause) {
    if (cause instanceof CountersignError) throw cause;
    throw new CountersignError(
      'CI_STATE_UNREACHABLE',
      `The server behind ssh failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Check the host, its known key and the forced command of this key (docs/pull-requests.md).',
      { cause },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sshArguments({ host, port, key, knownHosts }: SshTarget, folder: string): string[] {
  if (!/^(?:[a-z_][\w.-]*@)?[a-z\d][a-z\d.-]*$/i.test(host))
    throw new CountersignError('INPUT_INVALID', '--ssh does not name a host.', 'Write user@host.');
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `${text.replaceAll('\r\n', '\n').trimEnd()}\n`, { mode: 0o600 });
    return path;
  };
  const options = {
    BatchMode: 'yes',
    ConnectTimeout: '30',
    GlobalKnownHostsFile: '/dev/null',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    LogLevel: 'ERROR',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: file('known_hosts', knownHosts),
  };
  const set = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return ['-F', 'none', ...set, '-i', file('key', key), '-p', String(port), host];
}

/** A refusal comes as text: `CODE: message remedy`. */
function answerOf(result: Record<string, unknown>): Answer {
  const { structuredContent, isError, content } = result;
  if (isError !== true && structuredContent) return { ok: true, content: structuredContent as Record<string, unknown> };
  const [{ text = '' } = {}] = (content ?? []) as { text?: string }[];
  const [, code = 'INTERNAL', message = text] = /^([A-Z][A-Z_]+): (.*)/s.exec(text.split('\nnext: ')[0]!) ?? [];
  return { ok: false, code, message, remedy: '' };
}
