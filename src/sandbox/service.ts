/** What a simulated service is. */
import type { World } from './world.ts';

export interface Caller {
  account: string;
  arn: string;
  region: string;
  accessKeyId: string;
}

/** SDK input shape in, SDK output shape out. The wire's schemas guarantee the input's types. */
// biome-ignore lint/suspicious/noExplicitAny: inputs are decoded by the SDK's own schema of the operation.
export type Operation = (world: World, input: any, caller: Caller) => Record<string, unknown>;

export interface Service {
  operations: Record<string, Operation>;
  /** Brings what happens by itself (states, progress) up to `world.now()`. */
  advance?(world: World): void;
}

/** An AWS error answer. */
export class SandboxFault extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'SandboxFault';
    this.code = code;
    this.status = status;
  }
}

/** A page of a list, with the token of the next. */
export function pageOf<T>(items: readonly T[], token: string | undefined, size: number): { page: T[]; next?: string } {
  const from = token === undefined ? 0 : Number.parseInt(token, 10);
  if (!Number.isInteger(from) || from < 0 || from > items.length)
    throw new SandboxFault('ValidationError', 'NextToken is not valid');
  const page = items.slice(from, from + size);
  return from + size < items.length ? { page, next: String(from + size) } : { page };
}
