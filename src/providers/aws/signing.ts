/**
 * When a call that was signed can have no effect any more, by AWS's own clock.
 *
 * INVARIANT: the date of a signature is chosen here, before the intent of its call is recorded, and is the date that
 * leaves. Limit: an endpoint other than AWS that does not look at the age of a signature refuses nothing.
 */
import type { Call } from '../../core/call.ts';
import { CountersignError } from '../../core/errors.ts';
import type { Rights } from '../../core/rights.ts';
import type { Signing, SigningPort } from '../../core/signing.ts';
import { clockIn, watchAnswer } from './answered.ts';
import { type CloudSettings, cloudFormationClient, ec2Client } from './clients.ts';
import { askingAws } from './errors.ts';
import type { PlannerContext } from './planners/context.ts';
import type { ExecutorSessions } from './session/executor-session.ts';

type Place = { account: string; region: string };

const MINUTE_MILLISECONDS = 60_000;
/** AWS refuses a signature of more than 5 minutes (by its general reference) to 15 minutes (by its error texts). */
const LONGEST_AGE_MINUTES = 15;
/** `Date` has whole seconds, and AWS's machines have clocks of their own. */
const MARGIN_MINUTES = 1;

export interface AwsSigning extends SigningPort {
  /** What is sent under it. @throws EGRESS_REFUSED for a signing of another process, or one that was read. */
  settingsFor(signing: Signing): CloudSettings;
}

export function createSigning(
  sessions: ExecutorSessions,
  readerFor: (place: Place) => Promise<PlannerContext>,
): AwsSigning {
  const known = new WeakMap<Signing, CloudSettings>();

  async function signing(call: Call, rights: Rights): Promise<Signing> {
    const settings = await sessions.settingsFor(rights);
    const client =
      call.service === 'ec2' ? await ec2Client(settings, call) : await cloudFormationClient(settings, call);
    const credentials = await askingAws(() => client.config.credentials());
    const { expiration } = credentials;
    // The readers have just been answered: AWS's clock as it told it, whatever this machine's says.
    const signingDate = settings.clock?.now() ?? new Date();
    const made: Signing = Object.freeze({
      signedAt: signingDate.toISOString(),
      ...(expiration === undefined ? {} : { credentialsEnd: expiration.toISOString() }),
    });
    known.set(made, {
      ...settings,
      credentials: credentials as NonNullable<CloudSettings['credentials']>,
      signingDate,
    });
    return made;
  }

  return {
    signing,
    settingsFor(made) {
      const settings = known.get(made);
      if (settings) return settings;
      throw new CountersignError('EGRESS_REFUSED', 'This signing was not made by this process.', 'Report this.');
    },
    refusedFrom: ({ signedAt, credentialsEnd }) => ({
      ofAge: after(signedAt, LONGEST_AGE_MINUTES + MARGIN_MINUTES),
      ofCredentials: credentialsEnd === undefined ? null : after(credentialsEnd, MARGIN_MINUTES),
    }),
    clock: async (call) => clock(call, await readerFor(call)),
  };
}

const after = (at: string, minutes: number) => new Date(Date.parse(at) + minutes * MINUTE_MILLISECONDS);

/** Of the service that the call is for. An answer that denies the reading tells the time as well. */
async function clock({ service, input }: Call, { cloudFormation, ec2 }: PlannerContext): Promise<Date | null> {
  if (service === 'ec2') {
    const { DescribeInstancesCommand } = await import('@aws-sdk/client-ec2');
    const command = new DescribeInstancesCommand({ MaxResults: 5 });
    const watched = watchAnswer(command);
    await ec2.send(command).catch(() => undefined);
    return clockIn({ service, operation: 'DescribeInstances' }, watched);
  }
  const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const command = new DescribeStacksCommand({ StackName: String(input.StackName) });
  const watched = watchAnswer(command);
  await cloudFormation.send(command).catch(() => undefined);
  return clockIn({ service, operation: 'DescribeStacks' }, watched);
}
