/**
 * The ledger's vocabulary: every kind of event, with the body that is written and read. Nothing else lists kinds.
 *
 * INVARIANT: what an older version wrote stays readable. Keys that this version does not know are left out (but those of
 * a signature or an outcome), keys that an older one did not write have a default; a kind that only a newer one knows
 * is passed over in lists.
 */
import { z } from 'zod';
import { doctorAskedSchema, doctorForgottenSchema, doctorReportedSchema } from './assurance-schema.ts';
import { capacitySchema } from './capacity.ts';
import { approvalSchema, outcomeSchema, proposalSchema } from './change.ts';
import { environmentSchema } from './environment-schema.ts';
import { AUDIT_REMEDY, CountersignError, type ErrorCode } from './errors.ts';
import { glassBrokenSchema, glassReviewedSchema } from './glass.ts';
import type { StandingState } from './kept.ts';
import { documentDigest, type Named, namesIn } from './named-documents.ts';
import { executorSchema } from './owner.ts';
import { targetSchema } from './plan.ts';
import { maybeSignedSchema } from './proof.ts';
import { protectionSchema } from './protection.ts';
import { rightsSchema } from './rights.ts';
import { signingSchema } from './signing.ts';
import { ACTIONS } from './subject.ts';
import { goalSchema, judgementSchema, verdictSchema } from './verdict.ts';

export interface LedgerEvent {
  seq: number;
  at: string;
  kind: string;
  changeId?: string;
  planId?: string;
  /** As it was written: `eventsOf` reads it. */
  body: unknown;
}
export interface EventQuery {
  changeId?: string;
  planId?: string;
  /** Only those of a change, or of a plan, whose id begins so. */
  changeIdPrefix?: string;
  planIdPrefix?: string;
  kinds?: readonly string[];
  sinceSeq?: number;
  /** The newest event that is told of. */
  untilSeq?: number;
  sinceAt?: string;
  untilAt?: string;
  /** Only those under one of these tags (`tagged` in `kept.ts`). */
  tags?: readonly string[];
  /** Only those that began a change or plan which stands so now; `at`: and of which that time is not over. */
  standing?: { states: readonly StandingState[]; at?: string };
  limit?: number;
  newestFirst?: boolean;
}

const target = targetSchema.strip();
const judgement = judgementSchema.extend({ verdicts: z.array(verdictSchema.strip()) }).strip();
/** One call of a change: its step, and `service:operation`. */
const call = z.object({ step: z.string(), operation: z.string() });
const callWithWhy = call.extend({ why: z.string().default('') });
const why = z.object({ why: z.string().default('') });
const byPerson = z.object({ by: z.array(z.string()).default([]) });
const ofTool = z.object({ call: z.int(), tool: z.string() });
/** What history needs to know later, without opening the plan. */
const executing = z.object({
  target,
  environment: environmentSchema,
  operations: z.array(z.string()).default([]),
  /** Of earlier versions: their operations tell it. */
  action: z.enum(ACTIONS).optional(),
  unprotects: z.boolean().default(true),
  /** Of a stack that never completed its creation. */
  neverCompleted: z.boolean().default(false),
  /** What kind of effect on which resources (`touchedBy`). */
  touched: z.array(z.string()).default([]),
  /** Of the policy in force then. Absent in ledgers of older versions. */
  policyDigest: z.string().optional(),
  /** Of the change: what a receipt says of it. Absent in ledgers of older versions. */
  changeDigest: z.string().optional(),
  sponsor: z.string().nullable().optional(),
  assurance: z.string().optional(),
  /** Under which its calls leave. Absent in ledgers of older versions, and where none left. */
  rights: rightsSchema.optional(),
});

