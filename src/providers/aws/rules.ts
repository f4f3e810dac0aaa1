/** What is known of AWS without asking it: tables and pure functions. */

import type { Effect } from '../../core/effect.ts';
import type { WayOut } from '../../core/errors.ts';
import type { Plan, Target } from '../../core/plan.ts';
import type { ProviderRules } from '../../core/ports.ts';
import type { ProviderFacts } from '../../core/subject.ts';
import { ALLOWED_CALLS } from './allowed-calls.ts';
import { classifyCall } from './call-classes.ts';
import { describedEffects } from './described.ts';
import { completePlan } from './earlier-plans.ts';
import { hostsOfAws } from './knowledge/hosts.ts';
import { holdsOf, isRevisionType, loadKnowledge } from './knowledge/index.ts';
import { actionOf } from './subject.ts';
import { trail } from './trail.ts';
import { wayBack } from './way-back.ts';

const FACTS: ProviderFacts = {
  allowedCalls: ALLOWED_CALLS,
  toolFor: {
    update: 'plan_stack_update',
    roll_back: 'plan_stack_rollback',
    copy: 'plan_snapshot',
    tag: 'plan_tags',
  },
  retainBy: 'DeletionPolicy: Retain and UpdateReplacePolicy: Retain',
};

export const awsRules: ProviderRules = {
  name: 'aws',
  targets: ['stack', 'resources'],
  factsOf: () => FACTS,
  completePlan,
  actionOf,
  classify: (call) => classifyCall(call.service, call.operation, call.input),
  callRecords: trail,
  hosts: hostsOfAws,
  placeOf,
  whereToLook,
  waysToKeep,
  wayThroughOwner,
  wayBack,
  machineType: 'AWS::EC2::Instance',
  describeEffects: describedEffects,
  holdsOf,
  isRevisionType,
  knownTypes: loadKnowledge,
};

/** An ARN names both, some only one. */
function placeOf(id: string): { account?: string; region?: string } {
  const [, region, account] = /^arn:[^:]+:[^:]+:([^:]*):(\d{12})?:/.exec(id) ?? [];
  return { ...(account ? { account } : {}), ...(region ? { region } : {}) };
}

/** A stack keeps by its template what is not replaced; a volume is copied. */
function waysToKeep({ target }: Pick<Plan, 'target'>, losses: readonly Effect[]) {
  if (target.kind === 'stack') {
    const ids = losses.flatMap(({ kind, logicalId }) => (kind === 'delete' && logicalId ? [logicalId] : []));
    if (ids.length === 0 || ids.length < losses.length) return undefined;
    const attributes = ['DeletionPolicy', 'UpdateReplacePolicy'];
    const set = ids.flatMap((id) =>
      attributes.map((attribute) => ({ path: `Resources.${id}.${attribute}`, value: 'Retain' })),
    );
    return { tool: 'plan_stack_update', input: { stack: target.name, set } };
  }
  const volume = losses.find(({ physicalId = '', recoveryPoint }) => physicalId.startsWith('vol-') && !recoveryPoint);
  return volume && { tool: 'plan_snapshot', input: { volume_id: volume.physicalId! } };
}

/** A template says what a resource is, never that it stops or restarts; to leave it out is to delete it. */
function wayThroughOwner(
  { id, owner, tags }: Plan['subject']['resources'][number],
  { action, effects }: Pick<Plan, 'action' | 'effects'>,
): WayOut | undefined {
  const logicalId = tags['aws:cloudformation:logical-id'];
  if (owner?.kind !== 'stack' || logicalId === undefined) return undefined;
  const changed = effects.filter(({ physicalId }) => physicalId === id).flatMap(({ properties }) => properties);
  const set = (property: string, value: string) => ({
    tool: 'plan_stack_update',
    input: { stack: owner.name, set: [{ path: `Resources.${logicalId}.Properties.${property}`, value }] },
  });
  const [first] = changed;
  if (action === 'resize' && first?.after !== undefined) return set('InstanceType', first.after);
  if (action === 'tag') {
    const pairs = changed.map(({ path, after }) => ({ Key: path.replace(/^Tags\./, ''), Value: after }));
    return set('Tags', `<the Tags that the template has, with ${JSON.stringify(pairs)}>`);
  }
  if (action !== 'update' || first === undefined) return undefined;
  return set(first.path.replace(/^Properties\./, ''), '<all rules of the group, as the template writes them>');
}

function whereToLook({ kind, name, ids, region }: Target): string[] {
  if (kind === 'stack') return [`aws cloudformation describe-stack-events --stack-name ${name} --region ${region}`];
  return ids.every((one) => one.startsWith('i-'))
    ? [`aws ec2 describe-instances --instance-ids ${ids.join(' ')} --region ${region}`]
    : [`what EC2 shows of ${ids.join(', ')} in ${region}`];
}
