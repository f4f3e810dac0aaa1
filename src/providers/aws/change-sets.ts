/** Change sets as CloudFormation tells them: made, waited for, and read whole. */
import { randomBytes } from 'node:crypto';
import type {
  Capability,
  Change,
  CloudFormationClient,
  DescribeChangeSetOutput,
  ResourceChange,
  RollbackConfiguration,
} from '@aws-sdk/client-cloudformation';
import { CountersignError } from '../../core/errors.ts';
import { bareRecord } from '../../core/input-bounds.ts';
import { CHANGE_SET_PREFIX } from './call-classes.ts';
import { failureOf } from './change-set-failure.ts';
import { refusedIn } from './change-set-words.ts';
import { asCountersignError } from './errors.ts';
import { tagsOf, templateOf } from './observe/stack.ts';
import { allPages } from './paging.ts';

/** Longer than any template takes; the pipeline answers the agent long before. */
const MAX_WAIT_MILLISECONDS = 10 * 60_000;
const SHORTEST_PAUSE_MILLISECONDS = 50;
const LONGEST_PAUSE_MILLISECONDS = 3_000;

export interface ChangeSet {
  id: string;
  name: string;
  stackId: string;
  stackName: string;
  changes: ResourceChange[];
  /** By logical id of the nested stack. Of one that is not here nothing is told: it was made without nested stacks. */
  nested: Record<string, ChangeSet | 'unchanged'>;
  /** Processed; undefined where the cloud cannot tell it. */
  template: string | undefined;
  /** Values as they would be; SSM-typed ones resolved, NoEcho ones masked by AWS. */
  parameters: Record<string, string>;
  /** As they were given: an SSM-typed one is the name of its parameter. */
  given: Record<string, string>;
  tags: Record<string, string>;
  /** Topics that will be told of every event of the stack; undefined where the cloud does not say. */
  topics: string[] | undefined;
  /** What the stack is watched by while it changes; undefined: it keeps what it has. */
  rollback: RollbackConfiguration | undefined;
  /** The role that it works under, and that the stack keeps; null: the stack's own, or none. */
  role: string | null | 'not told';
  /** Anything that takes over resources, weakens rollback or is not known, by option name. */
  weakenedBy: string[];
  executable: boolean;
}

export interface WantedTemplate {
  text: string;
  /** Of the version of an object in S3 that has this text. */
  url?: string;
}

export interface ChangeSetRequest {
  stack: string;
  type: 'CREATE' | 'UPDATE';
  /** Where `url` is there, CloudFormation reads it from S3. */
  template: WantedTemplate;
  parameters: { ParameterKey: string; ParameterValue?: string; UsePreviousValue?: boolean }[];
  tags: Record<string, string>;
  capabilities: string[];
  hasNestedStacks: boolean;
  serviceRole: string | null;
}

/** @returns the ARN of the new change set. */
export async function createChangeSet(client: CloudFormationClient, request: ChangeSetRequest): Promise<string> {
  const { CreateChangeSetCommand, DescribeChangeSetCommand } = await import('@aws-sdk/client-cloudformation');
  const ChangeSetName = CHANGE_SET_PREFIX + randomBytes(8).toString('hex');
  const command = new CreateChangeSetCommand({
    StackName: request.stack,
    ChangeSetName,
    ChangeSetType: request.type,
    ...(request.template.url === undefined
      ? { TemplateBody: request.template.text }
      : { TemplateURL: request.template.url }),
    Parameters: request.parameters,
    Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
    Capabilities: request.capabilities as Capability[],
    ...(request.hasNestedStacks ? { IncludeNestedStacks: true } : {}),
    ...(request.serviceRole === null ? {} : { RoleARN: request.serviceRole }),
  });
  try {
    return (await client.send(command)).Id ?? ChangeSetName;
  } catch (error) {
    // An attempt whose answer was lost has made it: the name is random, so it is ours.
    if ((error as Error).name !== 'AlreadyExistsException') {
      if (!isRefusal(error)) await discardChangeSet(client, ChangeSetName, request.stack).catch(() => undefined);
      throw error;
    }
    const { ChangeSetId } = await client.send(
      new DescribeChangeSetCommand({ ChangeSetName, StackName: request.stack }),
    );
    return ChangeSetId ?? ChangeSetName;
  }
}

