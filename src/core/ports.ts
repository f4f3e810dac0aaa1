/** What the core asks of the world. Implemented outside; a tool sees only the ports of its kind. */
import type { Call } from './call.ts';
import type { Approval, Change, ChangeState, Outcome, Proposal } from './change.ts';
import type { Json } from './digest.ts';
import type { Environment } from './environment.ts';
import type { EventQuery, LedgerEvent, NewEvent } from './events.ts';
import type { Facts, Guard, Phase } from './guard.ts';
import type { Permit } from './permit.ts';
import type { Picture } from './picture.ts';
import type { Plan, PlanDraft } from './plan.ts';
import type { Goal, Judgement } from './verdict.ts';

export interface LedgerView {
  events(query?: EventQuery): Promise<LedgerEvent[]>;
  document(digest: string): Promise<Json | undefined>;
}
/** `Written`: what may be appended; only a store takes more than the vocabulary. */
export interface LedgerTransaction<Written = NewEvent> extends LedgerView {
  append(event: Written): Promise<LedgerEvent>;
  putDocument(document: unknown): Promise<string>;
  /** Insert-once: true for the first that asks, false for everybody after. */
  claim(name: string): Promise<boolean>;
}
/** Append-only; `transact` is read, decide, append as one. */
export interface Ledger<Written = NewEvent> extends LedgerView {
  append(event: Written): Promise<LedgerEvent>;
  /**
   * INVARIANT: everything that `decide` reads and appends, it reads and appends through `tx`, and it awaits nothing
   * else. It may be run again, so that no permit, random or clock is in it: ids, nonces and times are made before.
   */
  transact<T>(decide: (tx: LedgerTransaction<Written>) => Promise<T>): Promise<T>;
}

/** Plain summaries of the cloud, in our words; every list comes with the cursor of its next page. */
export interface Page<T> {
  items: T[];
  cursor?: string;
}
export interface StackSummary {
  stack: string;
  stack_id: string;
  status: string;
  updated_at: string;
  environment: Environment | 'out_of_scope';
}
export interface InstanceSummary {
  instance_id: string;
  name: string;
  state: string;
  instance_type: string;
  owner: string;
  volumes: { volume_id: string; deleted_with_instance: boolean }[];
  /** Only of instances that were named: AWS tells them one instance at a time. */
  protections?: ('termination' | 'stop')[];
}
export interface SecurityGroupSummary {
  group_id: string;
  name: string;
  vpc_id: string;
  owner: string;
  rules: string[];
  /** In lists the first are told; of groups that were named, all. */
  more_rules?: number;
  /** Rules that let the whole internet in. */
  open_to_world: string[];
  /** Network interfaces and what they belong to. */
  used_by: string[];
  more_users?: number;
}
export interface VolumeSummary {
  volume_id: string;
  state: string;
  size_gib: number;
  owner: string;
  attached_to: { instance_id: string; deleted_with_instance: boolean }[];
  newest_snapshot: { snapshot_id: string; completed_at: string } | null;
}
export type StackPart = 'resources' | 'outputs' | 'parameters' | 'events' | 'template' | 'drift' | 'dependents';
export interface Place {
  region?: string | undefined;
  /** Alias of the policy. */
  account?: string | undefined;
}
export interface Identity {
  account: string;
  arn: string;
  region: string;
}

/** Reads only; its clients hold no permit at all. */
export interface CloudReader {
  stacks(
    place: Place,
    query: { namePrefix?: string; status?: string; cursor?: string; limit: number },
  ): Promise<Page<StackSummary>>;
  stack(
    place: Place,
    name: string,
    parts: { include: StackPart[]; logicalIds: string[]; cursor?: string },
  ): Promise<Record<string, unknown>>;
  instances(
    place: Place,
    query: { ids?: string[]; tag?: string; cursor?: string; limit: number },
  ): Promise<Page<InstanceSummary>>;
  securityGroups(
    place: Place,
    query: { ids?: string[]; vpcId?: string; cursor?: string; limit: number },
  ): Promise<Page<SecurityGroupSummary>>;
  volumes(
    place: Place,
    query: { ids?: string[]; instanceId?: string; cursor?: string; limit: number },
  ): Promise<Page<VolumeSummary>>;
}

export type InstanceAction = 'start' | 'stop' | 'reboot' | 'terminate';
export interface TemplateRequest {
  stack: string;
  template?: string;
  templateFile?: string;
  /** Name or ARN of a change set that another tool prepared. */
  changeSet?: string;
  parameters?: Record<string, string>;
  tags?: Record<string, string>;
  capabilities?: string[];
}
/** Sets or removes what `path` names; exactly one of the two. */
export interface TemplateEdit {
  path: string;
  value?: Json;
  remove?: boolean;
}
export interface StackUpdateRequest extends TemplateRequest {
  set?: TemplateEdit[];
}
/** One rule as an agent writes it. Ports -1: all. `peer`: a CIDR, a group id or a prefix list id. */
export interface RuleRequest {
  direction: 'ingress' | 'egress';
  protocol: string;
  fromPort: number;
  toPort: number;
  peer: string;
  description?: string;
}