export const EVENT_BODIES = {
  /** `keys` and digest of the input: what an agent sends may hold secrets. `token`: of the request, checked. */
  'tool.called': z.object({
    tool: z.string(),
    agent: z.string().nullable(),
    token: z.object({ issuer: z.string(), subject: z.string().nullable(), client: z.string().nullable() }).optional(),
    keys: z.array(z.string()),
    inputDigest: z.string().nullable(),
  }),
  'tool.answered': ofTool.extend({ decision: z.string().optional(), subject: z.string().optional() }),
  'tool.refused': ofTool.extend({ code: z.string(), message: z.string() }),

  /** Before the dry run: what it leaves behind is counted, also when nothing is heard of it again. */
  'plan.started': z.object({
    sponsor: z.string().nullable().default(null),
    tool: z.string().default(''),
    action: z.enum(ACTIONS).optional(),
    target,
  }),
  /** Refused before anything began in the cloud. */
  'plan.left_nothing': z.object({}),
  /** Answered with `planning`, and made on. */
  'plan.begun': z.object({ tool: z.string().default(''), target: z.string().default('') }),
  'plan.made': z.object({
    document: documentDigest('plan'),
    /** The plan's own. */
    digest: z.string(),
    target,
    tool: z.string(),
    /** What making it left behind in the cloud, that its execution would use up: a change set of ours. */
    changeSet: z.string().nullable().default(null),
    expiresAt: z.string().default(''),
    /** What protected the target then; absent: not looked at. */
    protections: z.array(protectionSchema).default([]),
    /** Capacity as it was before this plan, where it lowers it. */
    capacity: z.array(capacitySchema).default([]),
    /** `judged`: every guard; of those without a verdict it passed (`whole`). Absent: each has its verdict. */
    /** What the target was before, sealed: by which it is taken back. Absent: nothing of it can be. */
    before: documentDigest('sealed text').optional(),
    judgement,
    judged: z.array(z.string()).optional(),
    goals: z.array(goalSchema),
    /** Who could not sign then. */
    excluded: z.array(z.string()).default([]),
  }),
  'plan.failed': z.object({ code: z.custom<ErrorCode>(isText), message: z.string(), remedy: z.string() }),
  'plan.cleaned': z.object({ changeSet: z.string() }),

  /** What plans alone left of a target, removed by a person. `digest`: of the call. */
  'removal.intended': byPerson.extend({ target, operation: z.string(), digest: z.string() }),
  'removal.done': z.object({ target }),
  'removal.failed': why.extend({ target }),

  'change.proposed': proposalSchema.extend({ target, judgement, sums: proposalSchema.shape.sums.strip() }).strip(),
  /** Signatures and outcomes are taken as they stand, with nothing beside. */
  'change.approved': approvalSchema,
  'change.rejected': approvalSchema,
  'change.withdrawn': why,
  'change.stale': why,
  /** Without a signature in ledgers of older versions. */
  'change.closed': why.extend({
    by: z.string().default(''),
    ...maybeSignedSchema,
  }),
  'change.executing': executing,
  'change.progress': z.object({ text: z.string().default('') }),
  /** `differs`: where the live state is not what was signed. Absent: nowhere, or nobody looked. */
  'change.finished': executing.extend({ outcome: outcomeSchema, differs: z.array(z.string()).optional() }),

  /** A rehearsal, with the provider's own word for the answer. */
  'call.tried': call.extend({ answer: z.string() }),
  /** By whom it is sent, and how it is signed. Absent in ledgers of older versions. */
  'call.intended': call.extend({
    digest: z.string(),
    owner: executorSchema.optional(),
    signing: signingSchema.optional(),
  }),
  /** `made`: ids of what it made, that stays. */
  'call.returned': call.extend({ made: z.array(z.string()).optional() }),
  'call.failed': callWithWhy,
  'call.unknown': callWithWhy,

  /** A policy waits for signatures under the one that was adopted at `previous`. `text`: digest of the stored texts. */
  'policy.proposed': byPerson.extend({ digest: z.string(), text: documentDigest('policy text'), previous: z.int() }),
  /** `decider`: a person's name, or the fingerprint of an owner's key. */
  'policy.signed': z.object({
    proposal: z.int(),
    statement: z.string(),
    signature: z.string(),
    decider: z.string(),
    keyFingerprint: z.string(),
  }),
  /** The policy of the state folder from here on. `L0`: one person decided, and nobody else had to agree. */
  'policy.adopted': byPerson.extend({
    digest: z.string(),
    text: documentDigest('policy text'),
    level: z.enum(['L0', 'signatures']),
    previous: z.int().nullable(),
    proposal: z.int().nullable(),
    signers: z.array(z.string()),
  }),

  /** A process that executes what is approved in scopes of `by_runner`. */
  'runner.started': z.object({ owner: executorSchema }),
  'runner.stopped': z.object({ token: z.string() }),

  /** Of a person, by themselves or another: it signs nothing until a policy lists it. */
  'key.offered': byPerson.extend({ person: z.string(), line: z.string(), fingerprint: z.string() }),

  /** Break-glass was opened for one stack; a review waits until it is closed. */
  'glass.broken': glassBrokenSchema,
  'glass.reviewed': glassReviewedSchema,
  /** A server gave out a nonce, for one report of what its client's user can reach; and the report, with what it led to. */
  'doctor.asked': doctorAskedSchema,
  'doctor.reported': doctorReportedSchema,
  'doctor.forgotten': doctorForgottenSchema,
  /** Messages of events up to that position were taken by the receiver. */
  'people.told': z.object({ through: z.int(), by: z.string() }),
  /** Where the making of a plan, or its proposal, was watched (W3C `traceparent`). Nothing that is signed names it. */
  traced: z.object({ traceparent: z.string() }),

  halted: byPerson,
  resumed: byPerson,
} as const;

