/** Dry runs against the live cloud. Holds a planning permit; nothing here can write. */

import { readFileSync, realpathSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import type { CloudFormationClient, ResourceChange } from '@aws-sdk/client-cloudformation';
import type { Call } from '../../core/call.ts';
import { compareWorstFirst, type Effect } from '../../core/effect.ts';
import { CountersignError } from '../../core/errors.ts';
import type { PlanDraft } from '../../core/plan.ts';
import type { StackUpdateRequest } from '../../core/ports.ts';
import { editTemplate, parseTemplate } from '../../template/parse.ts';
import { requiredCapabilities } from '../../template/resolve.ts';
import { effectOfChange } from '../effects.ts';
import { askingAws } from '../errors.ts';
import { type LiveStack, observeStack } from '../observe/stack.ts';
import { observed, type PlannerContext } from './context.ts';
import { refuseBusy, stackTarget, tokenFor } from './stack.ts';

const MAX_BODY_BYTES = 51_200;
const MAX_WAIT_MILLISECONDS = 45_000;

function wantedTemplate(request: StackUpdateRequest, live: LiveStack, roots: string[]): string {
  const given = [request.template, request.templateFile, request.set].filter((item) => item !== undefined).length;
  if (given > 1)
    throw new CountersignError(
      'INPUT_INVALID',
      'template, template_file and set exclude one another.',
      'Send one of them.',
    );
  if (request.template !== undefined) return request.template;
  if (request.templateFile !== undefined) return readTemplateFile(request.templateFile, roots);
  return request.set ? editTemplate(live.template, request.set) : live.template;
}

/** SECURITY: links are resolved first; a file outside the allowed roots is not read. */
function readTemplateFile(path: string, roots: string[]): string {
  const outside = () =>
    new CountersignError(
      'INPUT_TEMPLATE_FILE_OUTSIDE',
      'template_file is not a file below the working directory.',
      'Use a path below it, or have COUNTERSIGN_TEMPLATE_ROOTS set.',
    );
  try {
    const real = realpathSync(path);
    if (!roots.some((root) => !relative(realpathSync(root), real).startsWith('..')) || !statSync(real).isFile())
      throw outside();
    return readFileSync(real, 'utf8');
  } catch (error) {
    throw error instanceof CountersignError ? error : outside();
  }
}

export async function planStackUpdate(context: PlannerContext, request: StackUpdateRequest): Promise<PlanDraft> {
  return askingAws(async () => {
    const live = await observeStack(context.cloudFormation, request.stack, context.secretKey);
    refuseBusy(live);
    const body = wantedTemplate(request, live, context.templateRoots);
    const template = parseTemplate(body);
    // SECURITY: creating a change set runs a macro's function at once, before anybody has judged it.
    if (template.Transform)
      throw new CountersignError(
        'INPUT_NEEDS_PACKAGING',
        'Templates with a Transform are not planned yet: creating the change set would run its macro.',
        'Send the processed template.',
      );
    if (Buffer.byteLength(body) > MAX_BODY_BYTES)
      throw new CountersignError(
        'INPUT_NEEDS_PACKAGING',
        `The template has ${Buffer.byteLength(body)} bytes; ${MAX_BODY_BYTES} can be sent.`,
        'Make it smaller, or package it.',
      );
    const masked = Object.entries(request.parameters ?? {}).find(([, value]) => /^\*+$/.test(value));
    if (masked)
      throw new CountersignError(
        'INPUT_MASKED_VALUE',
        `${masked[0]} is a masked value.`,
        'Leave it out to keep what is there.',
      );
    const sdk = await import('@aws-sdk/client-cloudformation');
    const kept = Object.keys(template.Parameters ?? {}).filter(
      (name) => name in live.observed.parameters && request.parameters?.[name] === undefined,
    );
    const tags = { ...live.observed.tags, ...request.tags };
    const { Id } = await context.cloudFormation.send(
      new sdk.CreateChangeSetCommand({
        StackName: live.observed.stackId,
        ChangeSetName: `countersign-${context.now().getTime().toString(36)}-${Math.random().toString(36).slice(2, 8)}`,
        ChangeSetType: 'UPDATE',
        TemplateBody: body,
        Parameters: [
          ...kept.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
          ...Object.entries(request.parameters ?? {}).map(([ParameterKey, ParameterValue]) => ({
            ParameterKey,
            ParameterValue,
          })),
        ],
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        Capabilities: (request.capabilities ?? requiredCapabilities(template)) as never,
      }),
    );
    const { changes, failure } = await readChangeSet(context.cloudFormation, Id!);
    if (failure) return noChange(context, live, failure);
    return draftOfUpdate(context, live, Id!, changes, request.tags ?? {});
  });
}

/** A change set's changes, both readings merged: with property values CloudFormation may drop resources silently. */
async function readChangeSet(
  client: CloudFormationClient,
  id: string,
): Promise<{ changes: ResourceChange[]; failure?: string }> {
  const sdk = await import('@aws-sdk/client-cloudformation');
  const deadline = Date.now() + MAX_WAIT_MILLISECONDS;
  for (let pauseMilliseconds = 100; ; pauseMilliseconds = Math.min(2_000, pauseMilliseconds * 1.6)) {
    const { Status, StatusReason } = await client.send(new sdk.DescribeChangeSetCommand({ ChangeSetName: id }));
    if (Status === 'CREATE_COMPLETE') break;
    if (Status === 'FAILED') return { changes: [], failure: StatusReason ?? 'no reason given' };
    if (Date.now() > deadline)
      throw new CountersignError(
        'AWS_TIMEOUT',
        'CloudFormation is still making the change set.',
        'Plan again in a minute.',
      );
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  }
  const byId = new Map<string, ResourceChange>();
  for (const IncludePropertyValues of [false, true]) {
    let NextToken: string | undefined;
    do {
      const page = await client.send(
        new sdk.DescribeChangeSetCommand({ ChangeSetName: id, IncludePropertyValues, NextToken }),
      );
      for (const { ResourceChange: change } of page.Changes ?? [])
        if (change?.LogicalResourceId)
          byId.set(change.LogicalResourceId, { ...byId.get(change.LogicalResourceId), ...change });
      NextToken = page.NextToken;
    } while (NextToken);
  }
  return { changes: [...byId.values()] };
}

function noChange(context: PlannerContext, live: LiveStack, reason: string): PlanDraft {
  if (!/didn't contain changes|No updates are to be performed/.test(reason))
    throw new CountersignError(
      'AWS_CHANGE_SET_FAILED',
      `CloudFormation refused the change set: ${reason}`,
      'Mend what it names and plan again.',
    );
  return {
    target: stackTarget(context, live),
    calls: [],
    effects: [],
    observed: observed(context, { stack: live.observed }),
    dryRun: { kind: 'no_change', succeeded: true },
    recipe: { planner: 'none', input: null },
    notes: [],
  };
}

async function draftOfUpdate(
  context: PlannerContext,
  live: LiveStack,
  changeSetId: string,
  changes: ResourceChange[],
  tags: Record<string, string>,
): Promise<PlanDraft> {
  const call: Call = {
    step: 'step1',
    service: 'cloudformation',
    operation: 'ExecuteChangeSet',
    input: { ChangeSetName: changeSetId, ClientRequestToken: tokenFor(changeSetId) },
    account: context.identity.account,
    region: context.identity.region,
  };
  const effects = [
    ...changes.map((change) => effectOfChange(context.knowledge, change, live.observed.stackName)),
    ...tagEffects(live, tags),
  ];
  return {
    target: stackTarget(context, live),
    calls: [call],
    effects: effects.sort(compareWorstFirst),
    observed: observed(context, { stack: live.observed }),
    dryRun: { kind: 'change_set', succeeded: true },
    recipe: { planner: 'change_set', input: { stackId: live.observed.stackId, changeSetId, tags } },
    notes: [],
  };
}

/** Stack tags that change: an effect on the stack itself, so that the labels guard sees them. */
function tagEffects(live: LiveStack, tags: Record<string, string>): Effect[] {
  const changed = Object.entries(tags).filter(([key, value]) => live.observed.tags[key] !== value);
  if (changed.length === 0) return [];
  return [
    {
      kind: 'tag',
      type: 'AWS::CloudFormation::Stack',
      physicalId: live.observed.stackId,
      holds: 'nothing',
      interrupts: 'no',
      reversibility: 'reversible',
      revision: false,
      properties: changed.map(([key, after]) => ({
        path: `Tags.${key}`,
        after,
        replaces: 'never' as const,
        ...(live.observed.tags[key] === undefined ? {} : { before: live.observed.tags[key] }),
      })),
      marks: [],
      why: 'Tags of the stack.',
    },
  ];
}

/** The same change set, described again on the stack as it is now. */
export function recomputeChangeSet(
  context: PlannerContext,
  { stackId, changeSetId, tags }: { stackId: string; changeSetId: string; tags: Record<string, string> },
): Promise<PlanDraft> {
  return askingAws(async () => {
    const live = await observeStack(context.cloudFormation, stackId, context.secretKey);
    const { changes } = await readChangeSet(context.cloudFormation, changeSetId);
    return draftOfUpdate(context, live, changeSetId, changes, tags);
  });
}
