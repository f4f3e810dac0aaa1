/** What the core asks of the world. Implemented outside; a tool sees only the ports of its kind. */
import type { z } from 'zod';
import type { Call, CallClass } from './call.ts';
import type { CallRecords } from './call-records.ts';
import type { Approval, Change, OnePerson, OpenChange, Outcome, Proposal, SignersNow } from './change.ts';
import type { ChangeState } from './change-states.ts';
import type { Effect } from './effect.ts';
import type { Environment } from './environment.ts';
import type { WayOut } from './errors.ts';
import type { Facts, Guard, Phase } from './guard.ts';
import type { HostRules } from './hosts.ts';
import type { LedgerView, Watch } from './ledger.ts';
import type { TriesWrites } from './outside.ts';
import type { RunnerSeen } from './owner.ts';
import type { Permit } from './permit.ts';
import type { Picture } from './picture.ts';
import type { Plan, PlanDraft, Target } from './plan.ts';
import type { CompletePlan } from './plan-document.ts';
import type { Proof } from './proof.ts';
import type { CleanReport, Removal } from './removal.ts';
import type { Runner } from './runner.ts';
import type { Action, PlanSubject, ProviderFacts } from './subject.ts';
import type { Goal, Judgement } from './verdict.ts';
import type { DoneCall, WayBack } from './way-back.ts';

export type { Alone, Ledger, LedgerTransaction, LedgerView, Watch } from './ledger.ts';
export type { Followed, Rehearsed, Runner, Seen, Sent } from './runner.ts';

/** Plain summaries of the cloud, in our words; every list comes with the cursor of its next page. */
export interface Page<T> {
  items: T[];
  cursor?: string;
  /** So many were left out because they are in no scope of the policy. */
  outOfScope?: number;
}
export interface Place {
  region?: string | undefined;
  /** Alias of the policy. */
  account?: string | undefined;
  /** Of the target there: it decides whose place it is. Absent: of the first provider. */
  kind?: Target['kind'] | undefined;
}
export interface Identity {
  account: string;
  /** The provider's whole name of who this is. */
  name: string;
  /** The role that it is a session of; null: none. */
  role: string | null;
  region: string;
}

/** What is known of a provider without asking it: pure, and the same in every process. */
export interface ProviderRules {
  /** As calls name it. */
  readonly name: string;
  /** What its plans are about. */
  readonly targets: readonly Target['kind'][];
  /** What guards are told of whoever plans on such a target. */
  factsOf(target: Pick<Target, 'kind'>): ProviderFacts;
  /** Says of a plan of an earlier version what plans say of themselves now. */
  completePlan: CompletePlan;
  /** What a plan or change did that an earlier version recorded by its operations or its tool alone. */
  actionOf(operations: readonly string[], tool?: string): Action;
  /** The type of what a plan by id is about, where a sketch of one does not say. */
  readonly machineType: string;
  /** Adds to each effect what the tables say of its type, and the other effects of it. */
  describeEffects(effects: readonly Effect[]): Effect[];
  /** `unknown`: nobody has judged the type yet. */
  holdsOf(type: string): Effect['holds'];
  isRevisionType(type: string): boolean;
  /** INVARIANT: what is not known to be milder is a write. */
  classify(call: Pick<Call, 'service' | 'operation' | 'input'> & { provider?: string }): CallClass;
  readonly callRecords?: CallRecords;
  readonly hosts: HostRules;
  /** Where all targets of that kind are, if they are in no account. */
  placeOfAll?(target: Pick<Target, 'kind'>): { account: string; region: string } | undefined;
  /** The account and region that stand in an id, where they do. */
  placeOf(id: string): { account?: string; region?: string };
  /** The call that plans to keep what would be lost, or a copy of it. Absent or undefined: no call does. */
  waysToKeep?(plan: Pick<Plan, 'target'>, losses: readonly Effect[]): WayOut | undefined;
  /** The call that plans on its owner what this plan would do to that resource. Undefined: owners do not do that. */
  wayThroughOwner?(
    resource: PlanSubject['resources'][number],
    plan: Pick<Plan, 'action' | 'effects'>,
  ): WayOut | undefined;
  /** How what was carried out of a plan is taken back. Absent: the provider does not tell. */
  wayBack?(
    plan: Plan,
    done: readonly DoneCall[],
    ended: { changeId: string; state: Exclude<Outcome['state'], 'unknown'> },
  ): WayBack;
  /** Commands for a person, when the outcome of a change on this target is not known. */
  whereToLook(target: Target): string[];
  knownTypes(): Promise<{ isKnownType(type: string): boolean; isKnownService(service: string): boolean }>;
}

