/**
 * How the live resources of a stack differ from its template, for those that a plan touches.
 *
 * Guarantees: one call a resource, once a plan, a few at a time, no more than a bound; a type that CloudFormation
 * cannot compare has no differences to tell; what could not be read is told as that.
 */
import type { CloudFormationClient, PropertyDifference } from '@aws-sdk/client-cloudformation';
import { asCountersignError } from '../errors.ts';

export type Drift =
  | { kind: 'compared'; differences: readonly PropertyDifference[] }
  /** Deleted outside CloudFormation. */
  | { kind: 'gone' }
  | { kind: 'unread'; why: string };

export interface DriftReads {
  /** Begins to read, and answers when it is read. */
  of(stackId: string, logicalId: string): Promise<Drift>;
}

const AT_ONCE = 6;
/** Twice the updates that a plan may make without being held for its size; what is beyond is told as not read. */
const MOST = 20;
const NOT_COMPARABLE = /not support(?:ed)?\b|doesn.t (?:currently )?support/i;

export function createDriftReads(client: CloudFormationClient): DriftReads {
  const begun = new Map<string, Promise<Drift>>();
  const lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  return {
    of(stackId, logicalId) {
      const key = `${stackId} ${logicalId}`;
      const known = begun.get(key);
      if (known) return known;
      const lane = begun.size % AT_ONCE;
      const read =
        begun.size < MOST
          ? lanes[lane]!.then(() => detect(client, stackId, logicalId))
          : Promise.resolve<Drift>({ kind: 'unread', why: `a plan compares at most ${MOST} resources` });
      begun.set(key, read);
      lanes[lane] = read;
      return read;
    },
  };
}

async function detect(client: CloudFormationClient, StackName: string, LogicalResourceId: string): Promise<Drift> {
  const { DetectStackResourceDriftCommand } = await import('@aws-sdk/client-cloudformation');
  try {
    const command = new DetectStackResourceDriftCommand({ StackName, LogicalResourceId });
    const { StackResourceDrift: found } = await client.send(command);
    switch (found?.StackResourceDriftStatus) {
      case 'MODIFIED':
        return { kind: 'compared', differences: found.PropertyDifferences ?? [] };
      case 'DELETED':
        return { kind: 'gone' };
      case 'IN_SYNC':
      case 'NOT_CHECKED':
      case 'UNSUPPORTED':
        return { kind: 'compared', differences: [] };
      default:
        return { kind: 'unread', why: 'CloudFormation could not compare it' };
    }
  } catch (error) {
    const { code, message } = asCountersignError(error);
    if (code === 'AWS_VALIDATION' && NOT_COMPARABLE.test(message)) return { kind: 'compared', differences: [] };
    return { kind: 'unread', why: message.replace(/\.$/, '') };
  }
}
