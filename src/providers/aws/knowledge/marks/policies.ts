/**
 * Finds what policies give and take: documents of roles and users, of resources, and trust.
 *
 * Guarantees: found wherever a document stands (an object with Statement, or its JSON text); told as who can newly do
 * what on which things; only what is gained over what was there, and for roles over everything that their policies in
 * this template gave before, less what a Deny or the boundary surely takes away (policy-gains.ts); wildcards,
 * exclusions, rights to give rights, principals of other accounts or of everybody without a binding condition, a
 * condition that goes, a Deny or a boundary that goes; reading what people store outside this stack. A document that
 * is not known gives everything.
 * Decided: a named action on a resource of this stack, reading what a thing is (not what it stores), and what a program
 * needs to run and report are no exposure; who gains by the policy of a thing is decided in gainers.ts.
 * Does not cover: policies that are in force elsewhere.
 */

import type { Json } from '../../../../core/digest.ts';
import type { Mark } from '../../../../core/mark.ts';
import { isHarmless, isRead, isSensitiveRead, isWhole } from './actions.ts';
import type { MarkContext, MarkFinder, ResourceView } from './finder.ts';
import { actionWords, exposeMark, listed, sentences, type Told, thingsOf, thingWords } from './gain-words.ts';
import { type Gainer, gainerOf, underCondition } from './gainers.ts';
import { bearersOf, givenByManaged, newlyAttached, sameBearers } from './managed.ts';
import { hasCondition, keysIn } from './policy-conditions.ts';
import { identityStatementsOf, type Statement, statementsOf, UNKNOWN_PART, type Worst } from './policy-document.ts';
import { type Access, type Gain, type Grant, newlyAllowed } from './policy-gains.ts';
import { policyLosses } from './policy-losses.ts';
import { type Document, documentsIn } from './policy-places.ts';
import { isMembers, listOf, same, shown } from './read.ts';
import { whoseIs } from './refs.ts';
import { beyondStack, boundaryOf, boundOf, statementsOfRole } from './roles.ts';
import { own } from './tokens.ts';

const MOST_MARKS = 5;

/** Does a grant of a role or user reach anything that matters? */
function matters(grant: Grant, context: MarkContext): boolean {
  const { action, resource } = grant;
  if (typeof action !== 'string' || action === UNKNOWN_PART) return true;
  if (isHarmless(action)) return false;
  if (isWhole(action)) return true;
  const isOwn = typeof resource === 'string' && whoseIs(resource, context).kind === 'own';
  if (isSensitiveRead(action)) return !isOwn;
  return !isRead(action) && beyondStack(grant, context) !== undefined;
}

/** The role that alone bears the policies of a resource, where it is one of this stack. */
function roleOf(view: ResourceView, context: MarkContext): string | undefined {
  if (view.type === 'AWS::IAM::Role') return view.logicalId;
  if (['Users', 'Groups', 'UserName', 'GroupName'].some((name) => view.properties[name] !== undefined))
    return undefined;
  const roles = listOf(view.properties.Roles ?? view.properties.RoleName ?? null);
  const [whose] = roles.map((role) => whoseIs(role, context, 'AWS::IAM::Role'));
  return roles.length === 1 && whose?.kind === 'own' ? whose.resource.logicalId : undefined;
}

interface Change {
  was: Document | undefined;
  is: Document | undefined;
  before: ResourceView | null;
  after: ResourceView | null;
}

/** What an identity could do, and what it will be able to: by this document, less what its other policies deny. */
function identityAccess({ was, is, before, after }: Change, context: MarkContext): { was: Access; is: Access } {
  const view = (after ?? before)!;
  const of = (document: Document | undefined, worst: Worst) =>
    document ? identityStatementsOf(document.document, context, worst) : [];
  const role = roleOf(view, context);
  const side = (resources: MarkContext['after'], mine: Statement[], worst: Worst): Access => {
    const holder = role === undefined ? view : (resources[role] ?? null);
    const all = role === undefined ? [] : statementsOfRole(role, resources, context, worst).statements;
    const boundary = boundaryOf(holder, resources, context, worst);
    const others = worst === 'everything' ? all.filter(({ effect }) => effect === 'Deny') : all;
    return { statements: [...mine, ...others], boundary };
  };
  const known = before !== null && after !== null && sameBearers(before, after);
  return {
    was: side(context.before, known || !is ? of(was, 'nothing') : [], 'nothing'),
    is: side(context.after, of(is, 'everything'), 'everything'),
  };
}

