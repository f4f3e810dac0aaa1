/** A change set that fails early validation: what is wrong is read for the agent, which has no API to look it up. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CloudProxy, openTestWorld, STACK, type TestWorld } from '../../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const REASON =
  'The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.';
const event = (id: string, path: string, why: string) =>
  `<member><EventType>VALIDATION_ERROR</EventType><LogicalResourceId>${id}</LogicalResourceId><ResourceType>AWS::SQS::Queue</ResourceType><ValidationName>AWS::EarlyValidation::PropertyValidation</ValidationName><ValidationStatus>FAILED</ValidationStatus><ValidationPath>${path}</ValidationPath><ValidationStatusReason>${why}</ValidationStatusReason></member>`;

/** AWS's own answers, on the wire: the sandbox validates nothing early. */
const failing =
  (events: string): CloudProxy =>
  async (request, forward) => {
    const answer = await forward();
    const body = String(answer.body);
    const sent = String(request.body);
    if (/Action=DescribeEvents/.test(sent))
      return events === 'denied'
        ? {
            ...answer,
            status: 403,
            body: body.replace(
              /[\s\S]*/,
              '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform cloudformation:DescribeEvents</Message></Error></ErrorResponse>',
            ),
          }
        : {
            ...answer,
            body: body.replace(
              /<OperationEvents>[\s\S]*<\/OperationEvents>|<OperationEvents\/>/,
              `<OperationEvents>${events}</OperationEvents>`,
            ),
          };
    if (!/Action=DescribeChangeSet/.test(sent)) return answer;
    return {
      ...answer,
      body: body.replace(
        /<Status>CREATE_COMPLETE<\/Status>/,
        `<Status>FAILED</Status><StatusReason>${REASON}</StatusReason>`,
      ),
    };
  };
async function refused(events: string) {
  const app = await world.another({ proxy: failing(events) });
  const answer = await app.pipeline('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.ReportQueue.Properties.VisibilityTimeout', value: 90 }],
  });
  return answer.ok ? answer.content : { ...answer.error };
}

it('names every resource, the place in it and the reason, and no API', async () => {
  const found = await refused(
    event('ReportQueue', '/Properties/VisibilityTimeout', '99999 is greater than 43200.') +
      event('DeadLetters', '/Properties', 'extraneous key [Colour]'),
  );
  expect(found).toMatchObject({ code: 'AWS_CHANGE_SET_FAILED' });
  expect(found.message).toMatch(
    /ReportQueue \(AWS::SQS::Queue\) \/Properties\/VisibilityTimeout: 99999 is greater than 43200; DeadLetters \(AWS::SQS::Queue\) \/Properties: extraneous key \[Colour\]\.$/,
  );
  expect(found.message).not.toMatch(/DescribeEvents/);
});

it('says that the details could not be read, and by which permission', async () => {
  expect((await refused('denied')).message).toMatch(/details could not be read \(cloudformation:DescribeEvents\)/);
});
