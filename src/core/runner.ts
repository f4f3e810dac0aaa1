/** Sends signed calls, and says what came of each. */
import type { Call } from './call.ts';
import type { Outcome } from './change.ts';
import type { ErrorCode } from './errors.ts';
import type { Permit } from './permit.ts';
import type { Plan } from './plan.ts';
import type { Rights, RightsFor } from './rights.ts';
import type { Signing, SigningPort } from './signing.ts';

type CallOutput = Record<string, unknown>;
/**
 * What became of a call, decided where its answer is parsed. `refused`: the cloud itself said no to this very call,
 * or it never left; nothing was done. `unknown`: it may have been carried out.
 */
export type Sent =
  | { kind: 'done'; output: CallOutput }
  | { kind: 'refused'; code: ErrorCode; reason: string }
  | { kind: 'unknown'; reason: string };
/** `passed`: with the provider's own word for it. `unknown`: the rehearsal may have had the effect. */
export type Rehearsed = { kind: 'not_needed' } | { kind: 'passed'; answer: string } | Exclude<Sent, { kind: 'done' }>;
export type Followed = Pick<Outcome, 'state' | 'detail'>;

/**
 * Sends signed calls; only the executor is given it. None of it decides by throwing: what it throws all the same
 * (a defect) tells nothing of what happened.
 */
export interface Runner extends SigningPort {
  /** The caller's own. @throws when its credentials are missing, expired, or of another account than that. */
  ownRights(place: { account: string; region: string }): Promise<Rights>;
  /** @throws when the rights cannot be had, belong to another account, or cannot be limited as the policy asks. */
  takeRights(plan: Plan, about: RightsFor): Promise<Rights>;
  /** After this refusal of a call: wider by what the provider may compare otherwise than it documents. null: none are. */
  widenRights(rights: Rights, refused: { code: ErrorCode }): Promise<Rights | null>;
  /** Asks, without the effect, whether the call would be let through. */
  rehearse(call: Call, permit: Permit, rights: Rights): Promise<Rehearsed>;
  /** Once, without a retry. Without `signing` it is signed when it leaves. */
  send(call: Call, permit: Permit, rights: Rights, signing?: Signing): Promise<Sent>;
  /** Waits until what the call began has ended (a snapshot is complete, an instance stopped); tells of it meanwhile. */
  settle(call: Call, output: CallOutput, tell: (text: string) => void): Promise<Sent>;
  /** Ids of what the call made, that stays. */
  madeBy(call: Call, output: CallOutput): string[];
  /** Looks for what this very call left behind, when its answer did not arrive. undefined: nothing tells. */
  find(call: Call): Promise<CallOutput | undefined>;
  /** Waits for the end of what the plan's last call began; `onEvent` is told of what happens meanwhile. */
  follow(plan: Plan, onEvent: (text: string) => void): Promise<Followed>;
  /** After it succeeded: one look at what the plan promised. Empty: all of it is so. @throws what could not be read. */
  differences(plan: Plan): Promise<string[]>;
  /** Looks once, with reads only, for facts of this call itself: the state from before is none. `since`: when it was begun. */
  lookBack(call: Call, plan: Plan, since: Date): Promise<Seen>;
}

/** What one look showed of a call that was begun. Without `ended` no positive fact tells what came of it. */
export interface Seen {
  detail: string;
  /** `call`: was it carried out? (`failed`: not so far, and nothing that was done is not shown.) `state`: how it has ended. */
  ended?: { call: 'done' | 'failed'; state: 'succeeded' | 'failed' | 'rolled_back' };
}
