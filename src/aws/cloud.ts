/** The cloud's ports over the real SDK, for one account at a time: reading, planning, recomputing, one writing door. */
import { CountersignError } from '../core/errors.ts';
import type { CloudPorts, Identity, Place, PolicyPort } from '../core/ports.ts';
import { loadKnowledge } from '../knowledge/index.ts';
import { type CloudSettings, cloudFormationClient, ec2Client, type Holder, stsClient } from './clients.ts';
import { type AccountEntry, accountEntry, createSettings, roleArn } from './credentials.ts';
import { askingAws } from './errors.ts';
import type { ContextFor } from './planners/context.ts';
import { createPlanner, recomputePlan } from './planners/index.ts';
import { createEc2Reader } from './readers/ec2.ts';
import { createStackReader } from './readers/stacks.ts';
import { createWritingDoor, type WritingDoor } from './writing-door.ts';

export interface CloudOptions {
  settings(region?: string): CloudSettings;
  /** The policy's accounts; empty: the ambient credentials' own, whatever it is. */
  accounts: readonly AccountEntry[];
  /** How plans name where they were made. */
  endpointName: string;
  secretKey: string;
  templateRoots: string[];
  environmentOf: PolicyPort['environmentOf'];
  now(): Date;
}

export function createCloud(options: CloudOptions): CloudPorts & WritingDoor {
  const { accounts } = options;
  const settingsFor = createSettings(options.settings, accounts);
  const identities = new Map<string, Promise<Identity>>();
  const identity = (place: Place): Promise<Identity> => {
    const key = `${accountEntry(accounts, place)?.alias ?? ''}/${place.region ?? ''}`;
    const known = identities.get(key);
    if (known) return known;
    const asked = askingAws(async () => {
      const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
      const settings = await settingsFor(place);
      const client = await stsClient(settings, { account: '' });
      const { Account = '', Arn = '' } = await client.send(new GetCallerIdentityCommand({}));
      const expected = place.account === undefined ? undefined : accountEntry(accounts, place);
      if (expected && expected.id !== Account)
        throw new CountersignError(
          'GUARD_IDENTITY',
          `Expected account ${expected.id} (${expected.alias}), got ${Account} (${Arn}).`,
          'Tell the user: the credentials of this server are those of another account.',
        );
      return { account: Account, arn: Arn, region: settings.region };
    });
    identities.set(key, asked);
    asked.catch(() => identities.delete(key));
    return asked;
  };

  const contextFor: ContextFor = async (place, permit) => {
    const [who, settings] = [await identity(place), await settingsFor(place)];
    const holder: Holder = { account: who.account, ...(permit ? { permit } : {}) };
    const [cloudFormation, ec2, knowledge] = await Promise.all([
      cloudFormationClient(settings, holder),
      ec2Client(settings, holder),
      loadKnowledge(),
    ]);
    const { secretKey, templateRoots, now } = options;
    const serviceRole = accounts.find(({ id }) => id === who.account)?.serviceRole;
    return {
      cloudFormation,
      ec2,
      identity: who,
      knowledge,
      secretKey,
      templateRoots,
      now,
      hasPolicy: accounts.length > 0,
      serviceRole: serviceRole === undefined ? null : roleArn(who.account, serviceRole),
    };
  };

  return {
    endpoint: async () => options.endpointName,
    identity,
    reader: { ...createStackReader(contextFor, options.environmentOf), ...createEc2Reader(contextFor) },
    planner: (place, permit) => createPlanner(() => contextFor(place, permit)),
    recompute: async (plan) => recomputePlan(await contextFor(plan.target), plan),
    ...createWritingDoor(settingsFor, contextFor),
  };
}
