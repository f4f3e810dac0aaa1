/** What a simulated service is. */
import type { World } from './world.ts';

export interface Caller {
  /** Whose cloud the operation works in. */
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

/**
 * A page of a list, with the token of the next: the decimal offset, on which the `half_page` fault relies.
 *
 * @param invalid the service's code for a token that is not one.
 */
export function pageOf<T>(
  items: readonly T[],
  token: string | undefined,
  size: number,
  invalid = 'ValidationError',
): { page: T[]; next?: string } {
  // As it was given: `1e1`, ` 1` and `` are numbers too, and no token.
  if (token !== undefined && (!/^[1-9]\d*$/.test(token) || Number(token) > items.length))
    throw new SandboxFault(invalid, 'NextToken is not valid');
  const from = Number(token ?? 0);
  const page = items.slice(from, from + size);
  return from + size < items.length ? { page, next: String(from + size) } : { page };
}
