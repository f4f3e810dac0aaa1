/** Starts the server as the entry that `init` wrote starts it, and says what a client would see. */
import { CountersignError } from '../core/errors.ts';
import type { ServerEntry } from './init-answers.ts';
import { talkTo } from './talk.ts';

export interface Seen {
  tools: number;
  /** As describe_policy tells them. */
  policy: string;
  sponsor: string;
}

/** @throws CONFIG_INVALID with the server's own words when it does not start or does not answer. */
export async function tryServer(entry: ServerEntry): Promise<Seen> {
  try {
    return await talkTo(entry, 'countersign init', async (ask) => {
      const { tools } = await ask('tools/list', {});
      const call = await ask('tools/call', { name: 'describe_policy', arguments: {} });
      const told = call.structuredContent as { policy: string; sponsor: string } | undefined;
      if (!told) throw new Error(JSON.stringify(call.content));
      return { tools: (tools as unknown[]).length, policy: told.policy, sponsor: told.sponsor };
    });
  } catch (error) {
    throw new CountersignError(
      'CONFIG_INVALID',
      `The entry was written, but its server did not start: ${(error as Error).message}`,
      'Run its command by hand and read its stderr.',
    );
  }
}
