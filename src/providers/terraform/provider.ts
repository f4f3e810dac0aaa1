/** Workspaces as a provider: planning, computing again, one writing door. Loaded when a workspace is first asked for. */
import { existsSync } from 'node:fs';
import type { Call } from '../../core/call.ts';
import type { CountersignError } from '../../core/errors.ts';
import { admit, type Permit } from '../../core/permit.ts';
import type { Plan } from '../../core/plan.ts';
import type { Followed, Seen, Sent } from '../../core/ports.ts';
import { frugally } from '../../frugal.ts';
import { claim, codeOf, hideInLines, look, mustBeOver, type Started, start, untilBegun, watch } from './applying.ts';
import type { Processes } from './busy.ts';
import { draftAgain, draftOf } from './draft.ts';
import { foldersOf } from './folders.ts';
import { saidByCloud } from './in-cloud.ts';
import type { Ended } from './outcome.ts';
import { discardPlan, mustBeKept, tidy, type Workshop } from './planning.ts';
import type { Variables } from './process.ts';
import { createReader } from './reader.ts';
import type { Request } from './request.ts';
import { PLACE } from './rules.ts';
import { unknownWorkspace, type WorkspaceSettings } from './settings.ts';

export interface WorkspaceOptions {
  /** The state folder. */
  home: string;
  workspaces: readonly WorkspaceSettings[];
  secretKey: string;
  /** Names under which this process acts. */
  actsAs: readonly string[];
  variables: Variables;
  processes: Processes;
  /** Folders below which an agent may name a plan file. */
  fileRoots: readonly string[];
}

/** What is asked of it, and takes time. */
export type Workspaces = ReturnType<typeof createWorkspaces>;

const PLANS = { provider: 'terraform', service: 'workspace', operation: 'Plan', input: {}, ...PLACE };

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one closure over the workspaces; its functions are short.
export function createWorkspaces(options: WorkspaceOptions) {
  const { home, workspaces, secretKey, variables, processes, fileRoots } = options;
  const workshopOf = (name: string): Workshop => {
    const settings = workspaces.find((one) => one.name === name);
    if (!settings)
      throw unknownWorkspace(
        name,
        workspaces.map((one) => one.name),
      );
    return { settings, folders: foldersOf(home, name), variables, processes, fileRoots };
  };
  const ofCall = (call: Call) => workshopOf(String(call.input.workspace));
  const actor = { account: PLACE.account, name: options.actsAs[0] ?? 'countersign', role: null };
  const about = (planNonce: string) => ({ secretKey, planNonce, actor });
  const mayPlan = (permit: Permit) => admit(PLANS, permit, { class: 'plan' });
  /** Of this process. */
  const started = new Map<string, Started>();

  const lookAt = async (call: Call, plan: Pick<Plan, 'observed'>, isDeep = false): Promise<Ended> => {
    const workshop = ofCall(call);
    const digest = String(call.input.plan);
    const signed = plan.observed.state as never;
    let ended = await look(call, signed, workshop);
    const said = isDeep ? await saidByCloud(ended.open, plan, digest, workshop) : undefined;
    if (said && said.size > 0) ended = await look(call, signed, workshop, said);
    if (ended.state !== 'unknown') {
      hideInLines(digest, workshop);
      tidy(digest, workshop);
    }
    return ended;
  };

  async function send(call: Call, permit: Permit): Promise<Sent> {
    let begun: Started;
    try {
      admit(call, permit, { class: 'write' });
      begun = await start(call, ofCall(call));
    } catch (error) {
      return { kind: 'refused', code: codeOf(error), reason: error instanceof Error ? error.message : String(error) };
    }
    started.set(begun.digest, begun);
    await untilBegun(begun, ofCall(call).folders);
    return { kind: 'done', output: {} };
  }

  return {
    plan: (request: Request, permit: Permit, planNonce: string) => {
      mayPlan(permit);
      return frugally(() => draftOf(request, workshopOf(request.workspace), about(planNonce)));
    },
    recompute: (plan: Plan, permit: Permit) => {
      mayPlan(permit);
      return frugally(() => draftAgain(plan, workshopOf(plan.target.name), about(plan.nonce)));
    },
    reader: createReader(workspaces, workshopOf),
    send,
    async settle(call: Call, tell: (text: string) => void): Promise<Sent> {
      const own = started.get(String(call.input.plan));
      if (own) await watch(own, ofCall(call), tell);
      return { kind: 'done', output: {} };
    },
    async follow(plan: Plan): Promise<Followed> {
      const { state, detail } = await lookAt(plan.calls[0]!, plan);
      return { state, detail };
    },
    async lookBack(call: Call, plan: Plan): Promise<Seen> {
      const { folders } = ofCall(call);
      const digest = String(call.input.plan);
      if (!existsSync(folders.plan(digest).all))
        return { detail: 'its plan file is not in this state folder: look from the machine that has it' };
      if (!existsSync(folders.run(digest).all)) {
        // From now on it cannot be started any more.
        claim(digest, folders);
        return { detail: 'it was never started', ended: { call: 'failed', state: 'failed' } };
      }
      const { state, acted, detail } = await lookAt(call, plan, true);
      return state === 'unknown' ? { detail } : { detail, ended: { call: acted ? 'done' : 'failed', state } };
    },
    async clock(call: Call): Promise<Date> {
      mustBeOver(String(call.input.plan), ofCall(call));
      return new Date();
    },
    async whyGone(plan: Plan): Promise<string | null> {
      const [call] = plan.calls;
      if (!call) return null;
      try {
        mustBeKept(String(call.input.plan), ofCall(call).folders);
        return null;
      } catch (error) {
        return (error as CountersignError).message;
      }
    },
    discard(leftover: string): void {
      const [name = '', digest = ''] = leftover.split(' ');
      discardPlan(digest, foldersOf(home, name));
    },
  };
}