/** One planner. `plan` is given what its `input` parsed. */
export interface PlannerDefinition {
  readonly name: string;
  readonly input: z.ZodType;
  /** A dry run, under a planning permit for that place. @param planNonce of the plan that will be sealed: keys tags. */
  plan(input: unknown, at: Place, permit: Permit, planNonce: string): Promise<PlanDraft>;
}
/** What a plan tool is given: plans with the planner of that name. */
export type PlanWith = (planner: string, input: unknown) => Promise<PlanDraft>;

/** One cloud, as the composition root wires it: what it is known to be, how it is asked, planned for and changed. */
export interface Provider extends ProviderRules, Runner, TriesWrites {
  /** Where calls of this place go, as plans name it: the provider's own name, a URL, or `sandbox:<id>`. */
  endpoint(place: Place): Promise<string>;
  /** @throws INPUT_ACCOUNT_UNKNOWN for an alias that the policy does not name. */
  identity(place: Place): Promise<Identity>;
  /** For its own describe tools. Reads only; holds no permit at all. */
  readonly reader: unknown;
  readonly planners: readonly PlannerDefinition[];
  /**
   * Why nothing can execute this plan any more, of whatever state its target is; null: what it prepared is there, or it
   * prepared nothing. Reads only; it may fail, since who asks needs no access.
   */
  whyGone?(plan: Plan): Promise<string | null>;
  /** By the cloud's own clock, as its last answer told; null: it has told none. Absent: it never does. */
  cloudNow?(): Date | null;
  /** Computes the plan again from what is there now. The permit is for planning, at the plan's target. */
  recompute(plan: Plan, permit: Permit): Promise<PlanDraft>;
  /** What making this plan left behind in the cloud, that only its execution would use up; null: nothing. */
  leftoverOf(plan: Pick<PlanDraft, 'calls'>): string | null;
  /**
   * Reads only. INVARIANT: no call for what holds something, was there before `since`, or waits for a plan, whoever's.
   *
   * @param dead leftovers that are about to be discarded.
   */
  removalOf(target: Target, since: Date, dead: readonly string[]): Promise<Removal>;
  /** Removes one that nothing will execute; one that is gone already is no error. */
  discard(leftover: string, at: Place, permit: Permit): Promise<void>;
}

/** Runs exactly what was signed, after a live re-check. */
export interface Executor {
  /**
   * @param how `lost`: aborted when it is another runner's to look after: no further call is sent.
   * @throws CountersignError when nothing of it has left; else the change as it ended.
   */
  run(
    changeId: string,
    onProgress?: (text: string) => void,
    how?: { unattended?: boolean; lost?: AbortSignal | undefined },
  ): Promise<Change>;
  /**
   * Looks for what became of a change whose outcome is not known, and records it where a fact tells. Sends no write.
   *
   * @param how `isGiven`: its executor is elsewhere and was not heard of, so that this process was given it.
   * @returns the change as it is then, and what was seen.
   */
  reconcile(changeId: string, how?: { isGiven?: boolean }): Promise<{ change: Change; saw: string }>;
  /** A person signs off a change of unknown outcome: its target is free, and its outcome stays unknown. */
  close(
    changeId: string,
    /** `page`: where a passkey signed it. */
    signed: { statement: string; signature: string; page?: { id: string; origin: string } | undefined },
  ): Promise<Change>;
  /** Removes what plans alone left in the cloud. `isDry`: only lists it. */
  clean(how: { by: string[]; isDry: boolean }): Promise<CleanReport>;
}

