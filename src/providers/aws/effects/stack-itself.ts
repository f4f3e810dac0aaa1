/**
 * What a change set does to the stack itself, beside its resources: outputs, parameters, description and metadata of
 * the template, topics, rollback configuration, tags.
 *
 * Does not cover: a `NoEcho` parameter that gets another value (AWS tells neither value); topics that an empty list
 * takes away (AWS shows it as if nothing had been said).
 */
import type { RollbackConfiguration } from '@aws-sdk/client-cloudformation';
import { type Effect, KIND_SEVERITY, type PropertyChange } from '../../../core/effect.ts';
import { bareRecord } from '../../../core/input-bounds.ts';
import type { Mark } from '../../../core/mark.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import type { ChangeSet } from '../change-sets.ts';
import type { LiveStack } from '../observe/live-stack.ts';
import { MASK, maskText } from '../template/secrets.ts';

/** What a template says of the stack itself, worked out. */
export interface StackView {
  outputs: Record<string, OutputView>;
  description: string | undefined;
  /** By key, as JSON. */
  metadata: Record<string, string>;
}
export interface OutputView {
  /** As text that can be compared: value, export name, and what of the expression could not be worked out. */
  text: string;
  exportName: string | undefined;
  /** Secrets that it tells. */
  secrets: string[];
}
interface Told {
  properties: PropertyChange[];
  marks: Mark[];
}

const STACK_ITSELF = {
  type: 'AWS::CloudFormation::Stack',
  holds: 'nothing',
  interrupts: 'no',
  reversibility: 'reversible',
  revision: false,
} as const;

/** @param before null: the stack is new, and what it has is told by its creation; what opens something is told still. */
export function effectsOnStack(live: LiveStack, set: ChangeSet, before: StackView | null, after: StackView): Effect[] {
  const told = [
    outputs(before?.outputs ?? bareRecord({}), after.outputs),
    topics(live, set),
    role(live, set),
    ...(before === null ? [] : [texts(before, after), parameters(live, set), rollback(live, set)]),
  ];
  const marks = told.flatMap((one) => one.marks);
  const properties = told.flatMap((one) => one.properties);
  const shown =
    before === null ? properties.filter(({ path }) => marks.some((mark) => mark.path === path)) : properties;
  return [...stackEffect(live, shown, marks), ...tagEffects(live, set.tags)];
}

function stackEffect({ observed }: LiveStack, properties: PropertyChange[], marks: Mark[]): Effect[] {
  if (properties.length === 0) return [];
  const worst = [...marks].sort((a, b) => severity(b) - severity(a))[0];
  const parts = [...new Set(properties.map(({ path }) => path.split('.', 1)[0]!))].join(', ');
  return [
    {
      ...STACK_ITSELF,
      kind: (worst?.kind ?? 'update') as Effect['kind'],
      physicalId: observed.stackId,
      properties,
      marks,
      why: worst?.text ?? `Changes the stack itself: ${parts}.`,
    },
  ];
}
const severity = ({ kind }: Mark) => KIND_SEVERITY[kind as Effect['kind']];

function changed(path: string, before: string | undefined, after: string | undefined): PropertyChange[] {
  if (before === after) return [];
  const show = (text: string) => makeVisibleLine(maskText(path, text), Number.POSITIVE_INFINITY);
  return [
    {
      path: makeVisibleLine(path),
      ...(before === undefined ? {} : { before: show(before) }),
      ...(after === undefined ? {} : { after: show(after) }),
      replaces: 'never',
    },
  ];
}

const keysOf = (...sides: object[]) => [...new Set(sides.flatMap((side) => Object.keys(side)))].sort();

function outputs(before: StackView['outputs'], after: StackView['outputs']): Told {
  const marks: Mark[] = [];
  const properties = keysOf(before, after).flatMap((name) => {
    const [was, willBe] = [before[name], after[name]];
    if (was?.text === willBe?.text) return [];
    const path = `Outputs.${name}`;
    const gained = willBe?.secrets.filter((secret) => !was?.secrets.includes(secret)) ?? [];
    if (gained.length > 0)
      marks.push({
        kind: 'expose',
        path: makeVisibleLine(path),
        text: makeVisibleLine(
          `The output ${name} shows ${gained.join(', ')} in clear text to every user who can describe the stack${willBe?.exportName === undefined ? '' : ', and exports it'}.`,
        ),
      });
    return changed(path, shownOutput(was), shownOutput(willBe));
  });
  return { properties, marks };
}

/** SECURITY: an output that tells a secret is shown by its mask only; that it changed is told by the other side. */
const shownOutput = (output: OutputView | undefined) =>
  output &&
  (output.secrets.length === 0
    ? output.text
    : `${MASK}${output.exportName === undefined ? '' : ` (export ${output.exportName})`}`);

