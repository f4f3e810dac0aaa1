import { call, deleting, facts, observing, onInstance, plan, vectorsOf } from './builders.ts';

vectorsOf('change-set-only', [
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
  ['a nested stack', plan(observing({ parentId: 'arn:p' })), facts(), 'deny'],
  ['an instance of a StackSet', plan({ target: { ...plan().target, name: 'StackSet-audit-1' } }), facts(), 'deny'],
  [
    'a rollback continued by its tool',
    plan({ tool: 'plan_stack_rollback', calls: [call('ContinueUpdateRollback', { ResourcesToSkip: ['Fn'] })] }),
    facts(),
    'pass',
  ],
  ['a rollback continued by another', plan({ calls: [call('ContinueUpdateRollback')] }), facts(), 'deny'],
  ['a call of another service', onInstance(['StopInstances']), facts(), 'pass'],
]);
