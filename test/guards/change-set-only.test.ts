import { expect, it } from 'vitest';
import {
  call,
  deleting,
  facts,
  inDevelopment,
  made,
  observedStack,
  onInstance,
  plan,
  terminating,
  vectorsOf,
} from './builders.ts';

/** As cdk prepares it. */
const adopted = plan({
  calls: [call('ExecuteChangeSet', { ChangeSetName: 'arn:aws:cloudformation:r:1:changeSet/cdk-deploy/c' })],
});
vectorsOf('change-set-only', [
  ['a change set of another tool in production', adopted, facts(), 'hold(1)'],
  ['one that the policy wants two people to see', adopted, facts(), 'hold(2)', { untold_role_seats: 2 }],
  ['a change set of another tool elsewhere', adopted, inDevelopment(), 'note'],
  ['a change set by its ARN', plan(), facts(), 'pass'],
  ['a change set by its name', plan({ calls: [call('ExecuteChangeSet', { ChangeSetName: 'mine' })] }), facts(), 'deny'],
  ['a deletion', deleting(), facts(), 'pass'],
  ['UpdateStack', plan({ calls: [call('UpdateStack')] }), facts(), 'deny'],
  ['rollback disabled', plan({ calls: [call('ExecuteChangeSet', { DisableRollback: true })] }), facts(), 'deny'],
  [
    'a stack policy for the time of the update',
    plan({ calls: [call('ExecuteChangeSet', { StackPolicyDuringUpdateBody: '{}' })] }),
    facts(),
    'deny',
  ],
  [
    'a deletion that forgets resources',
    plan({ calls: [call('DeleteStack', { RetainResources: ['Table'] })] }),
    facts(),
    'deny',
  ],
  [
    'a forced deletion',
    plan({ calls: [call('DeleteStack', { DeletionMode: 'FORCE_DELETE_STACK' })] }),
    facts(),
    'deny',
  ],
  ['one good call and one bad', plan({ calls: [call('ExecuteChangeSet'), call('SetStackPolicy')] }), facts(), 'deny'],
  ['a nested stack', plan(observedStack({ parentId: 'arn:p' })), facts(), 'deny'],
  ['an instance of a StackSet', plan({ target: { ...plan().target, name: 'StackSet-audit-1' } }), facts(), 'deny'],
  [
    'a rollback continued by its tool',
    plan({ tool: 'plan_stack_rollback', calls: [call('ContinueUpdateRollback', { ResourcesToSkip: ['Fn'] })] }),
    facts(),
    'pass',
  ],
  ['a rollback continued by another', plan({ calls: [call('ContinueUpdateRollback')] }), facts(), 'deny'],
  ['a call of another service', onInstance(['StopInstances']), facts(), 'pass'],
  ['a call for something else than the plan says', { ...deleting(), action: 'update' }, facts(), 'deny'],
  ['a termination that is called a copy', { ...terminating(), action: 'copy' }, facts(), 'deny'],
  [
    'a call of another provider',
    plan({ calls: [{ ...call('ExecuteChangeSet'), provider: 'elsewhere' }] }),
    facts(),
    'deny',
  ],
  ['an operation of another service', plan({ calls: [{ ...call('DeleteStack'), service: 'ec2' }] }), facts(), 'deny'],
  [
    'a forced stop',
    plan({ ...onInstance([]), calls: [call('StopInstances', { InstanceIds: ['i-1'], Force: true })] }),
    facts(),
    'deny',
  ],
  ['an input that every object has', plan({ calls: [call('DeleteStack', { constructor: 'x' })] }), facts(), 'deny'],
  ['a provider whose table is empty', plan(), facts({ provider: { ...facts().provider, allowedCalls: [] } }), 'deny'],
  [
    'a change set on its stack, with a token',
    plan({ calls: [call('ExecuteChangeSet', { StackName: 'shop', ClientRequestToken: 't' })] }),
    facts(),
    'pass',
  ],
  [
    'a deletion under a service role, with a token',
    plan({ calls: [call('DeleteStack', { StackName: 'shop', ClientRequestToken: 't', RoleARN: 'arn:r' })] }),
    facts(),
    'pass',
  ],
  [
    'a rollback continued under a service role',
    plan({
      tool: 'plan_stack_rollback',
      calls: [call('ContinueUpdateRollback', { StackName: 'shop', ClientRequestToken: 't', RoleARN: 'arn:r' })],
    }),
    facts(),
    'pass',
  ],
  [
    'a rollback under a service role',
    plan({
      tool: 'plan_stack_rollback',
      calls: [call('RollbackStack', { StackName: 'shop', ClientRequestToken: 't', RoleARN: 'arn:r' })],
    }),
    facts(),
    'pass',
  ],
  [
    'a rollback that forgets resources',
    plan({ tool: 'plan_stack_rollback', calls: [call('RollbackStack', { RetainExceptOnCreate: true })] }),
    facts(),
    'deny',
  ],
  [
    'an update cancelled',
    plan({
      tool: 'plan_stack_rollback',
      calls: [call('CancelUpdateStack', { StackName: 'shop', ClientRequestToken: 't' })],
    }),
    facts(),
    'pass',
  ],
  ['a stack with StackSet in its name', plan({ target: { ...plan().target, name: 'my-StackSet-1' } }), facts(), 'pass'],
  [
    'a change set of this server and one of another tool',
    plan({ calls: [...plan().calls, ...adopted.calls] }),
    facts(),
    'hold(1)',
  ],
]);

it('names the owner of what is nested, and of an instance', () => {
  const told = (thePlan: ReturnType<typeof plan>) => made('change-set-only').judge(thePlan, facts());
  expect(told(plan(observedStack({ parentId: 'arn:p' }))).message).toContain('is nested in arn:p');
  const instance = plan({ target: { ...plan().target, name: 'StackSet-audit-1' } });
  expect(told(instance).message).toContain('is an instance of');
});
