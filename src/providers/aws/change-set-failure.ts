/**
 * Why CloudFormation refused a change set. Its status reason names the validations that failed and refers to another
 * API for the rest, which an agent does not have: that is read here.
 */
import type { CloudFormationClient, DescribeChangeSetOutput, OperationEvent } from '@aws-sdk/client-cloudformation';
import { counted } from '../../core/counted.ts';
import { CountersignError } from '../../core/errors.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import { asCountersignError } from './errors.ts';
import { allPages } from './paging.ts';

const REFERS_ELSEWHERE = /\s{0,5}To troubleshoot[^.]{0,300}DescribeEvents[^.]{0,300}\./i;
const VALIDATED_EARLY = /EarlyValidation|DescribeEvents/i;
const FAILURES_TOLD = 6;

export async function failureOf(
  client: CloudFormationClient,
  { ChangeSetId, StackId, StatusReason = 'no reason given' }: DescribeChangeSetOutput,
): Promise<CountersignError> {
  const reason = StatusReason.replace(REFERS_ELSEWHERE, '');
  const found = VALIDATED_EARLY.test(StatusReason) ? await validations(client, { ChangeSetId, StackId }) : [];
  const told = found.slice(0, FAILURES_TOLD).join('; ');
  const more = found.length > FAILURES_TOLD ? `; ${counted(found.length - FAILURES_TOLD, 'more failure')}` : '';
  return new CountersignError(
    'AWS_CHANGE_SET_FAILED',
    `CloudFormation refused the change set: ${reason}${told === '' ? '' : ` ${told}${more}.`}`,
    found.length > 0 ? 'Fix each of these in the template and plan again.' : 'Fix the cause and plan again.',
  );
}

/** One line for each validation that failed; where they cannot be read, one that says so. */
async function validations(
  client: CloudFormationClient,
  { ChangeSetId, StackId }: Pick<DescribeChangeSetOutput, 'ChangeSetId' | 'StackId'>,
): Promise<string[]> {
  try {
    const { paginateDescribeEvents } = await import('@aws-sdk/client-cloudformation');
    const asked = { ChangeSetName: ChangeSetId, StackName: StackId, Filters: { FailedEvents: true } };
    const failures: string[] = [];
    for await (const { OperationEvents = [] } of allPages(paginateDescribeEvents({ client }, asked)))
      failures.push(...OperationEvents.filter(({ EventType }) => EventType === 'VALIDATION_ERROR').map(lineOf));
    return failures;
  } catch (error) {
    return [`The details could not be read (cloudformation:DescribeEvents): ${asCountersignError(error).message}`];
  }
}

function lineOf({
  LogicalResourceId,
  ResourceType,
  ValidationPath,
  ValidationStatusReason,
  ValidationName,
}: OperationEvent) {
  const where = [LogicalResourceId, ResourceType && `(${ResourceType})`, ValidationPath].filter(Boolean).join(' ');
  return makeVisibleLine(
    `${where}: ${ValidationStatusReason ?? ValidationName ?? 'no reason given'}`.replace(/\.$/, ''),
    300,
  );
}