/** @returns `unchanged` when CloudFormation says that nothing would change. @throws AWS_CHANGE_SET_FAILED, AWS_TIMEOUT. */
export async function readChangeSet(
  client: CloudFormationClient,
  name: string,
  stack?: string,
): Promise<ChangeSet | 'unchanged'> {
  const first = await waitFor(client, name, stack);
  if (first.Status === 'FAILED') {
    if (/didn't contain changes|No updates are to be performed/.test(first.StatusReason ?? '')) return 'unchanged';
    throw await failureOf(client, first);
  }
  const id = first.ChangeSetId ?? name;
  const [plain, valued, template] = await Promise.all([
    first.NextToken === undefined ? changesOf(first) : changesIn(client, id, false),
    changesIn(client, id, true),
    processedTemplate(client, id),
  ]);
  const listed = [...plain, ...valued];
  const changes = mergeChanges(listed.flatMap(({ ResourceChange: change }) => (change ? [change] : [])));
  return {
    id,
    name: first.ChangeSetName ?? '',
    stackId: first.StackId ?? '',
    stackName: first.StackName ?? '',
    changes,
    nested: await readNested(client, changes),
    template,
    parameters: bareRecord(
      Object.fromEntries(
        (first.Parameters ?? []).map(({ ParameterKey = '', ParameterValue = '', ResolvedValue }) => [
          ParameterKey,
          ResolvedValue ?? ParameterValue,
        ]),
      ),
    ),
    given: bareRecord(
      Object.fromEntries(
        (first.Parameters ?? []).map(({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue]),
      ),
    ),
    tags: tagsOf(first),
    topics: first.NotificationARNs,
    rollback: first.RollbackConfiguration,
    role: 'not told',
    weakenedBy: refusedIn(await import('@aws-sdk/client-cloudformation'), first, listed),
    executable: first.ExecutionStatus === 'AVAILABLE',
  };
}

async function processedTemplate(client: CloudFormationClient, id: string): Promise<string | undefined> {
  try {
    return await templateOf(client, { ChangeSetName: id }, 'Processed');
  } catch (error) {
    const { code } = asCountersignError(error);
    if (code === 'AWS_NOT_FOUND' || code === 'AWS_VALIDATION') return undefined;
    throw error;
  }
}

async function waitFor(client: CloudFormationClient, name: string, stack: string | undefined) {
  const { DescribeChangeSetCommand } = await import('@aws-sdk/client-cloudformation');
  const begun = Date.now();
  for (;;) {
    const described = await client.send(new DescribeChangeSetCommand({ ChangeSetName: name, StackName: stack }));
    if (!/_PENDING$|_IN_PROGRESS$/.test(described.Status ?? '')) return described;
    const waited = Date.now() - begun;
    if (waited > MAX_WAIT_MILLISECONDS)
      throw new CountersignError(
        'AWS_TIMEOUT',
        'CloudFormation is still making the change set.',
        'Plan again in a few minutes.',
      );
    // A tenth of the time waited: what is ready is seen at most that much later, and long waits ask seldom.
    const pause = Math.min(LONGEST_PAUSE_MILLISECONDS, Math.max(SHORTEST_PAUSE_MILLISECONDS, waited / 10));
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

const changesOf = ({ Changes = [] }: DescribeChangeSetOutput): Change[] => Changes;

async function changesIn(client: CloudFormationClient, id: string, withValues: boolean): Promise<Change[]> {
  const { paginateDescribeChangeSet } = await import('@aws-sdk/client-cloudformation');
  const asked = { ChangeSetName: id, ...(withValues ? { IncludePropertyValues: true } : {}) };
  const changes: Change[] = [];
  for await (const page of allPages(paginateDescribeChangeSet({ client }, asked))) changes.push(...changesOf(page));
  return changes;
}

/** INVARIANT: a resource that only one of the readings names stays: with values CloudFormation may drop some silently. */
function mergeChanges(changes: readonly ResourceChange[]): ResourceChange[] {
  const byId = new Map<string, ResourceChange>();
  for (const change of changes) {
    const id = change.LogicalResourceId ?? '';
    byId.set(id, { ...byId.get(id), ...change });
  }
  return [...byId.values()];
}

async function readNested(client: CloudFormationClient, changes: readonly ResourceChange[]) {
  const nested: ChangeSet['nested'] = bareRecord({});
  for (const { ChangeSetId, LogicalResourceId = '' } of changes)
    if (ChangeSetId) nested[LogicalResourceId] = await readChangeSet(client, ChangeSetId);
  return nested;
}

/** AWS parsed the call and said no: nothing was made. */
function isRefusal(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status !== undefined && status >= 400 && status < 500;
}

/** INVARIANT: of a change set that we made and that no plan comes of, nothing is left. */
export async function keepIfPlanned<T>(client: CloudFormationClient, id: string, plan: () => Promise<T>): Promise<T> {
  try {
    return await plan();
  } catch (error) {
    await discardChangeSet(client, id).catch(() => undefined);
    throw error;
  }
}

/** @returns why nothing can execute it any more; null: it waits to be executed. */
export async function whyGone(client: CloudFormationClient, id: string): Promise<string | null> {
  const { DescribeChangeSetCommand } = await import('@aws-sdk/client-cloudformation');
  try {
    const { ExecutionStatus, ChangeSetName } = await client.send(new DescribeChangeSetCommand({ ChangeSetName: id }));
    return ExecutionStatus === 'AVAILABLE'
      ? null
      : `Its change set ${ChangeSetName} is ${ExecutionStatus}: the stack has changed, or it has already run.`;
  } catch (error) {
    if ((error as Error).name === 'ChangeSetNotFoundException') return 'Its change set is gone: something deleted it.';
    throw error;
  }
}

/** @param stack beside a name; an ARN says it. */
export async function discardChangeSet(client: CloudFormationClient, id: string, stack?: string): Promise<void> {
  const { DeleteChangeSetCommand } = await import('@aws-sdk/client-cloudformation');
  try {
    await client.send(new DeleteChangeSetCommand({ ChangeSetName: id, StackName: stack }));
  } catch (error) {
    if ((error as Error).name !== 'ChangeSetNotFoundException') throw error;
  }
}