function identityGains(change: Change, path: string, context: MarkContext): Mark[] {
  const { was, is } = identityAccess(change, context);
  const view = (change.after ?? change.before)!;
  const gainer = bearersOf(view);
  const gains = newlyAllowed(was, is);
  const told = gains
    .filter((gain) => gain.how !== 'undenied' && matters(gain, context))
    .map((gain) => toldOf(gain, gainer, undefined, context));
  return [...sentences(path, told), ...undenied(gains, gainer, undefined, path, context)];
}

const toldOf = (gain: Grant, gainer: Gainer, itself: string | undefined, context: MarkContext): Told => ({
  gainer,
  action: actionWords(gain.action),
  thing: thingWords(gain.resource, itself, context),
  under: underCondition(gain.condition),
});

/** A Deny that goes: told once, whoever is allowed to elsewhere. */
function undenied(
  gains: readonly Gain[],
  gainer: Gainer | undefined,
  itself: string | undefined,
  path: string,
  context: MarkContext,
): Mark[] {
  const [first] = gains.filter(({ how }) => how === 'undenied');
  if (!first) return [];
  const who = gainer ?? { who: 'Every caller that another policy allows', principal: '*' };
  const what = `${actionWords(first.action)} on ${thingWords(first.resource, itself, context)}`;
  const under = hasCondition(first.condition)
    ? `, denied until now under a condition on ${shown(keysIn(first.condition).join(', '))}`
    : '';
  const text = `${who.who} can newly call ${what}${under}: this policy no longer denies it.`;
  return [exposeMark(path, who, text)];
}

/** Of the policy of a thing, or of trust. */
function resourceGains({ was, is, before, after }: Change, path: string, context: MarkContext): Mark[] {
  const view = (after ?? before)!;
  const kind = (is ?? was)!.kind;
  const [known, given] = [
    was ? statementsOf(was.document, context, 'nothing') : [],
    is ? statementsOf(is.document, context, 'everything') : [],
  ];
  const gains = newlyAllowed({ statements: known }, { statements: given });
  const itself = listed(thingsOf(view));
  const place = { kind, isNew: isNewThing(view, context) };
  const told = gains.flatMap((gain): Told[] => {
    const freed = kind === 'trust' ? freedFrom(gain, known) : [];
    const gainer =
      gain.how === 'undenied' || isOfService(gain)
        ? undefined
        : (gainerOf(gain, place, context) ?? (freed.length > 0 ? principalOf(gain) : undefined));
    if (gainer === undefined) return [];
    const under = freed.length > 0 ? `, no longer under a condition on ${freed.join(', ')}` : '';
    return [{ ...toldOf(gain, gainer, itself, context), ...(under === '' ? {} : { under }) }];
  });
  const trusted = kind === 'trust' ? roleSentences(path, told, view, context) : sentences(path, told);
  return [...trusted, ...undenied(gains, undefined, itself, path, context)];
}

/** What a service needs of a key or a log group to work for its own callers. */
const isOfService = ({ principal, action }: Grant) =>
  typeof principal === 'string' &&
  principal.startsWith('Service:') &&
  typeof action === 'string' &&
  (isHarmless(action) || /^kms:(?!\*|put|create|schedule|disable)/i.test(action));

const principalOf = ({ principal }: Grant): Gainer => {
  const name = shown(String(principal).replace(/^(AWS|Service|Federated):/, ''));
  return { who: `Principal ${name}`, principal: name };
};

/** Does this plan create the thing that the policy is for? */
const isNewThing = (view: ResourceView, { before, after }: MarkContext) =>
  thingsOf(view).every((thing) => thing in after && !(thing in before));

/** Gone together with the identity or the thing whose policy it was. */
const isGoneWhole = (view: ResourceView, after: ResourceView | null) =>
  after === null && (/^AWS::IAM::(Role|User|Group)$/.test(view.type) || thingsOf(view).includes(view.logicalId));

/** Trust: one sentence for each principal, with what the role can do. */
function roleSentences(path: string, told: readonly Told[], view: ResourceView, context: MarkContext): Mark[] {
  const { because } = boundOf(own(view.logicalId), context);
  return [...new Map(told.map((one) => [`${one.gainer.who}${one.under}`, one])).values()].map(({ gainer, under }) =>
    exposeMark(path, gainer, `${gainer.who} can newly assume the role ${view.logicalId}${under}; the role ${because}.`),
  );
}

