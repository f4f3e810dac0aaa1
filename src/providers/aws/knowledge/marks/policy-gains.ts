/**
 * What policies newly allow: everything that is allowed after and was not before.
 *
 * Guarantees: never less than what IAM newly allows by these documents (`npm run campaign:iam` asks another
 * implementation): allowed more, denied less, or bounded less. What an unconditional Deny or the boundary surely
 * takes away is no gain; the same statements cut otherwise are none. What is compared beyond the bound is a gain.
 * Does not cover: policies that are in force elsewhere (organisation, session, endpoint); a Deny with a condition is
 * taken as if it denied nothing.
 */
import type { Json } from '../../../../core/digest.ts';
import { covers, includes, MAX_STEPS, type Names, overlaps, type Part, partsOf, type Work } from './patterns.ts';
import { hasCondition, isNarrower } from './policy-conditions.ts';
import type { Statement } from './policy-document.ts';
import { sameKey } from './read.ts';

export interface Grant {
  principal: Part | undefined;
  action: Part;
  resource: Part;
  condition: Json | undefined;
}
/** `undenied`: no longer denied, and allowed if any policy allows it. `unbounded`: within the boundary now. */
export interface Gain extends Grant {
  how: 'allowed' | 'undenied' | 'unbounded';
}

/** The statements that decide over one identity, or over one thing. */
export interface Access {
  statements: readonly Statement[];
  /** Of the permissions boundary. Undefined: it has none. */
  boundary?: readonly Statement[] | undefined;
}

/** Of one comparison. A statement that says more than is left counts as everything. */
const MAX_GRANTS = 20_000;
const ALL: Names = { except: false, names: ['*'] };

const lower = (part: Part): Part =>
  typeof part === 'string' ? part.toLowerCase() : part.map((text) => text.toLowerCase());
const lowerAll = ({ except, names }: Names): Names => ({ except, names: names.map((name) => name.toLowerCase()) });

/** A principal is no pattern: another spelling of the same one counts as another. */
const isSamePrincipal = (wide: string, narrow: string) => wide === '*' || wide === narrow;

/** Does the statement surely speak of all that the grant speaks of, its condition apart? */
function speaksOf({ principals, actions, resources }: Statement, grant: Grant, work: Work): boolean {
  const within = (pattern: string, text: string) => {
    work.count += 1;
    return work.count <= MAX_STEPS && covers(pattern, text, work);
  };
  const touches = (one: string, other: string) => work.count > MAX_STEPS || overlaps(one, other, work);
  return (
    (grant.principal === undefined || includes(principals ?? ALL, grant.principal, isSamePrincipal, () => true)) &&
    includes(lowerAll(actions), lower(grant.action), within, touches) &&
    (resources === undefined || includes(resources, grant.resource, within, touches))
  );
}

function isCovered(grant: Grant, by: readonly Statement[], work: Work): boolean {
  return by.some(
    (statement) => speaksOf(statement, grant, work) && isNarrower(grant.condition, statement.condition, work),
  );
}

/** The single grants of statements, at most `MAX_GRANTS`. */
function grantsOf(statements: readonly Statement[]): Grant[] {
  const grants: Grant[] = [];
  for (const { principals, actions, resources, condition } of statements) {
    const who: readonly (Part | undefined)[] = principals === undefined ? [undefined] : partsOf(principals);
    const [doing, what] = [partsOf(actions), resources === undefined ? ['*'] : partsOf(resources)];
    const fits = grants.length + who.length * doing.length * what.length <= MAX_GRANTS;
    for (const principal of fits ? who : [principals === undefined ? undefined : '*'])
      for (const action of fits ? doing : ['*'])
        for (const resource of fits ? what : ['*']) grants.push({ principal, action, resource, condition });
  }
  return grants;
}

/** What the statements of one effect say that the others do not. */
export function grantsGained(
  effect: 'Allow' | 'Deny',
  before: readonly Statement[],
  after: readonly Statement[],
  work: Work = { count: 0 },
): Grant[] {
  const known = before.filter((statement) => statement.effect === effect);
  const saidBefore = new Set(known.map((statement) => sameKey(statement as never)));
  const said = after.filter((statement) => statement.effect === effect && !saidBefore.has(sameKey(statement as never)));
  return grantsOf(said).filter((grant) => !isCovered(grant, known, work));
}

/** Surely denied, whatever the request is. */
const isDenied = (grant: Grant, statements: readonly Statement[], work: Work) =>
  statements.some(
    (statement) =>
      statement.effect === 'Deny' && !hasCondition(statement.condition) && speaksOf(statement, grant, work),
  );

/** May the boundary let some of it through? */
function mayPass({ action, resource }: Grant, boundary: readonly Statement[] | undefined, work: Work): boolean {
  if (boundary === undefined) return true;
  const touches = (one: string, other: string) => work.count > MAX_STEPS || overlaps(one, other, work);
  const meets = ({ except, names }: Names, part: Part): boolean =>
    except || typeof part !== 'string' || names.some((name) => touches(name, part));
  return boundary.some(
    ({ effect, actions, resources }) =>
      effect === 'Allow' &&
      meets(lowerAll(actions), lower(action)) &&
      (resources === undefined || meets(resources, resource)),
  );
}

/** What the access after allows that the access before did not. */
export function newlyAllowed(before: Access, after: Access): Gain[] {
  const work: Work = { count: 0 };
  const remains = (grant: Grant) =>
    !isDenied(grant, after.statements, work) && !isDenied(grant, after.boundary ?? [], work);
  const of = (how: Gain['how'], grants: readonly Grant[]) =>
    grants.filter(remains).map((grant): Gain => ({ ...grant, how }));
  const passes = (grant: Grant) => mayPass(grant, after.boundary, work);
  const wasBounded = before.boundary;
  return [
    ...of('allowed', grantsGained('Allow', before.statements, after.statements, work).filter(passes)),
    // Not limited by the boundary: what the policy of a thing allows the identity passes it by.
    ...of('undenied', grantsGained('Deny', after.statements, before.statements, work)),
    ...(wasBounded === undefined
      ? []
      : [
          ...of('unbounded', grantsGained('Allow', wasBounded, after.boundary ?? [ANYTHING], work)),
          ...of('unbounded', grantsGained('Deny', after.boundary ?? [], wasBounded, work)),
        ]),
  ];
}

/** What no boundary allows. */
const ANYTHING: Statement = {
  effect: 'Allow',
  principals: undefined,
  actions: ALL,
  resources: ALL,
  condition: undefined,
};