/**
 * What a change's record is made of. Each of these events carries the leaf hashes of those of its change before it
 * (`record`, beside the body), so that a receipt of the newest one proves them all.
 */
export const MILESTONES = [
  'change.proposed',
  'change.approved',
  'change.rejected',
  'change.withdrawn',
  'change.stale',
  'change.executing',
  'change.finished',
  'change.closed',
] as const satisfies readonly EventKind[];

/** Where the events of a kind name a stored document; undefined: a newer version knows that kind. */
export const documentsNamedBy = (kind: string): readonly Named[] | undefined =>
  Object.hasOwn(EVENT_BODIES, kind) ? namesIn(EVENT_BODIES[kind as EventKind]) : undefined;

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

export type EventKind = keyof typeof EVENT_BODIES;
export type BodyOf<K extends EventKind> = z.output<(typeof EVENT_BODIES)[K]>;
type Envelope = { changeId?: string; planId?: string };
/** What is appended: a kind, with its body. */
export type NewEvent = { [K in EventKind]: Envelope & { kind: K; body: BodyOf<K> } }[EventKind];
/** What is read. */
export type EventOf<K extends EventKind> = { [One in K]: Envelope & Read<One> }[K];
type Read<K extends EventKind> = { seq: number; at: string; kind: K; body: BodyOf<K> };

/** @throws LEDGER_TAMPERED when the body is not one of its kind: nobody of ours wrote it. */
export function bodyOf<K extends EventKind>(kind: K, event: { seq: number; body: unknown }): BodyOf<K> {
  const { body } = event;
  const known = typeof body === 'object' && body !== null ? readBodies.get(body) : undefined;
  if (known?.kind === kind) return known.read as BodyOf<K>;
  const read = bodyOnce(kind, event);
  if (typeof body === 'object' && body !== null) readBodies.set(body, { kind, read });
  return read;
}
/** Of an event that is looked at once: nothing of it is remembered until the next collection of garbage. */
export const bodyOnce = <K extends EventKind>(kind: K, event: { seq: number; body: unknown }): BodyOf<K> =>
  parsedBody(EVENT_BODIES[kind], kind, event) as BodyOf<K>;

/** What was read once of an event that is still held is not read again: a replay looks at each many times. */
const readBodies = new WeakMap<object, { kind: EventKind; read: unknown }>();

/** Of a part of a body too. @throws LEDGER_TAMPERED. */
export function parsedBody<S extends z.ZodType>(
  schema: S,
  kind: EventKind,
  event: { seq: number; body: unknown },
): z.output<S> {
  const parsed = schema.safeParse(event.body);
  if (parsed.success) return parsed.data;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  throw new CountersignError(
    'LEDGER_TAMPERED',
    `Event ${event.seq} is not a valid ${kind}: ${path.join('.')} ${message}.`,
    AUDIT_REMEDY,
  );
}

export function readEvent<K extends EventKind>(kinds: readonly K[], event: LedgerEvent): EventOf<K> | undefined {
  const kind = kinds.find((one) => one === event.kind);
  if (kind === undefined) return undefined;
  return { ...event, kind, body: bodyOf(kind, event) } as EventOf<K>;
}

/** Events of these kinds, read. */
export async function eventsOf<K extends EventKind>(
  view: { events(query?: EventQuery): Promise<LedgerEvent[]> },
  kinds: readonly K[],
  query: Omit<EventQuery, 'kinds'> = {},
): Promise<EventOf<K>[]> {
  return (await view.events({ ...query, kinds })).flatMap((event) => readEvent(kinds, event) ?? []);
}
