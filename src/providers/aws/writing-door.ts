/** The one door through which writes leave; only the executor is given it. */
import type { Call } from '../../core/call.ts';
import { CountersignError } from '../../core/errors.ts';
import type { Permit } from '../../core/permit.ts';
import type { Followed, Rehearsed, Runner, Sent } from '../../core/ports.ts';
import type { Rights } from '../../core/rights.ts';
import type { Signing } from '../../core/signing.ts';
import { judgedByAnswer, refusalIn, type Watched, watchAnswer } from './answered.ts';
import { cloudFormationClient, ec2Client } from './clients.ts';
import { asCountersignError, askingAws } from './errors.ts';
import { followStack, hasEvents, lookBackAtStack } from './follow.ts';
import type { PlannerContext } from './planners/context.ts';
import { differencesNow } from './promised.ts';
import type { ExecutorSessions } from './session/executor-session.ts';
import { findTraceOf, lookBackAtEc2 } from './settle.ts';
import { createSigning } from './signing.ts';
import { type Output, settle } from './waits.ts';

type Place = { account: string; region: string };

/** Of a state that an earlier call of the same plan changes first. */
const EARLIER_STATE = /^Incorrect(?:Instance)?State/;

export function createWritingDoor(
  sessions: ExecutorSessions,
  readerFor: (place: Place) => Promise<PlannerContext>,
): Runner {
  const { settingsFor, ...signatures } = createSigning(sessions, readerFor);

  async function sendAndWatch(
    call: Call,
    permit: Permit,
    rights: Rights,
    signing?: Signing,
  ): Promise<{ sent: Sent; watched: Watched | undefined }> {
    let watched: Watched | undefined;
    const run = async (): Promise<Output> => {
      const settings = signing ? settingsFor(signing) : await sessions.settingsFor(rights);
      const holder = { account: call.account, permit };
      const client =
        call.service === 'ec2' ? await ec2Client(settings, holder) : await cloudFormationClient(settings, holder);
      watched = watchAnswer(client);
      const sdk: Record<string, unknown> =
        call.service === 'ec2' ? await import('@aws-sdk/client-ec2') : await import('@aws-sdk/client-cloudformation');
      const Command = sdk[`${call.operation}Command`] as (new (input: unknown) => never) | undefined;
      if (!Command)
        throw new CountersignError('INTERNAL', `There is no call ${call.service}:${call.operation}.`, 'Report this.');
      return (await (client as { send(command: never): Promise<Output> }).send(new Command(call.input))) ?? {};
    };
    return { sent: await judgedByAnswer(call, () => watched, run), watched };
  }

  return {
    ownRights: (place) => sessions.own(place),
    takeRights: (plan, about) => sessions.take(plan, about),
    widenRights: async (rights, { code }) => (code === 'AWS_ACCESS_DENIED' ? sessions.widen(rights) : null),
    ...signatures,
    async send(call, permit, rights, signing) {
      const { sent, watched } = await sendAndWatch(call, permit, rights, signing);
      return sent.kind === 'refused' && watched?.left ? unlessTaken(await readerFor(call), call, sent) : sent;
    },

    /** Each call of EC2 is asked for with DryRun. It proves permission, not safety. */
    async rehearse(call, permit, rights): Promise<Rehearsed> {
      if (call.service !== 'ec2') return { kind: 'not_needed' };
      const dryRun = { ...call, input: { ...call.input, DryRun: true } };
      const { sent, watched } = await sendAndWatch(dryRun, permit, rights);
      if (sent.kind === 'done') return { kind: 'unknown', reason: 'the endpoint may have executed a dry run' };
      const answer = watched && refusalIn(call, watched);
      if (answer === 'DryRunOperation' || EARLIER_STATE.test(answer ?? '')) return { kind: 'passed', answer: answer! };
      if (sent.kind === 'refused') return sent;
      return { kind: 'refused', code: 'AWS_UNREACHABLE', reason: sent.reason };
    },
    settle: async (call, output, tell) => settle((await readerFor(call)).ec2, call, output, tell),
    madeBy: ({ operation }, { SnapshotId }) => (operation === 'CreateSnapshot' ? [String(SnapshotId)] : []),
    find: async (call) => findTraceOf((await readerFor(call)).ec2, call),
    differences: async (plan) => askingAws(async () => differencesNow(await readerFor(plan.target), plan)),
    async lookBack(call, plan, since) {
      const { cloudFormation, ec2 } = await readerFor(call);
      return askingAws(() =>
        call.service === 'cloudformation' ? lookBackAtStack(cloudFormation, plan, since) : lookBackAtEc2(ec2, call),
      );
    },
    async follow(plan, onEvent): Promise<Followed> {
      if (plan.target.kind !== 'stack') return { state: 'succeeded', detail: 'All calls were answered.' };
      try {
        const { cloudFormation } = await readerFor(plan.target);
        return await followStack(cloudFormation, plan, onEvent);
      } catch (error) {
        const { message } = asCountersignError(error);
        return { state: 'unknown', detail: `The call was sent, but its outcome could not be read: ${message}` };
      }
    },
  };
}

/** A proxy may have repeated the request: its last copy can be refused although an earlier one was carried out. */
async function unlessTaken({ cloudFormation, ec2 }: PlannerContext, call: Call, refused: Sent): Promise<Sent> {
  try {
    if (call.service !== 'ec2') return (await hasEvents(cloudFormation, call)) ? { kind: 'done', output: {} } : refused;
    const output = await findTraceOf(ec2, call);
    return output ? { kind: 'done', output } : refused;
  } catch {
    return refused;
  }
}
