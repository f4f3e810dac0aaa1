/** Reads the state of a stack that a plan is judged against. */

import { createHmac } from 'node:crypto';
import type { CloudFormationClient, Stack, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { sha256Hex } from '../../../core/digest.ts';
import { bareRecord } from '../../../core/input-bounds.ts';
import type { ObservedStack } from '../observed.ts';
import { isMask, MASK } from '../template/secrets.ts';
import { exportsOf, importersOf } from './exports.ts';
import type { SecretValues } from './secret-values.ts';
import { listResources, requireStack, tagsOf, templateOf } from './stack.ts';

export interface LiveStack {
  stack: Stack;
  /** As it was sent; `processed` differs where it has transforms. */
  template: string;
  processed: string;
  resources: StackResourceSummary[];
  /** As AWS tells them, NoEcho ones masked; those that a parent gives a secret are too. */
  parameters: Record<string, string>;
  observed: ObservedStack;
}
const NEVER_COMPLETED = new Set([
  'REVIEW_IN_PROGRESS',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'ROLLBACK_IN_PROGRESS',
  'CREATE_FAILED',
]);

/** As far as a change of it must wait for; `whole` is read meanwhile. */
export interface BegunStack extends Omit<LiveStack, 'processed' | 'observed'> {
  observed: Omit<ObservedStack, 'templateDigest' | 'importedExports'>;
  whole: Promise<LiveStack>;
}
/** What it is read with: the reads of one plan, and the key of the HMAC of masked parameters. */
type Reading = { cloudFormation: CloudFormationClient; secrets: SecretValues; secretKey: string };
/** `later`: of those exports that a change turns out to touch (`exportsAtStake`). */
type Importers = 'all' | 'later';

/** Three reads at once, then one per export; of a nested stack those of its parent. */
export const observeStack = async (reading: Reading, name: string, importers: Importers = 'all'): Promise<LiveStack> =>
  (await beginObserving(reading, name, importers)).whole;

export async function beginObserving(reading: Reading, name: string, importers: Importers): Promise<BegunStack> {
  const { cloudFormation: client, secrets, secretKey } = reading;
  const asked = requireStack(client, name);
  const importing =
    importers === 'all' ? asked.then((found) => importersOf(client, exportsOf(found))) : Promise.resolve([]);
  // Told to whoever waits for the whole.
  importing.catch(() => undefined);
  const [stack, template, resources, given] = await Promise.all([
    asked,
    templateOf(client, { StackName: name }, 'Original').catch(async (error) => {
      // A stack that only a change set made so far has no template of its own.
      if ((await asked).StackStatus === 'REVIEW_IN_PROGRESS') return '';
      throw error;
    }),
    listResources(client, name),
    asked.then((found) => secrets.givenTo(found)),
  ]);
  const id = stack.StackId!;
  const parameters = bareRecord(
    Object.fromEntries(
      (stack.Parameters ?? []).map(({ ParameterKey = '', ParameterValue = '', ResolvedValue }) => [
        ParameterKey,
        given.has(ParameterKey) ? MASK : (ResolvedValue ?? ParameterValue),
      ]),
    ),
  );
  const observed = {
    stackId: id,
    stackName: stack.StackName!,
    status: stack.StackStatus ?? 'UNKNOWN',
    createdAt: stack.CreationTime?.toISOString() ?? '',
    updatedAt: stack.LastUpdatedTime?.toISOString() ?? null,
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [key, isMask(value) ? hidden(key, stack, secretKey) : value]),
    ),
    tags: tagsOf(stack),
    terminationProtection: stack.EnableTerminationProtection ?? false,
    roleArn: stack.RoleARN ?? null,
    resourceCount: resources.length,
    neverCompleted: NEVER_COMPLETED.has(stack.StackStatus ?? ''),
    parentId: stack.ParentId ?? null,
    recentlyDeleted: [],
  };
  const begun = { stack, template, resources, parameters };
  const hasTransforms = /Transform/.test(template);
  const processing = hasTransforms ? templateOf(client, { StackName: id }, 'Processed') : Promise.resolve(template);
  const whole = Promise.all([processing, importing]).then(([processed, importedExports]) => ({
    ...begun,
    processed,
    observed: { ...observed, templateDigest: `sha256:${sha256Hex(processed)}`, importedExports },
  }));
  whole.catch(() => undefined);
  return { ...begun, observed, whole };
}

/**
 * AWS never tells a NoEcho value, only that there is one; it can change only with an update of the stack. So its
 * stand-in is keyed to the stack's last update: another update, another stand-in.
 */
function hidden(key: string, stack: Stack, secretKey: string): string {
  const at = (stack.LastUpdatedTime ?? stack.CreationTime)?.toISOString() ?? '';
  return `hmac:${createHmac('sha256', secretKey).update(`${stack.StackId}/${key}@${at}`).digest('hex')}`;
}
