/** What the core asks of the world. Implemented outside; a tool sees only the ports of its kind. */
import type { Approval, Change, ChangeState, Proposal } from './change.ts';
import type { Json } from './digest.ts';
import type { Environment, Facts, Guard, Phase } from './guard.ts';
import type { Permit } from './permit.ts';
import type { Plan, PlanDraft, Target } from './plan.ts';
import type { Goal } from './verdict.ts';

export interface LedgerEvent {
  seq: number;
  at: string;
  kind: string;
  changeId?: string;
  planId?: string;
  body: Json;
}
export interface EventQuery {
  changeId?: string;
  planId?: string;
  kinds?: string[];
  sinceSeq?: number;
  sinceAt?: string;
  limit?: number;
  newestFirst?: boolean;
}
export interface NewEvent {
  kind: string;
  changeId?: string;
  planId?: string;
  body: Json;
}
export interface LedgerTransaction {
  append(event: NewEvent): LedgerEvent;
  events(query?: EventQuery): LedgerEvent[];
  putDocument(document: Json): string;
  document(digest: string): Json | undefined;
  /** Insert-once: true for the first that asks, false for everybody after. */
  claim(name: string): boolean;
}
/** Append-only; `transact` is read, decide, append as one. */
export interface Ledger extends Omit<LedgerTransaction, 'claim'> {
  transact<T>(run: (tx: LedgerTransaction) => T): T;
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
}
export type StackPart = 'resources' | 'outputs' | 'parameters' | 'events' | 'template' | 'drift' | 'dependents';
export interface Place {
  region?: string | undefined;
  account?: string | undefined;
}

/** Reads only; its clients hold no permit at all. */
export interface CloudReader {
  stacks(
    place: Place,
    query: { namePrefix?: string; status?: string; cursor?: string; limit: number },
  ): Promise<Page<StackSummary>>;
  stack(place: Place, name: string, include: StackPart[], logicalIds: string[]): Promise<Record<string, unknown>>;
  instances(
    place: Place,
    query: { ids?: string[]; tag?: string; cursor?: string; limit: number },
  ): Promise<Page<InstanceSummary>>;
}

export type InstanceAction = 'start' | 'stop' | 'reboot' | 'terminate';
export interface StackUpdateRequest {
  stack: string;
  template?: string;
  templateFile?: string;
  set?: { path: string; value: Json }[];
  parameters?: Record<string, string>;
  tags?: Record<string, string>;
  capabilities?: string[];
}

/** Dry runs. Holds a planning permit for the target, nothing else. */
export interface Planner {
  stackUpdate(request: StackUpdateRequest): Promise<PlanDraft>;
  stackDelete(stack: string): Promise<PlanDraft>;
  instanceAction(instanceIds: string[], action: InstanceAction): Promise<PlanDraft>;
}

/** Everything about one place in one account, as the composition root wires it. */
export interface CloudPorts {
  /** `aws`, a URL, or `sandbox:<id>`. */
  endpoint(): Promise<string>;
  identity(place: Place): Promise<{ account: string; arn: string; region: string }>;
  reader: CloudReader;
  planner(place: Place, permit: Permit): Planner;
  /** Computes the plan again from the live cloud, with reads only. */
  recompute(plan: Plan): Promise<PlanDraft>;
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
export interface PolicyPort {
  digest(): string;
  describe(): Record<string, unknown>;
  judgeFor(target: Target, tags: Record<string, string>, phase: Phase, goal?: Goal): Judge;
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
  withdraw(changeId: string): Change;
  find(changeId: string): Change;
  list(query: { state?: ChangeState; cursor?: string; limit: number }): Page<Change>;
  plan(planId: string): { plan: Plan; goalsAllowed: Goal[]; decision: import('./verdict.ts').Judgement };
  /** Events of an executing change's progress, newest last. */
  progress(changeId: string): { at: string; text: string }[];
}
