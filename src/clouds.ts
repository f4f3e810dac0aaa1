/** The providers of one process, each as the configuration and the policy say, joined as one. */
import { type Config, variables } from './config.ts';
import { CountersignError } from './core/errors.ts';
import type { During } from './core/observing.ts';
import type { TriedWrite } from './core/outside.ts';
import type { PolicyPort, Provider } from './core/ports.ts';
import type { Policy } from './policy/model.ts';
import { createOwners, ownerOf } from './processes.ts';
import { type AccountEntry, type AwsOptions, createAws } from './providers/aws/provider.ts';
import { joinProviders } from './providers/join.ts';
import { createTerraform } from './providers/terraform/door.ts';
import type { WorkspaceSettings } from './providers/terraform/settings.ts';

/** The simulated cloud in this process, instead of AWS. `account`: whose credentials these are. */
export interface Simulated {
  store: { id: string };
  requestHandler: unknown;
  account?: string;
}

export function createClouds(about: {
  config: Config;
  policyFile: Policy | null;
  policy: PolicyPort;
  secretKey: string;
  sandbox: Simulated | undefined;
  during: During | undefined;
  earlier: AwsOptions['earlier'];
  now(): Date;
}): Provider {
  const { config, policyFile, policy, secretKey, sandbox, during, now } = about;
  const aws = createAws({
    settings: (region) => ({
      region: region ?? config.region,
      during,
      ...(sandbox
        ? {
            requestHandler: sandbox.requestHandler,
            credentials: { accessKeyId: sandbox.account ?? 'AKIASANDBOX', secretAccessKey: 'sandbox' },
          }
        : {}),
      ...(!sandbox && config.endpointUrl ? { endpoint: config.endpointUrl } : {}),
    }),
    accounts: accountsOf(policyFile),
    ...(sandbox ? { endpointName: `sandbox:${sandbox.store.id}` } : {}),
    secretKey,
    templateRoots: config.templateRoots,
    environmentOf: policy.environmentOf,
    serviceRoleOf: policy.serviceRoleOf,
    mayRead: policy.mayRead,
    earlier: about.earlier,
    now,
  });
  const terraform = createTerraform({
    home: config.home,
    workspaces: workspacesOf(policyFile),
    secretKey,
    actsAs: config.actsAs,
    variables,
    processes: processesHere(),
    fileRoots: config.templateRoots,
  });
  return joinProviders([aws, terraform]);
}

function accountsOf(policy: Policy | null): AccountEntry[] {
  return Object.entries(policy?.file.accounts ?? {}).map(([alias, account]) => ({
    alias,
    id: account.id,
    ...(account.profile === undefined ? {} : { profile: account.profile }),
    ...(account.planner_role === undefined ? {} : { plannerRole: account.planner_role }),
    ...(account.executor_role === undefined ? {} : { executorRole: account.executor_role }),
    templateBuckets: account.template_buckets,
  }));
}

function workspacesOf(policy: Policy | null): WorkspaceSettings[] {
  return Object.entries(policy?.file.workspaces ?? {}).map(([name, entry]) => {
    const { variable_files, provider_packages, provider_blocks, module_authorities, raise: _, ...rest } = entry;
    return {
      ...rest,
      name,
      variableFiles: variable_files,
      ...(provider_packages === undefined ? {} : { providerPackages: provider_packages }),
      providerBlocks: provider_blocks,
      ...(module_authorities === undefined ? {} : { moduleAuthorities: module_authorities }),
    };
  });
}

/** Those that hold a workspace, and those that apply one. */
const processesHere = () => ({ of: ownerOf, presenceOf: createOwners().presenceOf });

/** What this user's own credentials could write, without a policy; undefined: the cloud was not reached. */
export async function ownWrites(config: Config): Promise<TriedWrite[] | undefined> {
  const { plannersWrites } = await import('./execute/try-writes.ts');
  const settings = (region?: string) => ({
    region: region ?? config.region,
    ...(config.endpointUrl ? { endpoint: config.endpointUrl } : {}),
  });
  const none = { environment: 'production', scope: null } as const;
  const cloud = createAws({
    settings,
    accounts: [],
    secretKey: '',
    templateRoots: [],
    environmentOf: () => none,
    serviceRoleOf: () => undefined,
    mayRead: () => false,
    earlier: () => Promise.reject(new CountersignError('INTERNAL', 'Nothing is planned here.', 'Report this.')),
    now: () => new Date(),
  });
  return plannersWrites(cloud, undefined);
}
