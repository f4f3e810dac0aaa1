/**
 * What another policy loosens: who may newly sign, what needs less, and what it would have let through of the past.
 *
 * Limit: a guard's option that nothing in the past met is told by the policy's own lines only.
 */
import { counted } from '../core/counted.ts';
import { ENVIRONMENTS } from '../core/environment.ts';
import { isProofEnough, PROOF_TEXTS } from '../core/proof.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { kindOf } from '../people/key.ts';
import type { Person } from '../people/person.ts';
import { seatRules } from '../policy/apply.ts';
import type { Policy } from '../policy/model.ts';
import { type Difference, decisionText, type Replayed } from './replay/replay.ts';

const EXAMPLES = 10;

/** A sentence each; none: nothing. */
export function loosenedBy(before: Policy, after: Policy): string[] {
  return [
    ...newSigners(before.people, after.people),
    ...ownersLoosened(before, after),
    ...seatsLoosened(before, after),
    ...signInLoosened(before, after),
  ];
}

function newSigners(before: readonly Person[], after: readonly Person[]): string[] {
  return after.flatMap((person) => {
    const was = before.find(({ name }) => name === person.name);
    const known = new Set(before.flatMap(({ name, keys }) => keys.map(({ material }) => `${name} ${material}`)));
    const keys = person.keys.filter(({ material }) => !known.has(`${person.name} ${material}`));
    const roles = person.roles.filter((role) => !was?.roles.includes(role));
    return [
      ...keys.map((key) => `${person.name} could newly sign with the ${kindOf(key)} ${key.fingerprint}.`),
      ...(was && roles.length > 0 ? [`${person.name} would newly have the role ${roles.join(' and ')}.`] : []),
    ];
  });
}

function ownersLoosened({ file: { owners: was } }: Policy, { file: { owners: is } }: Policy): string[] {
  if (!was && !is) return [];
  if (!is) return ['The policy would have no owners: two of its people would decide on the next one.'];
  if (!was)
    return [`Owners would decide on the next policy: ${counted(is.threshold, 'signature')} of ${is.keys.length}.`];
  const added = is.keys.filter((key) => !was.keys.includes(key));
  return [
    ...added.map((key) => `An owner would be added, with the key ${makeVisibleLine(key, 60)}.`),
    ...(is.threshold < was.threshold
      ? [`The owners' threshold would be ${is.threshold}; it is ${was.threshold}.`]
      : []),
  ];
}

/** Tokens name sponsors: who is taken for another could approve what their own agent proposed. */
function signInLoosened({ file: before }: Policy, { file: after }: Policy): string[] {
  const shown = (text: string) => makeVisibleLine(text, 200);
  const [was, is] = [before.sign_in, after.sign_in];
  const isOther = was?.issuer !== undefined && is?.issuer !== was.issuer;
  const others = isOther ? shown(is?.issuer ?? 'any identity provider that the server is started with') : '';
  return [
    ...(isOther ? [`Tokens of ${others} would name people, and not those of ${shown(was.issuer ?? '')}.`] : []),
    ...(is?.claim !== undefined && is.claim !== was?.claim
      ? [`The claim ${shown(is.claim)} of a token would name people, besides issuer and subject.`]
      : []),
    ...Object.entries(after.people).flatMap(([name, { signs_in_as: known }]) =>
      known
        .filter((one) => one.includes('#') && !before.people[name]?.signs_in_as.includes(one))
        .map((one) => `Agents that sign in as ${shown(one)} would work for ${name}.`),
    ),
  ];
}

function seatsLoosened(before: Policy, after: Policy): string[] {
  return ENVIRONMENTS.flatMap((environment) => {
    const [was, is] = [seatRules(before, environment), seatRules(after, environment)];
    return (['reversible', 'recoverable', 'irreversible'] as const).flatMap((kind) => {
      const [old, now] = [was[kind], is[kind]];
      const where = `${environment}, ${kind}`;
      const roles = old.include.filter((role) => !now.include.includes(role));
      const [asked, asks] = [old.proof ?? 'software', now.proof ?? 'software'];
      return [
        ...(now.seats < old.seats
          ? [`${where}: ${counted(now.seats, 'approval')} would suffice; it needs ${old.seats}.`]
          : []),
        ...(roles.length > 0 ? [`${where}: no approval of the role ${roles.join(' or ')} would be needed.`] : []),
        ...(isProofEnough(asks, asked) ? [] : [`${where}: an approval by less (${PROOF_TEXTS[asks]}) would suffice.`]),
      ];
    });
  });
}

/** What of the past would have been decided more mildly, in lines. */
export function milderThan({ judged, differences, unreadable }: Replayed, days: number): string[] {
  const milder = differences.filter(({ changed, direction }) => changed && direction === 'milder');
  const all = counted(judged.plans + judged.changes, 'decision');
  const unread = unreadable.length > 0 ? [`${counted(unreadable.length, 'decision')} could not be repeated.`] : [];
  if (milder.length === 0) return [`In the last ${days} days, none of ${all} would have been milder.`, ...unread];
  return [
    `In the last ${days} days, ${milder.length} of ${all} would have been milder:`,
    ...milder.slice(0, EXAMPLES).map((one) => `  ${lineOf(one)}`),
    ...(milder.length > EXAMPLES ? [`  ${milder.length - EXAMPLES} more; countersign policy replay lists all.`] : []),
    ...unread,
  ];
}

const lineOf = ({ id, target, was, is, guards }: Difference): string =>
  `${decisionText(was)} → ${decisionText(is)}: ${makeVisibleLine(target, 60)} (${id})${guards.length > 0 ? `, ${guards.map(({ guard }) => guard).join(', ')}` : ''}`;
