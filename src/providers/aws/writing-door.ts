/** The one door through which writes leave; only the executor is given it. */
import type { Call } from '../../core/call.ts';
import { CountersignError } from '../../core/errors.ts';
import type { Permit } from '../../core/permit.ts';
import type { Target } from '../../core/plan.ts';
import { type CloudSettings, cloudFormationClient, ec2Client } from './clients.ts';
import type { PlannerContext } from './planners/context.ts';
import { findTraceOf, type Output, settle } from './settle.ts';

export interface WritingDoor {
  send(call: Call, permit: Permit): Promise<Output>;
  /** Resolves when what this call began has ended well (a snapshot is complete, an instance stopped); else throws. */
  settle(call: Call, output: Output): Promise<void>;
  /** Looks for what this very call left behind, when its answer did not arrive. undefined: nothing tells. */
  find(call: Call): Promise<Output | undefined>;
  /** Events with this client token, as they come, until the stack's operation has ended. */
  followStack(
    stackId: string,
    target: Target,
    token: string,
    onEvent: (text: string) => void,
  ): Promise<{ status: string; reason: string }>;
}

/** The state that a stack had before could be taken for the outcome: so often it is looked at without an event of ours. */
const LOOKS_BEFORE_IT = 8;

export function createWritingDoor(
  ownSettings: (place: { account: string; region: string }) => CloudSettings,
  /** Refuses when the executor's own credentials are another account's. */
  ownIdentity: (place: { account: string; region: string }) => Promise<unknown>,
  readerFor: (place: { account: string; region: string }) => Promise<PlannerContext>,
): WritingDoor {
  return {
    async send(call, permit) {
      await ownIdentity(call);
      const settings = ownSettings(call);
      const holder = { account: call.account, permit };
      const client =
        call.service === 'ec2' ? await ec2Client(settings, holder) : await cloudFormationClient(settings, holder);
      const sdk: Record<string, unknown> =
        call.service === 'ec2' ? await import('@aws-sdk/client-ec2') : await import('@aws-sdk/client-cloudformation');
      const Command = sdk[`${call.operation}Command`] as (new (input: unknown) => never) | undefined;
      if (!Command)
        throw new CountersignError('INTERNAL', `There is no call ${call.service}:${call.operation}.`, 'Report this.');
      return (await (client as { send(command: never): Promise<Output> }).send(new Command(call.input))) ?? {};
    },
    settle: async (call, output) => settle((await readerFor(call)).ec2, call, output),
    find: async (call) => findTraceOf((await readerFor(call)).ec2, call),
    async followStack(stackId, target, token, onEvent) {
      const { cloudFormation } = await readerFor(target);
      const { DescribeStacksCommand, DescribeStackEventsCommand } = await import('@aws-sdk/client-cloudformation');
      const seen = new Set<string>();
      let looksBeforeIt = LOOKS_BEFORE_IT;
      for (let pauseMilliseconds = 200; ; pauseMilliseconds = Math.min(5_000, pauseMilliseconds * 1.3)) {
        const { Stacks: [stack] = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackId }));
        const { StackEvents = [] } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName: stackId }));
        for (const event of [...StackEvents].reverse()) {
          if (event.ClientRequestToken !== token || seen.has(event.EventId ?? '')) continue;
          seen.add(event.EventId ?? '');
          onEvent(`${event.ResourceStatus} ${event.LogicalResourceId} ${event.ResourceStatusReason ?? ''}`.trim());
        }
        const status = stack?.StackStatus ?? 'UNKNOWN';
        const hasBegun = seen.size > 0 || --looksBeforeIt === 0;
        if (hasBegun && !/_IN_PROGRESS$/.test(status)) return { status, reason: stack?.StackStatusReason ?? '' };
        await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
      }
    },
  };
}
