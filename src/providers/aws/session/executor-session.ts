/**
 * Under which credentials the calls of a change leave: the caller's own, or a session of the account's executor role
 * that is limited to them.
 *
 * SECURITY: `Rights` are known by the object; one that this module did not make carries no credentials.
 */
import { CountersignError } from '../../../core/errors.ts';
import type { Plan } from '../../../core/plan.ts';
import type { PolicyPort } from '../../../core/ports.ts';
import type { Rights, RightsFor } from '../../../core/rights.ts';
import { isOwnChangeSet } from '../call-classes.ts';
import type { CloudSettings } from '../clients.ts';
import { type AccountEntry, accountEntry, assumeRole, createIdentity, roleArn, type Session } from '../credentials.ts';
import { asCountersignError } from '../errors.ts';
import { observedSchema } from '../observed.ts';
import { notExpressible } from './grants.ts';
import { isUncertain, sessionPolicy } from './session-policy.ts';

type Place = { account: string; region: string };
export interface ExecutorSessions {
  /** @throws GUARD_IDENTITY when the caller's own credentials are another account's. */
  own(place: Place): Promise<Rights>;
  take(plan: Plan, about: RightsFor): Promise<Rights>;
  widen(rights: Rights): Promise<Rights | null>;
  /** @throws EGRESS_REFUSED for rights of another process, or made by shape. */
  settingsFor(rights: Rights): Promise<CloudSettings>;
}
interface Known {
  settings(): Promise<CloudSettings>;
  widen(): Promise<Rights | null>;
}

/** A call that begins later than this before the end of its session is given a new one. */
const RENEW_BEFORE_MILLISECONDS = 5 * 60_000;
/** The longest that a chained role may have. A service role goes on with a stack after its end. */
const SESSION_SECONDS = 3_600;

export function createExecutorSessions(ports: {
  accounts: readonly AccountEntry[];
  own(place: { account?: string | undefined; region?: string | undefined }): CloudSettings;
  serviceRoleOf: PolicyPort['serviceRoleOf'];
  now(): Date;
}): ExecutorSessions {
  const ownIdentity = createIdentity(async (place) => ports.own(place), ports.accounts);
  const known = new WeakMap<Rights, Known>();
  const made = (rights: Rights, of: Known): Rights => {
    known.set(rights, of);
    return rights;
  };

  async function own(place: Place): Promise<Rights> {
    await ownIdentity(place);
    return made(Object.freeze({ credentials: 'unconfined', notLimited: [] }), {
      settings: async () => ports.own(place),
      widen: async () => null,
    });
  }

  async function take(plan: Plan, about: RightsFor): Promise<Rights> {
    const entry = accountEntry(ports.accounts, plan.target);
    if (entry?.executorRole === undefined) return own(plan.target);
    mustHaveServiceRole(plan, ports.serviceRoleOf);
    return confined(plan, about, roleArn(entry.id, entry.executorRole), false);
  }

  async function confined(plan: Plan, about: RightsFor, role: string, isWide: boolean): Promise<Rights> {
    const callers = ports.own(plan.target);
    const { text, notLimited } = sessionPolicy(plan, role.split(':')[1] ?? 'aws', isWide);
    const open = async (): Promise<Session> => {
      const session = await assumed(callers, role, text, about);
      mustBeOf(plan.target, session.arn);
      return session;
    };
    let session = await open();
    return made(Object.freeze({ credentials: 'confined', notLimited }), {
      async settings() {
        if (session.expiresAt - RENEW_BEFORE_MILLISECONDS < ports.now().getTime()) session = await open();
        return { ...callers, credentials: { ...session.credentials, expiration: new Date(session.expiresAt) } };
      },
      widen: async () => (isWide || !isUncertain(plan) ? null : confined(plan, about, role, true)),
    });
  }

  const of = (rights: Rights): Known => {
    const found = known.get(rights);
    if (found) return found;
    throw new CountersignError('EGRESS_REFUSED', 'These rights were not taken by this process.', 'Report this.');
  };
  return {
    own,
    take,
    widen: async (rights) => of(rights).widen(),
    settingsFor: async (rights) => of(rights).settings(),
  };
}

/** Session name and source identity stand in every entry of CloudTrail, tags in that of the session. */
async function assumed(own: CloudSettings, role: string, Policy: string, about: RightsFor): Promise<Session> {
  const { changeId, sponsor, digest } = about;
  try {
    return await assumeRole(own, {
      RoleArn: role,
      RoleSessionName: changeId,
      Policy,
      SourceIdentity: `sponsor=${sponsor ?? 'none'}`,
      Tags: [
        { Key: 'countersign-sponsor', Value: sponsor ?? 'none' },
        { Key: 'countersign-change', Value: changeId },
        { Key: 'countersign-digest', Value: digest },
      ],
      DurationSeconds: SESSION_SECONDS,
    });
  } catch (error) {
    if ((error as Error).name === 'PackedPolicyTooLargeException')
      throw notExpressible('AWS says that its policy and tags are too large');
    throw asCountersignError(error);
  }
}

function mustBeOf({ account }: Place, arn: string): void {
  if (arn.split(':')[4] === account) return;
  throw new CountersignError('GUARD_IDENTITY', `Expected a session in account ${account}, got ${arn}.`, {
    agent: 'Tell the user that the executor role belongs to another account.',
    person: 'Name an executor_role of this account in the policy.',
  });
}

/** Without one CloudFormation works under the session that began the change, which may do nothing else. */
function mustHaveServiceRole(plan: Plan, serviceRoleOf: PolicyPort['serviceRoleOf']): void {
  const { calls, observed, target } = plan;
  const call = calls.find(({ service }) => service === 'cloudformation');
  if (!call) return;
  const { stack } = observedSchema.pick({ stack: true }).strip().parse(observed);
  const isOurs = call.operation === 'ExecuteChangeSet' && isOwnChangeSet(call.input.ChangeSetName);
  const ofTheScope = () => serviceRoleOf({ ...target, tags: { ...stack?.tags, ...stackTagsSet(plan) } });
  if (call.input.RoleARN !== undefined || stack?.roleArn || (isOurs && ofTheScope() !== undefined)) return;
  throw new CountersignError(
    'CONFIG_SERVICE_ROLE_MISSING',
    `The stack ${target.name} has no service role, so CloudFormation would work with a session that may do nothing but this one call.`,
    {
      agent: 'Tell the user that this stack needs a service role before Countersign can change it.',
      person:
        'Name a service_role for this account or scope in the policy and plan an update of the stack, which then keeps the role; or remove executor_role.',
    },
  );
}

/** A new stack has its tags from its plan. */
const stackTagsSet = ({ effects }: Plan): Record<string, string> =>
  Object.fromEntries(
    effects
      .filter(({ type, logicalId }) => type === 'AWS::CloudFormation::Stack' && logicalId === undefined)
      .flatMap(({ properties }) => properties)
      .flatMap(({ path, after }) => (path.startsWith('Tags.') && after !== undefined ? [[path.slice(5), after]] : [])),
  );
