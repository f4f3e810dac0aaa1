/** The cloud's ports over the real SDK, for one account at a time: reading, planning, recomputing, one writing door. */
import { CountersignError } from '../core/errors.ts';
import type { CloudPorts, Identity, Place, PolicyPort } from '../core/ports.ts';
import { loadKnowledge } from '../knowledge/index.ts';
import { type CloudSettings, cloudFormationClient, ec2Client, type Holder, stsClient } from './clients.ts';
import { askingAws } from './errors.ts';
import type { ContextFor } from './planners/context.ts';
import { createPlanner, recomputePlan } from './planners/index.ts';
import { createEc2Reader } from './readers/ec2.ts';
import { createStackReader } from './readers/stacks.ts';
import { createWritingDoor, type WritingDoor } from './writing-door.ts';

/** An account of the policy: how the planner gets in. */
export interface AccountEntry {
  alias: string;
  id: string;
  profile?: string;
  /** Role name or ARN. */
  plannerRole?: string;
}

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
  const entryFor = ({ account }: Place): AccountEntry | undefined => {
    if (account === undefined) return options.accounts.length === 1 ? options.accounts[0] : undefined;
    const entry = options.accounts.find(({ alias, id }) => alias === account || id === account);
    if (entry || options.accounts.length === 0) return entry;
    throw new CountersignError(
      'INPUT_ACCOUNT_UNKNOWN',
      'The policy has no account of that alias.',
      `Its accounts are: ${options.accounts.map(({ alias }) => alias).join(', ')}.`,
    );
  };
  const settingsFor = async (place: Place): Promise<CloudSettings> => {
    const settings = options.settings(place.region);
    const entry = entryFor(place);
    return entry?.profile === undefined ? settings : { ...settings, profile: entry.profile };
  };

  const identities = new Map<string, Promise<Identity>>();
  const identity = (place: Place): Promise<Identity> => {
    const key = `${entryFor(place)?.alias ?? ''}/${place.region ?? ''}`;
    const known = identities.get(key);
    if (known) return known;
    const asked = askingAws(async () => {
      const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
      const settings = await settingsFor(place);
      const client = await stsClient(settings, { account: '' });
      const { Account = '', Arn = '' } = await client.send(new GetCallerIdentityCommand({}));
      return { account: Account, arn: Arn, region: settings.region };
    });
    identities.set(key, asked);
    asked.catch(() => identities.delete(key));
    return asked;
  };

  const contextFor: ContextFor = async (place, permit) => {
    const [who, settings] = await Promise.all([identity(place), settingsFor(place)]);
    const holder: Holder = { account: who.account, ...(permit ? { permit } : {}) };
    const [cloudFormation, ec2, knowledge] = await Promise.all([
      cloudFormationClient(settings, holder),
      ec2Client(settings, holder),
      loadKnowledge(),
    ]);
    const { secretKey, templateRoots, now } = options;
    return { cloudFormation, ec2, identity: who, knowledge, secretKey, templateRoots, now };
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
