/** What a stack was before a change of ours: kept with its plan, and planned again to take the change back. */
import { z } from 'zod';
import { stateSentence } from '../../../core/change.ts';
import type { Json } from '../../../core/digest.ts';
import { CountersignError } from '../../../core/errors.ts';
import type { BegunStack, LiveStack } from '../observe/live-stack.ts';
import { observedSchema } from '../observed.ts';
import type { StackUpdateRequest } from '../ports.ts';
import { asJson, MAX_BODY_BYTES } from '../template/body.ts';
import { parseTemplate } from '../template/parse.ts';
import { isMask } from '../template/secrets.ts';
import type { PlannerContext } from './context.ts';

const beforeSchema = z.strictObject({
  /** As it was sent. */
  template: z.string(),
  /** As they were given: the name of a parameter of Systems Manager, not its value. */
  parameters: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()),
});
type Before = z.infer<typeof beforeSchema>;

export const stateBefore = ({ template, stack, observed }: Pick<LiveStack, 'template' | 'stack' | 'observed'>): Json =>
  ({
    template,
    parameters: Object.fromEntries(
      (stack.Parameters ?? []).map(({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue]),
    ),
    tags: observed.tags,
  }) satisfies Before;

/** The request that asks for that state, and what it cannot bring back. */
export async function requestToUndo(
  context: PlannerContext,
  { undo = '', stack, set, template, templateFile, changeSet, ...more }: StackUpdateRequest,
  live: BegunStack,
): Promise<{ request: StackUpdateRequest; notes: string[] }> {
  if ([set, template, templateFile, changeSet].some((source) => source !== undefined))
    throw new CountersignError(
      'INPUT_INVALID',
      'undo excludes set, template, template_file and change_set.',
      'Send undo alone, or with parameters or tags that should differ from before.',
    );
  const { change, plan, before: kept, later } = await context.earlier(undo);
  if (!plan.target.ids.includes(live.observed.stackId))
    throw new CountersignError(
      'INPUT_INVALID',
      `The change ${undo} is of ${plan.target.name}, not of this stack.`,
      'Name the stack of that change.',
    );
  if (change.state !== 'succeeded' && change.state !== 'failed' && change.state !== 'closed')
    throw new CountersignError(
      'INPUT_INVALID',
      `${stateSentence(change.state)}, so there is nothing to undo.`,
      'Only a change that was carried out can be undone.',
      { next: { tool: 'describe_change', input: { change_id: undo } } },
    );
  const parsed = beforeSchema.safeParse(kept);
  if (!parsed.success)
    throw new CountersignError(
      'INPUT_INVALID',
      `The template before the change ${undo} was not kept.`,
      'Send the template that the stack should have.',
    );
  const before = parsed.data;
  const secret = Object.entries(before.parameters).filter(([, value]) => isMask(value));
  return {
    request: {
      stack,
      ...more,
      template: inOneCall(before.template, undo),
      parameters: { ...shown(before), ...more.parameters },
      tags: { ...before.tags, ...more.tags },
      undo,
    },
    notes: [
      ...(Buffer.byteLength(before.template) > MAX_BODY_BYTES
        ? ['The template of before is sent without its layout and comments: with them it is too long for a call.']
        : []),
      ...(later.length === 0 && (await isAsPlanned(plan.observed, live))
        ? []
        : [`The stack was changed again after ${undo}: later changes are undone too.`]),
      ...(secret.length > 0
        ? [`${secret.map(([name]) => name).join(', ')}: a NoEcho value cannot be read, so the present one stays.`]
        : []),
    ],
  };
}

/** A longer template than a call takes was deployed from a bucket: what it says may fit without its layout. */
function inOneCall(template: string, undo: string): string {
  if (Buffer.byteLength(template) <= MAX_BODY_BYTES) return template;
  const short = asJson(parseTemplate(template));
  if (short !== undefined && Buffer.byteLength(short) <= MAX_BODY_BYTES) return short;
  throw new CountersignError(
    'INPUT_NEEDS_PACKAGING',
    `The template before the change ${undo} has ${Buffer.byteLength(template)} bytes; a call takes ${MAX_BODY_BYTES}.`,
    'Ask the user for this template, from their version control or bucket, and plan it as template_file: s3://BUCKET/KEY.',
  );
}

/** One that is masked keeps its value of now, where the stack has it. */
function shown({ template, parameters }: Before): Record<string, string> {
  const { Parameters: declared = {} } = parseTemplate(template);
  return Object.fromEntries(
    Object.entries(parameters).filter(([name, value]) => !isMask(value) && Object.hasOwn(declared, name)),
  );
}

/** What was done outside of Countersign shows in the template. */
async function isAsPlanned(observed: unknown, live: BegunStack): Promise<boolean> {
  const { wantedTemplate } = observedSchema.pick({ wantedTemplate: true }).strip().parse(observed);
  return wantedTemplate !== undefined && wantedTemplate === (await live.whole).observed.templateDigest;
}
