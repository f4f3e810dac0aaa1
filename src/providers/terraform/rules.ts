/** What is known of workspaces without asking anything: tables and pure functions. It loads nothing else. */
import { CountersignError } from '../../core/errors.ts';
import type { ProviderRules } from '../../core/ports.ts';
import { ALLOWED_CALLS, APPLY } from './allowed-calls.ts';

const NO_HOSTS = { isOwn: () => false, holdsNames: () => false, isShared: () => false };

/** A workspace has no account of its own: the lock, the rate and the list of its changes are keyed by its name here. */
export const PLACE = { account: 'terraform', region: 'default' } as const;

export const terraformRules: ProviderRules = {
  name: APPLY.provider,
  targets: ['workspace'],
  factsOf: () => ({
    allowedCalls: ALLOWED_CALLS,
    toolFor: { update: 'plan_workspace', create: 'plan_workspace', delete: 'plan_workspace', tag: 'plan_workspace' },
    retainBy: 'a `removed` block with `lifecycle { destroy = false }`',
  }),
  completePlan: () => {
    throw new CountersignError('INTERNAL', 'No earlier version planned workspaces.', 'Report this.');
  },
  actionOf: () => 'update',
  machineType: '',
  describeEffects: (effects) => [...effects],
  holdsOf: () => 'unknown',
  isRevisionType: () => false,
  classify: () => 'write',
  hosts: NO_HOSTS,
  placeOfAll: () => PLACE,
  placeOf: () => ({}),
  whereToLook: ({ name }) => [`countersign tool describe_workspaces: it names the state of ${name}`],
  knownTypes: async () => ({ isKnownType: (type) => /^[a-z][a-z0-9]*_\w+$/.test(type), isKnownService: () => false }),
};
