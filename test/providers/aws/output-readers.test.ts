/** Outputs that others read by Fn::GetStackOutput: a dependency like an import, which CloudFormation does not list. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AttackedWorld, openAttackedWorld } from '../../attacks/attempts.ts';

const PRODUCER = `Resources:
  Topic: { Type: "AWS::SNS::Topic" }
  Queue: { Type: "AWS::SQS::Queue" }
Outputs:
  Topic: { Value: !Ref Topic }
  Spare: { Value: !Ref Queue }
`;
const reader = (stack: string) => `Parameters:
  From: { Type: String, Default: ${stack} }
Resources:
  Function:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Value: { Fn::GetStackOutput: { StackName: !Ref From, OutputName: Topic } } }
`;
let world: AttackedWorld;
beforeEach(async () => {
  world = await openAttackedWorld({
    stacks: [
      { name: 'bus-prod', template: PRODUCER },
      { name: 'lone-prod', template: PRODUCER },
      { name: 'reads-prod', template: reader('bus-prod') },
    ],
  });
});
afterEach(() => world.close());

it('a stack whose output another reads is not deleted', async () => {
  const found = await world.verdict('stack-deletion', 'plan_stack_delete', { stack: 'bus-prod' });
  expect(found).toMatchObject({ outcome: 'deny', message: expect.stringContaining('output Topic') });
  expect(found.message).toContain('reads-prod');
  expect(await world.verdict('stack-deletion', 'plan_stack_delete', { stack: 'lone-prod' })).toMatchObject({
    outcome: 'hold',
  });
});

it('the reader counts where that output goes, and not where another does', async () => {
  const dependents = async (gone: string) => {
    const template = PRODUCER.replace(new RegExp(`  ${gone}: { Value.*\n`), '');
    const { plan_id } = await world.call('plan_stack_update', { stack: 'bus-prod', template });
    return (await world.app.changes.plan(String(plan_id))).plan.subject.dependents;
  };
  expect(await dependents('Topic')).toEqual([{ name: 'output Topic', users: ['reads-prod'] }]);
  expect(await dependents('Spare')).toEqual([]);
});
