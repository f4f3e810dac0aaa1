/**
 * Faults under control: what goes wrong with which of the next calls. They are documents of the world, so that
 * every process meets them, and are counted down in the transaction in which they are met.
 */
import { z } from 'zod';
import { matchesGlob } from '../core/glob.ts';
import { SERVICES } from '../providers/aws/call-classes.ts';
import { type Caller, SandboxFault } from './service.ts';
import type { World } from './world.ts';

const FAULT_KINDS = [
  'latency',
  'throttled',
  'denied',
  'expired_credentials',
  'clock_skew',
  'server_error',
  'half_page',
  'drop_before',
  'drop_after',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const faultSchema = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  service: z.enum(SERVICES).optional(),
  /** `*` and `?` are wildcards. */
  operation: z.string().min(1).default('*'),
  /** How many matching calls meet it. An SDK client repeats a failed read three times: each is a call. */
  times: z.union([z.int().positive(), z.literal('always')]).default(1),
  /** How many matching calls pass before. */
  skip: z.int().nonnegative().default(0),
  /** For `latency`: real milliseconds, since a client's timeouts are real. */
  milliseconds: z.int().positive().max(600_000).default(1_000),
});
export type FaultRequest = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema> & { id: string };

const KIND = 'fault';

export function addFault(world: World, request: FaultRequest): Fault {
  const fault: Fault = { ...faultSchema.parse(request), id: world.newId('fault-') };
  world.shared.put(KIND, fault.id, fault);
  return fault;
}
export const listFaults = (world: World): Fault[] => world.shared.list<Fault>(KIND);
/** Without an id: all. */
export function removeFaults(world: World, id?: string): void {
  for (const fault of listFaults(world)) if (id === undefined || fault.id === id) world.shared.remove(KIND, fault.id);
}

export interface Met {
  latencyMilliseconds: number;
  /** At most one fault besides latency meets a call: the oldest that matches. */
  kind?: Exclude<FaultKind, 'latency'>;
  /** Of `clock_skew`: no fault, the signature is too old or too new. */
  isStale?: true;
}

/** What this call meets. Counts down, so call it once for each request. */
export function meetFaults(
  world: World,
  call: { service: string; operation: string; input: Record<string, unknown> },
): Met {
  const met: Met = { latencyMilliseconds: 0 };
  for (const fault of listFaults(world)) {
    if (fault.service !== undefined && fault.service !== call.service) continue;
    if (!matchesGlob(fault.operation, call.operation)) continue;
    if (fault.kind !== 'latency' && met.kind !== undefined) continue;
    // The first page is cut short without being counted: what fails is the next.
    const isFirstPage = fault.kind === 'half_page' && call.input.NextToken === undefined;
    if (!isFirstPage && fault.skip > 0) {
      world.shared.put(KIND, fault.id, { ...fault, skip: fault.skip - 1 });
      continue;
    }
    if (fault.kind === 'latency') met.latencyMilliseconds += fault.milliseconds;
    else met.kind = fault.kind;
    if (!isFirstPage) countDown(world, fault);
  }
  return met;
}

function countDown(world: World, fault: Fault): void {
  if (fault.times === 'always') return;
  if (fault.times === 1) world.shared.remove(KIND, fault.id);
  else world.shared.put(KIND, fault.id, { ...fault, times: fault.times - 1 });
}

/** The connection is gone, as Node's HTTP client reports it. */
export class ConnectionDropped extends Error {
  readonly code = 'ECONNRESET';
  constructor() {
    super('socket hang up');
    this.name = 'ConnectionDropped';
  }
}

type AnsweredKind = Exclude<FaultKind, 'latency' | 'drop_before' | 'drop_after'>;
/** What is answered instead of running the operation; `undefined`: it runs. */
export function failureIn({ kind }: Met, input: Record<string, unknown>): AnsweredKind | undefined {
  if (kind === 'drop_before' || kind === 'drop_after') return undefined;
  return kind === 'half_page' && input.NextToken === undefined ? undefined : kind;
}

type Words = [code: string, status: number, message: string];
/**
 * How AWS words each: EC2 has its own. RequestExpired for expired credentials of EC2 as reported in
 * jenkinsci/ec2-plugin #1008 and aws-sdk-java #1443; the other rows are from memory.
 */
const WORDS: Record<AnsweredKind, { ec2: Words; others: Words }> = {
  throttled: {
    ec2: ['RequestLimitExceeded', 503, 'Request limit exceeded.'],
    others: ['Throttling', 400, 'Rate exceeded'],
  },
  denied: {
    ec2: [
      'UnauthorizedOperation',
      403,
      'You are not authorized to perform this operation. User: {arn} is not authorized to perform: {action} because no identity-based policy allows the {action} action.',
    ],
    others: [
      'AccessDenied',
      403,
      'User: {arn} is not authorized to perform: {action} because no identity-based policy allows the {action} action',
    ],
  },
  expired_credentials: {
    ec2: ['RequestExpired', 400, 'Request has expired.'],
    others: ['ExpiredToken', 403, 'The security token included in the request is expired'],
  },
  clock_skew: {
    ec2: ['RequestExpired', 400, 'Request has expired.'],
    others: ['SignatureDoesNotMatch', 403, 'Signature expired: the date of the request is too far from the time here.'],
  },
  server_error: {
    ec2: ['InternalError', 500, 'An internal error has occurred'],
    others: ['InternalFailure', 500, 'We encountered an internal error. Please try again.'],
  },
  half_page: {
    ec2: ['InternalError', 500, 'An internal error has occurred'],
    others: ['InternalFailure', 500, 'We encountered an internal error. Please try again.'],
  },
};

export function faultAnswer(
  kind: keyof typeof WORDS,
  service: string,
  operation: string,
  caller: Caller,
): SandboxFault {
  const [code, status, message] = WORDS[kind][service === 'ec2' ? 'ec2' : 'others'];
  return new SandboxFault(
    code,
    message.replaceAll('{arn}', caller.arn).replaceAll('{action}', `${service}:${operation}`),
    status,
  );
}

/**
 * The first half of a page, with a token by which `pageOf` gives the rest. A list of one is left whole: it may be
 * the answer to a name, which has no pages.
 */
export function halfOf(output: Record<string, unknown>): Record<string, unknown> {
  const list = Object.entries(output).find((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  if (list === undefined || list[1].length < 2) return output;
  const [key, items] = list;
  const half = Math.floor(items.length / 2);
  return { ...output, [key]: items.slice(0, half), NextToken: String(half) };
}
