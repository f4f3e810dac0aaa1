/** AWS as a provider, over the real SDK, for one account at a time: reading, planning, recomputing, one writing door. */
import type { Plan, PlanDraft } from '../../core/plan.ts';
import type { PolicyPort, Provider } from '../../core/ports.ts';
import { isOwnChangeSet } from './call-classes.ts';
import { discardChangeSet, whyGone } from './change-sets.ts';
import { type CloudSettings, cloudFormationClient, ec2Client, type Holder, s3Client } from './clients.ts';
import { createCloudClock } from './clock.ts';
import { type AccountEntry, accountEntry, createIdentity, createSettings, roleArn } from './credentials.ts';
import { endpointOf } from './endpoint.ts';
import { askingAws } from './errors.ts';
import { loadKnowledge } from './knowledge/index.ts';
import { type ContextFor, type PlannerContext, readsOf } from './planners/context.ts';
import { plannersIn, recomputePlan } from './planners/index.ts';
import { createReader } from './readers/index.ts';
import { removalOf } from './removal.ts';
import { awsRules } from './rules.ts';
import { createExecutorSessions } from './session/executor-session.ts';
import { tryWrites } from './try-writes.ts';
import { createWritingDoor } from './writing-door.ts';

export interface AwsOptions {
  settings(region?: string): CloudSettings;
  /** The policy's accounts; empty: the ambient credentials' own, whatever it is. */
  accounts: readonly AccountEntry[];
  /** How plans name where they were made; without it, where the SDK's clients would send a call. */
  endpointName?: string;
  secretKey: string;
  templateRoots: string[];
  environmentOf: PolicyPort['environmentOf'];
  serviceRoleOf: PolicyPort['serviceRoleOf'];
  mayRead: PolicyPort['mayRead'];
  earlier: PlannerContext['earlier'];
  now(): Date;
}

export type { AccountEntry } from './credentials.ts';

function executedSet({ calls }: Pick<PlanDraft, 'calls'>): string | null {
  const id = calls.find(({ operation }) => operation === 'ExecuteChangeSet')?.input.ChangeSetName;
  return typeof id === 'string' ? id : null;
}

/** Another account knows nothing of it. */
async function goneSet(contextFor: ContextFor, plan: Pick<Plan, 'calls' | 'target'>): Promise<string | null> {
  const id = executedSet(plan);
  if (id === null) return null;
  const { cloudFormation, identity } = await contextFor(plan.target);
  return identity.account === plan.target.account ? whyGone(cloudFormation, id) : null;
}

export function createAws(options: AwsOptions): Provider {
  const { accounts, now, secretKey, templateRoots } = options;
  const clock = createCloudClock();
  const settings = createSettings((region) => ({ ...options.settings(region), clock }), accounts, now);
  const identity = createIdentity(settings.planner, accounts);
  const sessions = createExecutorSessions({ accounts, own: settings.own, serviceRoleOf: options.serviceRoleOf, now });

  const newContext: ContextFor = async (place, permit) => {
    const [who, planner] = await Promise.all([identity(place), settings.planner(place)]);
    const holder: Holder = { account: who.account, ...(permit ? { permit } : {}) };
    const [cloudFormation, ec2, knowledge] = await Promise.all([
      cloudFormationClient(planner, holder),
      ec2Client(planner, holder),
      loadKnowledge(),
    ]);
    const { templateBuckets = [] } = accounts.find(({ id }) => id === who.account) ?? {};
    return {
      cloudFormation,
      ec2,
      ...readsOf(cloudFormation),
      identity: who,
      knowledge,
      secretKey,
      planNonce: '',
      templateRoots,
      templateBuckets,
      earlier: options.earlier,
      objects: () => s3Client(planner, holder),
      now,
      hasPolicy: accounts.length > 0,
      serviceRoleOf(name, tags) {
        const role = options.serviceRoleOf({ account: who.account, region: who.region, name, tags });
        return role === undefined ? null : roleArn(who.account, role);
      },
    };
  };
  // Readers hold no permit, so they are shared; a planner role's new session is a new reader.
  const readers = new Map<string, Promise<PlannerContext>>();
  const contextFor: ContextFor = async (place, permit) => {
    if (permit) return newContext(place, permit);
    const { region, credentials } = await settings.planner(place);
    const key = `${accountEntry(accounts, place)?.alias ?? ''}/${region}/${credentials?.accessKeyId ?? ''}`;
    const reader = readers.get(key) ?? newContext(place);
    readers.set(key, reader);
    reader.catch(() => readers.delete(key));
    return reader;
  };

  const endpointAt = createEndpoints();
  return {
    ...awsRules,
    endpoint: async (place) => options.endpointName ?? endpointAt(settings.own(place)),
    identity,
    reader: createReader(contextFor, options),
    planners: plannersIn(contextFor),
    leftoverOf: ownSet,
    removalOf: async (target, since, dead) => {
      const context = await contextFor(target);
      return askingAws(() => removalOf(context, target, since, dead));
    },
    discard: async (changeSet, place, permit) =>
      discardChangeSet((await contextFor(place, permit)).cloudFormation, changeSet),
    cloudNow: clock.now,
    tryWrites: async (place, permit) => tryWrites((await contextFor(place, permit)).ec2),
    whyGone: (plan) => goneSet(contextFor, plan),
    recompute: async (plan, permit) =>
      recomputePlan({ ...(await contextFor(plan.target, permit)), planNonce: plan.nonce }, plan),
    ...createWritingDoor(sessions, contextFor),
  };
}

/** The environment and the SDK's configuration files are read once in a process. */
function createEndpoints(): (own: CloudSettings) => Promise<string> {
  const endpoints = new Map<string, Promise<string>>();
  return (own) => {
    const key = JSON.stringify([own.region, own.profile, own.endpoint]);
    const known = endpoints.get(key) ?? askingAws(() => endpointOf(own));
    endpoints.set(key, known);
    known.catch(() => endpoints.delete(key));
    return known;
  };
}

/** The change set that a plan executes, if this server made it. */
function ownSet(plan: Pick<PlanDraft, 'calls'>): string | null {
  const id = executedSet(plan);
  return id !== null && isOwnChangeSet(id) ? id : null;
}