/** Keys of conditions that bound a principal and do not any more: a service or a login provider acts for others. */
function freedFrom({ principal, condition }: Grant, known: readonly Statement[]): string[] {
  const bounds = (from: Json | undefined) =>
    Object.entries(isMembers(from) ? from : {}).flatMap(([operator, keys]) =>
      Object.entries(isMembers(keys) ? keys : {}).map(([key, value]) => ({ operator, key, value })),
    );
  const kept = bounds(condition);
  const gone = known
    .filter(({ principals }) => typeof principal === 'string' && principals?.names.includes(principal))
    .flatMap((statement) => bounds(statement.condition))
    .filter(({ operator, key, value }) =>
      kept.every((other) => other.operator !== operator || other.key !== key || !same(other.value, value)),
    );
  return [...new Set(gone.map(({ key }) => shown(key)))];
}

/** Where everything is allowed by default, a document counts by what it allows more than the one before. */
function opened({ was, is, after }: Change, path: string, context: MarkContext): Mark[] {
  if (!was || !after || (is && same(was.document, is.document))) return [];
  const who: Gainer = { who: `Every caller through ${after.logicalId}`, principal: '*' };
  if (!is)
    return [exposeMark(path, who, `${who.who} can newly call every action on every resource: its policy is removed.`)];
  const gains = newlyAllowed(
    { statements: statementsOf(was.document, context, 'nothing') },
    { statements: statementsOf(is.document, context, 'everything') },
  );
  return [
    ...sentences(
      path,
      gains.filter(({ how }) => how === 'allowed').map((gain) => toldOf(gain, who, undefined, context)),
    ).slice(0, 1),
    ...undenied(gains, who, undefined, path, context),
  ];
}

/** A policy of this stack that a role, user or group bears newly. */
function attached(before: ResourceView | null, after: ResourceView, context: MarkContext): Mark[] {
  return newlyAttached(before, after, context).flatMap(({ property, policy }) => {
    const document = policy.properties.PolicyDocument;
    const change = {
      was: undefined,
      is: { path: '', document: document ?? null, kind: 'identity' as const },
      before,
      after,
    };
    return identityGains(change, `Properties.${property}`, context).slice(0, 1);
  });
}

/** What opens to everybody first; what is over the bound is counted in the last. */
function worstFirst(marks: Mark[]): Mark[] {
  const sorted = marks.toSorted((one, other) => Number(other.principal === '*') - Number(one.principal === '*'));
  const rest = sorted.length - MOST_MARKS;
  if (rest <= 0) return sorted;
  const last = sorted[MOST_MARKS - 1]!;
  return [
    ...sorted.slice(0, MOST_MARKS - 1),
    {
      ...last,
      text: `${last.text.slice(0, -1)}, and this document gives more in ${rest === 1 ? '1 other way' : `${rest} other ways`}.`,
    },
  ];
}

const GAINS = { identity: identityGains, resource: resourceGains, trust: resourceGains, open: opened };

export const findPolicyChange: MarkFinder = (before, after, context) => {
  const view = after ?? before;
  if (!view) return [];
  const [was, is] = [documentsIn(before, context), documentsIn(after, context)];
  const [old, current] = [was, is].map((list) => new Map(list.map((document) => [document.path, document])));
  const marks = [...new Set([...current!.keys(), ...old!.keys()])].flatMap((path): Mark[] => {
    const change: Change = { was: old!.get(path), is: current!.get(path), before, after };
    const { kind } = (change.is ?? change.was)!;
    const given = kind === 'identity' && before !== null && after !== null && !sameBearers(before, after);
    const isSame = change.was && change.is && same(change.was.document, change.is.document);
    if (isGoneWhole(view, after)) return [];
    if (isSame && !given && !context.isUnknown(change.is!.document)) return [];
    return [
      ...worstFirst(GAINS[kind](change, path, context)),
      ...(change.was && change.is ? policyLosses(change.was, change.is, view, context) : []),
    ];
  });
  if (!after) return marks;
  return [...marks, ...givenByManaged(before, after, context), ...attached(before, after, context)];
};
