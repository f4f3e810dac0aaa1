/** Two templates, resolved as the planner resolves them: what the finders see. */

import type { Mark, MarkKind } from '../../../../../src/core/mark.ts';
import type { MarkContext, ResourceView } from '../../../../../src/providers/aws/knowledge/marks/finder.ts';
import { marksOfChange, own } from '../../../../../src/providers/aws/knowledge/marks/index.ts';
import { parseTemplate, type Template } from '../../../../../src/providers/aws/template/parse.ts';
import { isUnresolved, resolveTemplate } from '../../../../../src/providers/aws/template/resolve.ts';
import { isSecretPath } from '../../../../../src/providers/aws/template/secrets.ts';

export const ACCOUNT = '111122223333';

export type Resources = Record<string, Record<string, unknown>>;

function viewsOf(template: Template, parameters: Record<string, string>): Record<string, ResourceView> {
  const resolved = resolveTemplate(template, {
    parameters,
    pseudo: {
      AccountId: ACCOUNT,
      Region: 'eu-west-1',
      StackId: `arn:aws:cloudformation:eu-west-1:${ACCOUNT}:stack/shop/1`,
      StackName: 'shop',
    },
    refOf: (id) => own(id),
    attributeOf: (id, attribute) => own(id, attribute),
  });
  return resolved.resources;
}

export function contextOf(before: Template, after: Template, parameters = { before: {}, after: {} }): MarkContext {
  return {
    before: viewsOf(before, parameters.before),
    after: viewsOf(after, parameters.after),
    physicalIds: {},
    account: ACCOUNT,
    isSecret: isSecretPath,
    isUnknown: (value) => isUnresolved(value),
  };
}

/** Marks of every resource that differs, by logical id. */
export function marksOf(context: MarkContext, only?: string): Record<string, Mark[]> {
  const ids = [...new Set([...Object.keys(context.before), ...Object.keys(context.after)])];
  const changed = ids.filter((id) => JSON.stringify(context.before[id]) !== JSON.stringify(context.after[id]));
  return Object.fromEntries(
    changed
      .filter((id) => only === undefined || id === only)
      .map((id) => [id, marksOfChange(context.before[id] ?? null, context.after[id] ?? null, context)]),
  );
}

const template = (resources: Resources): Template =>
  parseTemplate(
    JSON.stringify({
      Parameters: { Unknown: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/x' } },
      Resources:
        Object.keys(resources).length > 0
          ? resources
          : { Nothing: { Type: 'AWS::CloudFormation::WaitConditionHandle' } },
    }),
  );

/** Marks of one kind that a change of templates gives, over all resources or of one. `{Ref: 'Unknown'}` is unknown. */
export function marks(kind: MarkKind, before: Resources, after: Resources, only?: string): Mark[] {
  const context = contextOf(template(before), template(after));
  return Object.values(marksOf(context, only))
    .flat()
    .filter((mark) => mark.kind === kind);
}

/** The same for one resource `It` of a type, with others around it that stay. */
export function marksOfOne(
  kind: MarkKind,
  type: string,
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
  around: Resources = {},
): Mark[] {
  const side = (Properties: Record<string, unknown> | null): Resources =>
    Properties === null ? around : { ...around, It: { Type: type, Properties } };
  return marks(kind, side(before), side(after), 'It');
}
