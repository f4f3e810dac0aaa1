/**
 * Grants of hashicorp/google: `google_*_iam_member` adds one, `_iam_binding` is all members of a role, `_iam_policy` is
 * the whole policy of the thing.
 *
 * Guarantees: who newly has which role on what; a binding or a policy that is new takes away what others granted, and one
 * that goes removes the role, or everything, for everyone. What is not known could be everybody.
 * Decided: a role of the predefined data roles on one thing, to a service account of this workspace, opens nothing.
 * Source: the pages google_project_iam and those of each `*_iam` of hashicorp/google e03b762 (7.46.0-dev, 2026-08-21).
 */
import type { Json } from '../../../../core/digest.ts';
import { jsonInText } from '../../../../core/input-bounds.ts';
import { isMembers } from '../../../../core/leaves.ts';
import type { Mark } from '../../../../core/mark.ts';
import { makeVisibleLine } from '../../../../core/render-safe.ts';
import type { Judged, Resource, Values } from '../judgement.ts';
import { isUnknown } from '../unknown-value.ts';

const TYPE = /^google_(\w+?)_iam_(policy|binding|member|audit_config|member_remove)$/;

/** A binding and a policy are what others' access stands on; a member is one line that can be written again. */
export function judgedGrant(type: string): Judged | undefined {
  const kind = TYPE.exec(type)?.[2];
  if (kind === undefined) return undefined;
  const holds = kind === 'binding' || kind === 'policy' ? 'identity' : 'nothing';
  return { holds, revision: false, noBackup: holds === 'identity' };
}

interface Grant {
  role: string;
  member: string;
}
const UNKNOWN = 'what is unknown until execution';
const text = (value: Json | undefined): string =>
  value === undefined || isUnknown(value) ? UNKNOWN : typeof value === 'string' ? value : JSON.stringify(value);
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

function grantsOf(type: string, values: Values | null): Grant[] {
  if (values === null) return [];
  const condition = values.condition === undefined ? '' : ` with the condition ${JSON.stringify(values.condition)}`;
  const of = (role: Json | undefined, members: Json | undefined): Grant[] =>
    list(members).map((member) => ({ role: text(role) + condition, member: text(member) }));
  if (type.endsWith('_iam_member')) return of(values.role, values.member ?? UNKNOWN);
  if (type.endsWith('_iam_binding')) return of(values.role, values.members ?? UNKNOWN);
  const { policy_data: data } = values;
  const json = typeof data === 'string' && !isUnknown(data) ? jsonInText(data) : undefined;
  if (typeof json !== 'object' || !isMembers(json.value as Json)) return [{ role: UNKNOWN, member: UNKNOWN }];
  const { bindings } = json.value as Values;
  return list(bindings).flatMap((one) => (isMembers(one) ? of(one.role, one.members) : []));
}

export function grantMarks(resource: Resource, all: readonly Resource[]): Mark[] {
  const [, scope = '', kind] = TYPE.exec(resource.type) ?? [];
  if (kind === undefined || kind === 'audit_config') return kind === undefined ? [] : auditMarks(resource);
  const [was, is] = [resource.before, resource.after].map((values) => grantsOf(resource.type, values));
  const key = ({ role, member }: Grant) => `${role} ${member}`;
  const [old, now] = [was!, is!].map((grants) => new Set(grants.map(key)));
  const own = ownAccounts(all);
  const gained = is!.filter(
    (grant) => (!old!.has(key(grant)) || grant.member === UNKNOWN) && !isHarmless(grant, scope, own),
  );
  const lost = was!.filter((grant) => !now!.has(key(grant)));
  const on = thingOf(resource, scope);
  return [
    ...gained.slice(0, 5).map((grant) => expose(grant, on)),
    ...lossMarks(resource, kind, lost, on),
    ...(resource.before === null ? takenOver(kind, resource, on) : []),
  ];
}