/** The policy, applied to one target. */
export interface Judge {
  guards: readonly Guard[];
  /** Judged on target and identity alone, before a dry run may leave a trace in the cloud. */
  guardsBeforePlanning: readonly Guard[];
  /** Names of the guards whose denial passes with the hour or the shell: it says nothing of what was signed. */
  transient: ReadonlySet<string>;
  facts: Facts;
  seatsWithinSeconds: number;
  excluded: string[];
}
/** For whom a change was proposed, and who fills none of its seats: whoever executes it decides neither. */
export type Whose = Pick<Proposal, 'sponsor' | 'excluded'>;
export interface PolicyPort {
  digest(): Promise<string>;
  describe(): Promise<Record<string, unknown>>;
  /**
   * Everything the guards need for this plan now. Tags of target and resources are those that the plan observed.
   *
   * @param whose of a change that was proposed; without it, the sponsor is that of this process.
   */
  judgeFor(plan: Plan, phase: Phase, goal?: Goal, whose?: Whose): Promise<Judge>;
  standing(view?: LedgerView): Promise<Facts['policy']['standing']>;
  /**
   * INVARIANT: nothing is proposed, signed or executed under a policy that the state folder has not adopted.
   *
   * @param view inside of a transaction, its own.
   * @throws CONFIG_NO_POLICY, CONFIG_POLICY_NOT_ADOPTED, CONFIG_POLICY_CHANGED.
   */
  mustBeInForce(view?: LedgerView): Promise<void>;
  sponsor(): Facts['sponsor'];
  environmentOf(stack: { account: string; region: string; name: string; tags: Record<string, string> }): {
    environment: Environment | 'out_of_scope';
    scope: string | null;
  };
  /** Those that execute what is approved in scopes of `by_runner`. */
  runners(): Promise<RunnerSeen[]>;
  /** How a plan is executed by the scope that it is in; null: it is in none. */
  executionOf(plan: Plan): NonNullable<Facts['scope']>['execute'] | null;
  /** Where a plan is, and by which scope: `production (main: stack *-prod)`. */
  scopeOf(plan: Plan): string;
  /** What the cloud itself works with when it changes this stack: the role of its scope, or else of its account. */
  serviceRoleOf(stack: {
    account: string;
    region: string;
    name: string;
    tags: Record<string, string>;
  }): string | undefined;
  /** Is it in a scope, or does the policy open reading? Without a policy everything is. */
  mayRead(subject: {
    kind: 'stack' | 'resource';
    account: string;
    region: string;
    name: string;
    tags: Record<string, string>;
  }): boolean;
  isFilled(proposal: Proposal, approvals: Approval[]): boolean;
  /** Whose keys the adopted policy lists; undefined: none is adopted, or it is only tried. */
  signersNow(view: LedgerView): Promise<SignersNow | undefined>;
  /** The least that an approval of this plan must prove. */
  proofFor(plan: Plan): Proof;
  /** Solo mode: the one person who signs alone, and how long each change waits after that. null: it is off. */
  onePerson(): OnePerson | null;
  assurance(): Promise<string>;
}

/** What an agent is told of a plan besides the plan and its judgement. */
export interface AboutPlan {
  goals: readonly Goal[];
  assurance: string;
  provider: Pick<ProviderRules, 'waysToKeep' | 'wayThroughOwner'>;
  /** Where it is, and by which scope of the policy. */
  scope: string;
  /** Of the same target: pending, approved, executing or of unknown outcome. */
  open: readonly OpenChange[];
  /** The change that this plan was proposed as. */
  changeId: string | null;
}

/** Plans and changes, to look at. */
export interface ChangeReader {
  find(changeId: string): Promise<Change>;
  /** Through this view, as of that time: in a transaction, what it sees. */
  findIn(view: LedgerView, changeId: string, now: Date): Promise<Change>;
  /** `sponsors`: only changes of agents of these. */
  list(query: {
    state?: ChangeState;
    sponsors?: readonly string[];
    cursor?: string;
    limit: number;
  }): Promise<Page<Change>>;
  /** @throws STATE_PLAN_BEING_MADE, or what its making failed with. */
  plan(planId: string): Promise<{ plan: Plan; goalsAllowed: Goal[]; judgement: Judgement }>;
  /** For whoever waits for something of it. */
  watch: Watch | undefined;
  /** Of a stored plan: what its answer tells besides. */
  aboutPlan(plan: Plan): Promise<Pick<AboutPlan, 'open' | 'changeId' | 'provider' | 'scope'>>;
  /** Pending, approved, executing or of unknown outcome on this target, newest first. */
  openOn(target: Target): Promise<Change[]>;
  /** The whole before and after of what a plan touches. null: it has none, since calls and effects say it all. */
  picture(plan: Plan): Promise<Picture | null>;
  /** Begun, and neither made nor failed; also true of a plan that nobody began. */
  isPlanning(planId: string): Promise<boolean>;
  /** Who executes what is approved of it: a person, or a runner, which may be there or not. */
  executorOf(plan: Plan): Promise<'person' | 'runner' | 'no_runner'>;
  /** null: nothing of it was carried out, it still runs, or its outcome is not known. */
  wayBack(change: Change, plan: Plan): Promise<WayBack | null>;
  /** Events of an executing change's progress, newest last. */
  progress(changeId: string): Promise<{ at: string; text: string }[]>;
}
/** What the proposing tools may do. None of it signs or executes. */
export interface ChangeProposer {
  openOn: ChangeReader['openOn'];
  plan: ChangeReader['plan'];
  executorOf: ChangeReader['executorOf'];
  propose(request: { planId: string; goal: Goal; reason: string; ticket?: string }): Promise<Change>;
  withdraw(changeId: string): Promise<Change>;
}
export type ChangesPort = ChangeReader & ChangeProposer;
