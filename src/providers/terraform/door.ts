/**
 * The provider of workspaces, as the composition root joins it: what is known without asking is here, and everything else
 * is loaded when a workspace is first asked for, so that a process without one reads none of it.
 */
import type { Call } from '../../core/call.ts';
import type { Provider } from '../../core/ports.ts';
import type { Rights } from '../../core/rights.ts';
import type { WorkspaceReader } from './ports.ts';
import type { WorkspaceOptions, Workspaces } from './provider.ts';
import { requestSchema } from './request.ts';
import { PLACE, terraformRules } from './rules.ts';

/** The executor's own variables: no cloud limits them to one plan. */
const RIGHTS: Rights = { credentials: 'unconfined', notLimited: [] };

export function createTerraform(options: WorkspaceOptions): Provider {
  let loading: Promise<Workspaces> | undefined;
  const loaded = () => {
    loading ??= import('./provider.ts').then(({ createWorkspaces }) => createWorkspaces(options));
    return loading;
  };
  const reader: WorkspaceReader = { workspaces: async (query) => (await loaded()).reader.workspaces(query) };
  return {
    ...terraformRules,
    endpoint: async () => PLACE.account,
    identity: async () => ({ ...PLACE, name: options.actsAs[0] ?? 'countersign', role: null }),
    reader,
    planners: [
      {
        name: 'workspace',
        input: requestSchema,
        plan: async (input, _place, permit, planNonce) =>
          (await loaded()).plan(requestSchema.parse(input), permit, planNonce),
      },
    ],
    recompute: async (plan, permit) => (await loaded()).recompute(plan, permit),
    whyGone: async (plan) => (await loaded()).whyGone(plan),
    leftoverOf: ({ calls: [call] }) => (call ? leftoverIn(call) : null),
    removalOf: async () => ({ why: 'a plan of a workspace leaves nothing in a cloud' }),
    discard: async (leftover) => (await loaded()).discard(leftover),
    ownRights: async () => RIGHTS,
    takeRights: async () => RIGHTS,
    widenRights: async () => null,
    signing: async () => ({ signedAt: new Date().toISOString() }),
    // Its process is on this machine: once that is gone (`clock` says so, or refuses), nothing can arrive.
    refusedFrom: ({ signedAt }) => ({ ofAge: new Date(signedAt), ofCredentials: null }),
    clock: async (call) => (await loaded()).clock(call),
    rehearse: async () => ({ kind: 'not_needed' }),
    send: async (call, permit) => (await loaded()).send(call, permit),
    settle: async (call, _output, tell) => (await loaded()).settle(call, tell),
    madeBy: () => [],
    find: async () => undefined,
    follow: async (plan) => (await loaded()).follow(plan),
    // Its outcome was found in the state already, resource by resource.
    differences: async () => [],
    lookBack: async (call, plan) => (await loaded()).lookBack(call, plan),
  };
}

/** The plan file, which holds secrets. */
const leftoverIn = ({ input: { workspace, plan } }: Call): string => `${workspace} ${plan}`;
