/**
 * What may be watched of the work: activities with a begin and an end. Nothing that is decided depends on it, and a
 * process that nobody watches has none of it.
 *
 * SECURITY: what is told leaves the machine: ids, codes and names of ours or of the cloud's operations; never an input,
 * a value, a name of a resource or a person, or a sentence.
 */
import type { Pipeline } from './pipeline.ts';
import type { Executor, Ledger, PolicyPort, Provider } from './ports.ts';

export type Attributes = Readonly<Record<string, string | number | boolean>>;
export interface Activity {
  /** One of few: no id in it. */
  name: string;
  /** `server`: somebody else asked for it; `client`: it asks somebody else. */
  kind?: 'server' | 'client';
  attributes?: Attributes;
  /** As W3C's `traceparent`, of whoever asked; one that is not valid is no parent. */
  parent?: string | undefined;
  /** The same, of what led to this in another process. */
  links?: readonly string[];
}
/** An activity that goes on. */
export interface Told {
  set(attributes: Attributes): void;
  happened(name: string, attributes: Attributes): void;
  /** @param type one of few, such as a code. */
  failed(type: string): void;
}
/** Runs it as a part of the activity that is going on. */
export type During = <T>(activity: Activity, run: (told: Told) => Promise<T>) => Promise<T>;

const nothing = () => undefined;
export const NOTHING_TOLD: Told = { set: nothing, happened: nothing, failed: nothing };
export const unwatched: During = (_, run) => run(NOTHING_TOLD);

/** The rooms of one process, each the same as before and watched. */
export interface Watching {
  during: During;
  ledger<L extends Ledger<AnyEvent>>(ledger: L, find: FindState): L;
  policy(policy: PolicyPort): PolicyPort;
  cloud(cloud: Provider): Provider;
  executor(executor: Executor, ledger: Pick<Ledger, 'events'>): Executor;
  pipeline(pipeline: Pipeline, tools: readonly { name: string }[]): Pipeline;
  /** Sends the rest, within seconds. Never throws. */
  close(): Promise<void>;
}
export interface AnyEvent {
  kind: string;
  changeId?: string;
  planId?: string;
  body: unknown;
}
/** How a change stands. */
export type FindState = (
  changeId: string,
) => Promise<{ state: string; environment: string; proposedAt: string; startedAt: string | null }>;