const PUBLIC = /^(?:allUsers|allAuthenticatedUsers)$/;
/** Reads or writes what one thing stores, and grants nothing. */
const DATA_ROLE =
  /^roles\/(?:storage\.object(?:Viewer|Creator|User)|pubsub\.(?:publisher|subscriber|viewer)|secretmanager\.secretAccessor|bigquery\.data(?:Viewer|Editor)|cloudkms\.cryptoKeyEncrypterDecrypter|artifactregistry\.(?:reader|writer)|run\.invoker|cloudfunctions\.invoker|datastore\.user|spanner\.database(?:Reader|User)|cloudsql\.client|logging\.logWriter|monitoring\.metricWriter)$/;
const WIDE = /^(?:project|folder|organization|billing_account)$/;

const isHarmless = ({ role, member }: Grant, scope: string, own: ReadonlySet<string>): boolean =>
  DATA_ROLE.test(role) &&
  (own.has(member) || /^serviceAccount:\u{27e6}own:[^\u{27e7}]+\u{27e7}$/u.test(member)) &&
  (!WIDE.test(scope) || /^roles\/(?:logging\.logWriter|monitoring\.metricWriter|cloudsql\.client)$/.test(role));

const ownAccounts = (all: readonly Resource[]): Set<string> =>
  new Set(
    all.flatMap(({ type, before, after }) => {
      const email = (after ?? before)?.email;
      return type === 'google_service_account' && typeof email === 'string' && !isUnknown(email)
        ? [`serviceAccount:${email}`]
        : [];
    }),
  );

function expose({ role, member }: Grant, on: string): Mark {
  const who = PUBLIC.test(member)
    ? 'The public'
    : member === UNKNOWN
      ? 'A principal that is unknown until execution'
      : makeVisibleLine(member);
  return {
    kind: 'expose',
    path: 'role',
    text: `${who} can newly act on ${on} with ${makeVisibleLine(role)}.`,
    principal: PUBLIC.test(member) ? '*' : makeVisibleLine(member),
  };
}

/** What names the thing in each type: the attribute that is no role, member or condition. */
function thingOf({ before, after }: Resource, scope: string): string {
  const values = after ?? before ?? {};
  const NO_NAME = /^(?:role|members?|condition|policy_data|etag|id)$/;
  const name = Object.entries(values).find(
    ([key, value]) => !NO_NAME.test(key) && typeof value === 'string' && value !== '',
  );
  return `the ${scope.replaceAll('_', ' ')} ${name === undefined ? '' : makeVisibleLine(text(name[1]))}`.trim();
}

function lossMarks({ after }: Resource, kind: string, lost: readonly Grant[], on: string): Mark[] {
  if (lost.length === 0 && !(after === null && kind !== 'member')) return [];
  const roles = [...new Set(lost.map(({ role }) => makeVisibleLine(role)))].slice(0, 3).join(', ');
  const said =
    after !== null || kind === 'member'
      ? `${lost
          .map(({ member }) => makeVisibleLine(member))
          .slice(0, 3)
          .join(', ')} can no longer act on ${on} with ${roles}.`
      : kind === 'policy'
        ? `An empty policy is written: it gives no role on ${on} any more.`
        : `The role ${roles} on ${on} is removed for everyone who has it.`;
  return [{ kind: 'disable', path: 'role', text: said }];
}

/** What others granted is not in the plan, and goes. */
function takenOver(kind: string, { address }: Resource, on: string): Mark[] {
  if (kind !== 'binding' && kind !== 'policy') return [];
  const what = kind === 'policy' ? `every grant on ${on}` : `every other member of the role on ${on}`;
  return [
    { kind: 'overwrite', path: 'role', text: `${address} is authoritative: ${what} that it does not name is removed.` },
  ];
}

function auditMarks({ before, after }: Resource): Mark[] {
  const log = (values: Values | null) => list(values?.audit_log_config).map((one) => JSON.stringify(one));
  const fewer = log(before).some((one) => !log(after).includes(one));
  return before && fewer
    ? [
        {
          kind: 'unprotect',
          path: 'audit_log_config',
          text: 'Lowers protection: the record of who read or changed what.',
        },
      ]
    : [];
}
