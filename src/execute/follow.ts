/** Follows what the last call of a change on a stack began, to its end. */

import type { Outcome } from '../core/change.ts';
import type { Plan } from '../core/plan.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import type { WritingDoor } from '../providers/aws/writing-door.ts';

/** Stack states in which a call has done what it was for. Any other end is a failure or a way back. */
const DONE: Record<string, RegExp> = {
  ExecuteChangeSet: /^(?:UPDATE|CREATE)_COMPLETE$/,
  DeleteStack: /^DELETE_COMPLETE$/,
  ContinueUpdateRollback: /^UPDATE_ROLLBACK_COMPLETE$/,
  CancelUpdateStack: /^UPDATE_ROLLBACK_COMPLETE$/,
  RollbackStack: /^(?:UPDATE_)?ROLLBACK_COMPLETE$/,
};

export async function followStack(
  cloud: Pick<WritingDoor, 'followStack'>,
  plan: Plan,
  onEvent: (line: string) => void,
): Promise<Pick<Outcome, 'state' | 'detail'>> {
  const call = plan.calls.at(-1)!;
  const failures: string[] = [];
  try {
    const stackId = String(call.input.StackName);
    const token = String(call.input.ClientRequestToken);
    const { status, reason } = await cloud.followStack(stackId, plan.target, token, (text) => {
      const line = makeVisibleLine(text);
      if (/FAILED/.test(line)) failures.push(line);
      onEvent(line);
    });
    if (DONE[call.operation]?.test(status)) return { state: 'succeeded', detail: status };
    // The first resource that failed is the cause; what failed after it was cancelled with it.
    const detail = `${status} ${failures[0] ?? reason}`.trim();
    return { state: /ROLLBACK_COMPLETE/.test(status) ? 'rolled_back' : 'failed', detail };
  } catch (error) {
    return {
      state: 'unknown',
      detail: `The call left, and its outcome could not be read: ${(error as Error).message}`,
    };
  }
}
