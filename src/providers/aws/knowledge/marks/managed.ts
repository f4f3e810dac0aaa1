/** Finds what roles, users and groups gain by managed policies, and names those that bear a policy. */
import type { Json } from '../../../../core/digest.ts';
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, ResourceView } from './finder.ts';
import { exposeMark, listed } from './gain-words.ts';
import type { Gainer } from './gainers.ts';
import { givenBy } from './managed-policies.ts';
import { listOf, same, shown } from './read.ts';
import { whoseIs } from './refs.ts';

const BEARERS = ['Roles', 'RoleName', 'Users', 'Groups', 'UserName', 'GroupName'];
export const sameBearers = (before: ResourceView, after: ResourceView): boolean =>
  BEARERS.every((name) => same(before.properties[name], after.properties[name]));

const ITSELF: Record<string, string> = {
  'AWS::IAM::Role': 'Role',
  'AWS::IAM::User': 'User',
  'AWS::IAM::Group': 'Every member of the group',
  'AWS::SSO::PermissionSet': 'Every holder of the permission set',
};

/** Whoever the policies of a resource are for. */
export function bearersOf({ type, logicalId, properties }: ResourceView): Gainer {
  const self = ITSELF[type];
  if (self !== undefined) return { who: `${self} ${logicalId}`, principal: logicalId };
  const named = (word: string, value: Json | undefined) => listOf(value).map((name) => `${word} ${shown(name)}`);
  const bearers = [
    ...named('Role', properties.Roles ?? properties.RoleName),
    ...named('User', properties.Users ?? properties.UserName),
    ...named('Every member of the group', properties.Groups ?? properties.GroupName),
  ];
  if (bearers.length === 0) return { who: `Every bearer of the policy ${logicalId}`, principal: logicalId };
  const [first] = BEARERS.flatMap((name) => listOf(properties[name]));
  return { who: listed(bearers), principal: shown(first) };
}

/** Properties that name managed policies. */
const LISTS = ['ManagedPolicyArns', 'ManagedPolicies'];

function newArns(property: string, before: ResourceView | null, after: ResourceView, context: MarkContext): Json[] {
  if (!/^AWS::(IAM|SSO)::/.test(after.type)) return [];
  const was = listOf(before?.properties[property]);
  return listOf(after.properties[property]).filter(
    (arn) => context.isUnknown(arn) || !was.some((known) => same(known, arn)),
  );
}

/** Newly attached policies that are not of this stack. */
export function givenByManaged(before: ResourceView | null, after: ResourceView, context: MarkContext): Mark[] {
  return LISTS.flatMap((property) =>
    newArns(property, before, after, context).flatMap((arn): Mark[] => {
      const whose = whoseIs(arn, context, 'AWS::IAM::ManagedPolicy');
      const given =
        whose.kind === 'unknown'
          ? 'do all that a policy allows, which is unknown until execution'
          : whose.kind === 'foreign'
            ? givenBy(whose.id)
            : undefined;
      const gainer = bearersOf(after);
      return given === undefined
        ? []
        : [exposeMark(`Properties.${property}`, gainer, `${gainer.who} can newly ${given}.`)];
    }),
  );
}

/** Newly attached policies of this stack: each is judged where it is made, and here for its new bearer. */
export const newlyAttached = (before: ResourceView | null, after: ResourceView, context: MarkContext) =>
  LISTS.flatMap((property) =>
    newArns(property, before, after, context).flatMap((arn) => {
      const whose = whoseIs(arn, context, 'AWS::IAM::ManagedPolicy');
      return whose.kind === 'own' ? [{ property, policy: whose.resource }] : [];
    }),
  );
