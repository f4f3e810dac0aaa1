/** What the page asks of the rest. It has no ledger, no cloud and no key: whoever starts it hands these over. */
import type { Change } from '../core/change.ts';
import type { ChangeState } from '../core/change-states.ts';
import type { Page } from '../core/ports.ts';
import type { Section } from '../render/layout.ts';
import type { Subject } from '../render/subject.ts';

export type Decision = 'approve' | 'reject';

/** Of one person and one change. */
export interface MayDecide {
  person: string;
  may: boolean;
  /** A sentence of ours; null when they may. */
  why: string | null;
  /** They have a passkey that works on this page. */
  hasPasskey: boolean;
  /** They have a key of OpenSSH. */
  hasSshKey: boolean;
  /** Their approval would count towards this. */
  roles: readonly string[];
}

/** One decision of one person. */
export interface ToSign {
  changeId: string;
  person: string;
  decision: Decision;
  /** The target's name, as they typed it. */
  typed: string | undefined;
  /** Of a rejection, in their words. */
  reason: string | undefined;
}
export interface OwnKey {
  fingerprint: string;
  kind: string;
  /** Where a passkey works. */
  place: string | null;
}

/** Passkeys: what a browser is asked, and what becomes of its answers. All of it throws CountersignErrors. */
export interface PasskeyPorts {
  /** @throws also where the decision could not count. */
  askToSign(decision: ToSign): Promise<object>;
  /** @param response of the browser, to what `askToSign` gave. */
  sign(decision: ToSign, response: unknown): Promise<Change>;
  keysOf(person: string): readonly OwnKey[];
  /** `enrolment` is good for one answer; a browser keeps it sealed. */
  askToEnrol(person: string): Promise<{ options: object; enrolment: { person: string } }>;
  /** @returns what the person tells an owner of the policy. */
  enrol(enrolment: unknown, response: unknown): Promise<{ fingerprint: string; command: string }>;
}

export interface ReviewPorts {
  readonly passkeys: PasskeyPorts;
  /** Before each request: what owners have adopted since is followed. */
  follow(): Promise<void>;
  /** Newest first, at most `limit`; its cost does not depend on how many there are. */
  list(query: { state?: ChangeState; limit: number }): Promise<Page<Change>>;
  /** One sentence; of a change that was read before, without reading its plan again. */
  sentence(change: Change): Promise<string>;
  find(changeId: string): Promise<Change>;
  /** @throws INPUT_NOT_FOUND. */
  subject(changeId: string): Promise<Subject>;
  /** Commands for the state that it is in. */
  whatNow(subject: Subject): Section[];
  people(): readonly string[];
  mayDecide(change: Change): readonly MayDecide[];
  /** What a signature of this person would need to be typed; null: nothing. */
  nameToType(subject: Subject): { name: string; why: string } | null;
  /** Command lines by which a person signs with an OpenSSH key: here, and elsewhere. */
  sshCommands(subject: Subject, person: string | null, decision: Decision): { here: string; elsewhere: string };
  progress(changeId: string): Promise<{ at: string; text: string }[]>;
  /** The receipt, or the reason why there is none, with the command that makes one. */
  receipt(changeId: string): Promise<{ text: string } | { why: string; remedy: string }>;
  /** Position of the newest event of the ledger. */
  head(): Promise<number>;
  /** Tells that there may be new events, until it is called off. */
  watch(onNew: () => void): () => void;
  halted(): Promise<boolean>;
  /** Writes to the operator's log. */
  logDefect(error: unknown, where: string): void;
}
