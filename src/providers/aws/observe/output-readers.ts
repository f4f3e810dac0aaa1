/**
 * Stacks that read outputs of a stack by `Fn::GetStackOutput`: CloudFormation lists only who imports exports.
 *
 * Guarantees: the templates of the other stacks of this account and region are read, newest first, within a bound, with
 * their parameters; what was not looked at is told.
 * Does not cover: readers in other regions or accounts; a stack name that a template works out from a value that is not
 * known.
 */
import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import { bareRecord } from '../../../core/input-bounds.ts';
import type { ObservedStack } from '../observed.ts';
import { inChunks, itemsOf } from '../paging.ts';
import type { PlannerContext } from '../planners/context.ts';
import { namedElsewhere } from '../planners/views.ts';
import { templateOf } from './stack.ts';

const MOST_TEMPLATES = 50;
const AT_ONCE = 5;

type Reading = Pick<PlannerContext, 'cloudFormation' | 'identity' | 'elsewhere'>;

/** @param outputs of that stack: those that a change takes away or changes. @returns as `importersOf` does. */
export async function readersOf(
  { cloudFormation, identity, elsewhere }: Reading,
  producer: { stackId: string; stackName: string },
  outputs: readonly string[],
): Promise<ObservedStack['importedExports']> {
  if (outputs.length === 0) return [];
  const others = (
    await elsewhere.orUnread('Stacks that could read its outputs', otherStacks(cloudFormation), [])
  ).filter(({ StackId }) => StackId !== producer.stackId);
  if (others.length > MOST_TEMPLATES)
    elsewhere.note(
      `Fn::GetStackOutput was looked for in ${MOST_TEMPLATES} of ${others.length} other stacks; others may read the outputs of ${producer.stackName}.`,
    );
  const reading = await inChunks(others.slice(0, MOST_TEMPLATES), AT_ONCE, (chunk) =>
    Promise.all(
      chunk.map(async (stack) => {
        const name = stack.StackName ?? '';
        const read = readsOf(cloudFormation, stack, producer, identity);
        return { name, outputs: await elsewhere.orUnread(`What ${name} reads`, read, []) };
      }),
    ),
  );
  return outputs
    .map((output) => ({
      name: `output ${output}`,
      importers: reading.filter((one) => one.outputs.includes(output)).map(({ name }) => name),
    }))
    .filter(({ importers }) => importers.length > 0);
}

async function otherStacks(client: CloudFormationClient): Promise<Stack[]> {
  const { paginateDescribeStacks } = await import('@aws-sdk/client-cloudformation');
  const stacks = await itemsOf(paginateDescribeStacks({ client }, {}), ({ Stacks }) => Stacks);
  const at = ({ LastUpdatedTime, CreationTime }: Stack) => (LastUpdatedTime ?? CreationTime)?.getTime() ?? 0;
  return stacks.filter(({ StackStatus }) => StackStatus !== 'REVIEW_IN_PROGRESS').sort((a, b) => at(b) - at(a));
}

/** Outputs of the producer that the template of this stack asks for. */
async function readsOf(
  client: CloudFormationClient,
  stack: Stack,
  { stackId, stackName }: { stackId: string; stackName: string },
  { account, region }: Reading['identity'],
): Promise<string[]> {
  const template = await templateOf(client, { StackName: stack.StackId ?? '' }, 'Original');
  if (!template.includes('GetStackOutput')) return [];
  const parameters = bareRecord(
    Object.fromEntries(
      (stack.Parameters ?? []).map(({ ParameterKey = '', ParameterValue = '', ResolvedValue }) => [
        ParameterKey,
        ResolvedValue ?? ParameterValue,
      ]),
    ),
  );
  const place = { account, region, stackId: stack.StackId ?? '', stackName: stack.StackName ?? '' };
  return namedElsewhere([{ template, parameters }], place)
    .outputs.filter((asked) => (asked.region ?? region) === region && [stackId, stackName].includes(asked.stack))
    .map(({ output }) => output);
}
