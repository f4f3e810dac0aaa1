/** What the planners of EC2 share. */
import type { Instance } from '@aws-sdk/client-ec2';
import type { Call } from '../../../core/call.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import { tagsOf } from '../observe/ownership.ts';
import type { PlannerContext } from './context.ts';

export const NO_PREVIEW =
  'EC2 has no preview: the effects are derived from the observed state. Permissions are checked before execution; safety cannot be checked.';
export const NOTHING_CHANGES = 'Nothing would change.';
/** On what a plan makes: how it is found again, where EC2 knows no client token. Agents cannot set it. */
export const PLAN_TAG = 'countersign:plan';

export function ec2Call(
  { identity: { account, region } }: PlannerContext,
  step: string,
  operation: string,
  input: Call['input'],
): Call {
  return { step, provider: 'aws', service: 'ec2', operation, input, account, region };
}

/** CreateSnapshot has no client token: `token` and the step together name what this very call makes. */
export function snapshotCall(
  context: PlannerContext,
  step: string,
  volumeId: string,
  description: string,
  token: string,
): Call {
  return ec2Call(context, step, 'CreateSnapshot', {
    VolumeId: volumeId,
    Description: description,
    TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: PLAN_TAG, Value: `${token}/${step}` }] }],
  });
}

/** People and agents know a machine by its name, which anyone may have given it: `i-… is “batch”`. */
export const namesOf = (instances: readonly Instance[]): string[] =>
  instances.flatMap(({ InstanceId, Tags }) => {
    const name = tagsOf(Tags).Name;
    return name ? [`${InstanceId} is “${makeVisibleLine(name, 60)}”.`] : [];
  });

/** An address that AWS lent it goes when it stops; one that the account owns stays. */
export function givesUpAddress({ NetworkInterfaces = [] }: Instance): string {
  const lent = NetworkInterfaces.find(({ Association }) => Association?.IpOwnerId === 'amazon');
  return lent
    ? ` Stopping it releases its public address ${lent.Association?.PublicIp}; it gets a new one on start.`
    : '';
}
