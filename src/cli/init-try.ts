/** Starts the server as the entry that `init` wrote starts it, and says what a client would see. */
import { CountersignError } from '../core/errors.ts';
import type { ServerEntry } from './init-answers.ts';
import { type Ask, talkTo } from './talk.ts';

export interface Seen {
  tools: number;
  /** As describe_policy tells them. */
  policy: string;
  sponsor: string;
  /** What an agent is told that wants to delete a stack; null: there is none in a scope. */
  first: { stack: string; decision: string; because: string } | null;
}

/** @throws CONFIG_INVALID with the server's own words when it does not start or does not answer. */
export async function tryServer(entry: ServerEntry): Promise<Seen> {
  try {
    return await talkTo(entry, 'countersign init', async (ask) => {
      const { tools } = await ask('tools/list', {});
      const call = await ask('tools/call', { name: 'describe_policy', arguments: {} });
      const told = call.structuredContent as { policy: string; sponsor: string } | undefined;
      if (!told) throw new Error(JSON.stringify(call.content));
      const first = await firstRefusal(ask);
      return { tools: (tools as unknown[]).length, policy: told.policy, sponsor: told.sponsor, first };
    });
  } catch (error) {
    throw new CountersignError(
      'CONFIG_INVALID',
      `The entry was written, but its server did not start: ${(error as Error).message}`,
      'Run its command by hand and read its stderr.',
    );
  }
}

interface Verdict {
  code: string;
  outcome: string;
  message: string;
}

/** Asks to delete the first stack there is, which reads and changes nothing. INVARIANT: it never fails the setup. */
async function firstRefusal(ask: Ask): Promise<Seen['first']> {
  const call = async (name: string, input: object) =>
    (await ask('tools/call', { name, arguments: input })).structuredContent as Record<string, unknown> | undefined;
  const listed = (await call('describe_stacks', {}))?.stacks as { stack: string }[] | undefined;
  const stack = listed?.[0]?.stack;
  const planned = stack === undefined ? undefined : await call('plan_stack_delete', { stack });
  if (stack === undefined || planned === undefined) return null;
  const verdicts = (planned.verdicts ?? []) as Verdict[];
  const denials = verdicts.filter(({ outcome }) => outcome === 'deny');
  // That the new policy executes nothing is told anyway; what the deletion itself would do tells more.
  const telling = denials.find(({ code }) => code !== 'GUARD_EXECUTION') ?? denials[0] ?? verdicts[0];
  return telling ? { stack, decision: String(planned.decision), because: `${telling.code}: ${telling.message}` } : null;
}