/** Dry runs. Holds a planning permit for the target, nothing else. */
export interface Planner {
  stackCreate(request: TemplateRequest): Promise<PlanDraft>;
  stackUpdate(request: StackUpdateRequest): Promise<PlanDraft>;
  stackDelete(stack: string): Promise<PlanDraft>;
  stackRollback(stack: string, resourcesToSkip: string[]): Promise<PlanDraft>;
  /** Removes a change set of our own that nothing will execute; one that is gone already is no error. */
  discard(changeSetId: string): Promise<void>;
  instanceAction(instanceIds: string[], action: InstanceAction): Promise<PlanDraft>;
  instanceType(instanceId: string, instanceType: string): Promise<PlanDraft>;
  securityGroupRules(groupId: string, authorize: RuleRequest[], revoke: RuleRequest[]): Promise<PlanDraft>;
  snapshot(volumeId: string, description: string | undefined): Promise<PlanDraft>;
  tags(resourceIds: string[], set: Record<string, string>, remove: string[]): Promise<PlanDraft>;
}

/** Everything about one place in one account, as the composition root wires it. */
export interface CloudPorts {
  /** Where calls of this place go, as the SDK resolves it: `aws`, a URL, what differs by service, or `sandbox:<id>`. */
  endpoint(place: Place): Promise<string>;
  /** @throws INPUT_ACCOUNT_UNKNOWN for an alias that the policy does not name. */
  identity(place: Place): Promise<Identity>;
  reader: CloudReader;
  /** @param planNonce of the plan that will be sealed. */
  planner(place: Place, permit: Permit, planNonce: string): Planner;
  /** Computes the plan again from the live cloud, with reads only. */
  recompute(plan: Plan): Promise<PlanDraft>;
}

type CallOutput = Record<string, unknown>;
/**
 * What became of a call, decided where its answer is parsed. `refused`: the cloud itself said no to this very call,
 * or it never left; nothing was done. `unknown`: it may have been carried out.
 */
export type Sent =
  | { kind: 'done'; output: CallOutput }
  | { kind: 'refused'; code: string; reason: string }
  | { kind: 'unknown'; reason: string };
/** `passed`: with the provider's own word for it. `unknown`: the rehearsal may have had the effect. */
export type Rehearsed = { kind: 'not_needed' } | { kind: 'passed'; answer: string } | Exclude<Sent, { kind: 'done' }>;
export type Followed = Pick<Outcome, 'state' | 'detail'>;

/**
 * Sends signed calls; only the executor is given it. None of it decides by throwing: what it throws all the same
 * (a defect) tells nothing of what happened.
 */
export interface Runner {
  /** Asks, without the effect, whether the call would be let through. */
  rehearse(call: Call, permit: Permit): Promise<Rehearsed>;
  /** Once, without a retry. */
  send(call: Call, permit: Permit): Promise<Sent>;
  /** Waits until what the call began has ended (a snapshot is complete, an instance stopped). */
  settle(call: Call, output: CallOutput): Promise<Sent>;
  /** Looks for what this very call left behind, when its answer did not arrive. undefined: nothing tells. */
  find(call: Call): Promise<CallOutput | undefined>;
  /** Waits for the end of what the plan's last call began; `onEvent` is told of what happens meanwhile. */
  follow(plan: Plan, onEvent: (text: string) => void): Promise<Followed>;
}

/** Runs exactly what was signed, after a live re-check. */
export interface Executor {
  /** @throws CountersignError when nothing of it has left; else the change as it ended. */
  run(changeId: string, onProgress?: (text: string) => void): Promise<Change>;
}

/** The policy, applied to one target. */
export interface Judge {
  guards: readonly Guard[];
  /** Judged on target and identity alone, before a dry run may leave a trace in the cloud. */
  guardsBeforePlanning: readonly Guard[];
  facts: Facts;
  seatsWithinSeconds: number;
  excluded: string[];
}
/** For whom a change was proposed, and who fills none of its seats: whoever executes it decides neither. */
export type Whose = Pick<Proposal, 'sponsor' | 'excluded'>;
export interface PolicyPort {
  digest(): string;
  describe(): Promise<Record<string, unknown>>;
  /**
   * Everything the guards need for this plan now. Tags of target and resources are those that the plan observed.
   *
   * @param whose of a change that was proposed; without it, the sponsor is that of this process.
   */
  judgeFor(plan: Plan, phase: Phase, goal?: Goal, whose?: Whose): Promise<Judge>;
  sponsor(): { name: string | null; known: boolean };
  environmentOf(stack: {
    account: string;
    region: string;
    name: string;
    tags: Record<string, string>;
  }): Environment | 'out_of_scope';
  isFilled(proposal: Proposal, approvals: Approval[]): boolean;
  assurance(): string;
}

/** What the proposing tools may do. None of it signs or executes. */
export interface ChangesPort {
  propose(request: { planId: string; goal: Goal; reason: string; ticket?: string }): Promise<Change>;
  withdraw(changeId: string): Promise<Change>;
  find(changeId: string): Promise<Change>;
  /** Through this view, as of that time: in a transaction, what it sees. */
  findIn(view: LedgerView, changeId: string, now: Date): Promise<Change>;
  list(query: { state?: ChangeState; cursor?: string; limit: number }): Promise<Page<Change>>;
  /** @throws STATE_PLAN_BEING_MADE, or what its making failed with. */
  plan(planId: string): Promise<{ plan: Plan; goalsAllowed: Goal[]; judgement: Judgement }>;
  /** The whole before and after of what a plan touches. null: it has none, since calls and effects say it all. */
  picture(plan: Plan): Promise<Picture | null>;
  /** Begun, and neither made nor failed; also true of a plan that nobody began. */
  isPlanning(planId: string): Promise<boolean>;
  /** Events of an executing change's progress, newest last. */
  progress(changeId: string): Promise<{ at: string; text: string }[]>;
}
