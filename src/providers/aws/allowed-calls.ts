/**
 * Every call that a plan for AWS may make, with every input.
 *
 * INVARIANT: what is not listed is refused, so that an option AWS adds later (or we forgot) weakens nothing. The guard
 * `change-set-only` reads this table of the running code, when a plan is made, proposed and executed.
 */
import type { Action, AllowedCall } from '../../core/subject.ts';
import { OWN_CHANGE_SET } from './call-classes.ts';

type Inputs = AllowedCall['inputs'];
const any = (...names: string[]): Inputs => Object.fromEntries(names.map((name) => [name, null]));
const row =
  (service: string) =>
  (operation: string, actions: Action[], inputs: Inputs): AllowedCall => ({
    provider: 'aws',
    service,
    operation,
    actions,
    inputs,
  });
const cloudFormation = row('cloudformation');
const ec2 = row('ec2');

const ON_STACK = any('StackName', 'ClientRequestToken');
const UNDER_ROLE = { ...ON_STACK, ...any('RoleARN') };
const BY_ARN = {
  pattern: '^arn:',
  else: 'a change set given by name: a change set of the same name could replace it. Use its ARN',
};
const RULES = any('GroupId', 'IpPermissions');
const TAGS = any('Resources', 'Tags');
const INSTANCES = any('InstanceIds');

export const ALLOWED_CALLS: readonly AllowedCall[] = [
  {
    ...cloudFormation('ExecuteChangeSet', ['create', 'update'], { ...ON_STACK, ChangeSetName: BY_ARN }),
    prepared: {
      input: 'ChangeSetName',
      ours: OWN_CHANGE_SET.source,
      untold: 'Another tool prepared this change set: AWS does not report its role, and the stack keeps that role.',
    },
  },
  cloudFormation('DeleteStack', ['delete'], UNDER_ROLE),
  cloudFormation('ContinueUpdateRollback', ['roll_back'], { ...UNDER_ROLE, ...any('ResourcesToSkip') }),
  cloudFormation('RollbackStack', ['roll_back'], UNDER_ROLE),
  cloudFormation('CancelUpdateStack', ['roll_back'], ON_STACK),
  ec2('StartInstances', ['start', 'resize'], INSTANCES),
  ec2('StopInstances', ['stop', 'resize'], INSTANCES),
  ec2('RebootInstances', ['reboot'], INSTANCES),
  ec2('TerminateInstances', ['terminate'], INSTANCES),
  ec2('ModifyInstanceAttribute', ['resize'], any('InstanceId', 'InstanceType')),
  ec2('CreateSnapshot', ['copy', 'terminate'], any('VolumeId', 'Description', 'TagSpecifications')),
  ec2('AuthorizeSecurityGroupIngress', ['update'], RULES),
  ec2('AuthorizeSecurityGroupEgress', ['update'], RULES),
  ec2('RevokeSecurityGroupIngress', ['update'], RULES),
  ec2('RevokeSecurityGroupEgress', ['update'], RULES),
  ec2('CreateTags', ['tag'], TAGS),
  ec2('DeleteTags', ['tag'], TAGS),
];