function texts(before: StackView, after: StackView): Told {
  const metadata = keysOf(before.metadata, after.metadata).flatMap((key) =>
    changed(`Metadata.${key}`, before.metadata[key], after.metadata[key]),
  );
  return { properties: [...changed('Description', before.description, after.description), ...metadata], marks: [] };
}

/**
 * A parameter that only one side names is told by the template, and by what it does. One that names a parameter of
 * Systems Manager has a resolved value too, which not every cloud tells of a change set.
 */
function parameters({ stack, parameters: before }: LiveStack, { parameters: after, given }: ChangeSet): Told {
  const written = new Map(stack.Parameters?.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]));
  const isSame = (name: string) =>
    written.get(name) === given[name] && (after[name] === given[name] || after[name] === before[name]);
  const properties = keysOf(after)
    .filter((name) => !isSame(name))
    .flatMap((name) => changed(`Parameters.${name}`, before[name], after[name]));
  return { properties, marks: [] };
}

/** Topics that a change set of another tool adds are told of every event, property values included. */
function topics({ stack, observed: { status } }: LiveStack, { topics: after }: ChangeSet): Told {
  const before = status === 'REVIEW_IN_PROGRESS' ? [] : (stack.NotificationARNs ?? []);
  // An empty list may mean that they are kept.
  if (after === undefined || after.length === 0) return { properties: [], marks: [] };
  const path = 'NotificationARNs';
  const added = after.filter((topic) => !before.includes(topic)).sort();
  const text = (list: readonly string[]) => (list.length === 0 ? undefined : [...list].sort().join(', '));
  return {
    properties: changed(path, text(before), text(after)),
    marks:
      added.length === 0
        ? []
        : [{ kind: 'expose', path, text: `Every event of the stack is sent to ${makeVisibleLine(added.join(', '))}.` }],
  };
}

const ROLE = 'RoleARN';
/** It comes with the change set, and stays with the stack. One that is not told is for the guard `change-set-only`. */
function role({ stack }: LiveStack, { role: after }: ChangeSet): Told {
  const isTold = after !== null && after !== 'not told';
  return { properties: isTold ? changed(ROLE, stack.RoleARN, after) : [], marks: [] };
}

/** Without a word in the change set the stack keeps its triggers; an empty list takes all of them away. */
function rollback({ stack }: LiveStack, { rollback: after }: ChangeSet): Told {
  const path = 'RollbackConfiguration';
  const [was, willBe] = [triggersOf(stack.RollbackConfiguration), triggersOf(after)];
  const minutes = [stack.RollbackConfiguration?.MonitoringTimeInMinutes, after?.MonitoringTimeInMinutes];
  const removed = after?.RollbackTriggers === undefined ? [] : was.filter((trigger) => !willBe.includes(trigger));
  const isShorter = minutes[1] !== undefined && minutes[1] < (minutes[0] ?? 0);
  const text = (triggers: string[], time: number | undefined) =>
    `${triggers.join(', ') || 'no triggers'}; ${time ?? 0} min`;
  const properties = changed(
    path,
    text(was, minutes[0]),
    text(after?.RollbackTriggers === undefined ? was : willBe, minutes[1] ?? minutes[0]),
  );
  const what = [
    ...(removed.length > 0 ? [`no longer rolls back on ${removed.join(', ')}`] : []),
    ...(isShorter ? [`watches for ${minutes[1]} min after an update, not ${minutes[0]}`] : []),
  ];
  return {
    properties,
    marks:
      what.length === 0
        ? []
        : [{ kind: 'unprotect', path, text: makeVisibleLine(`The stack ${what.join(', and ')}.`) }],
  };
}

/** What a change set says, and the stack has already. */
export function notesOnStack({ stack }: LiveStack, { rollback: after }: ChangeSet): string[] {
  const isEmptied = after?.RollbackTriggers?.length === 0;
  return isEmptied && triggersOf(stack.RollbackConfiguration).length === 0
    ? ['The change set has an empty list of rollback triggers; the stack has no rollback triggers now.']
    : [];
}

const triggersOf = (configuration: RollbackConfiguration | undefined): string[] =>
  (configuration?.RollbackTriggers ?? []).map(({ Arn = '' }) => Arn).sort();

/** Stack tags that change or go, apart: they come to all resources, and the labels guard sees them by their path. */
function tagEffects({ observed: { tags: before, stackId } }: LiveStack, after: Record<string, string>): Effect[] {
  const properties = keysOf(before, after).flatMap((key): PropertyChange[] =>
    before[key] === after[key]
      ? []
      : [
          {
            path: `Tags.${key}`,
            replaces: 'never',
            ...(before[key] === undefined ? {} : { before: before[key] }),
            ...(after[key] === undefined ? {} : { after: after[key] }),
          },
        ],
  );
  if (properties.length === 0) return [];
  return [
    { ...STACK_ITSELF, kind: 'tag', physicalId: stackId, properties, marks: [], why: 'Changes the tags of the stack.' },
  ];
}
