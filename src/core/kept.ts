/**
 * What a store keeps beside the events, so that what guards ask is found without reading history: tags of an event, and
 * how each change and plan stands. Pure folds: kept in the transaction of the event, computed again from all events on
 * demand, and compared with them by `audit verify`.
 *
 * Guarantees: what cannot be read is found under every tag and stands as open, so that whoever asks learns of it.
 * Limit: no clock is in it. What waits says until when; whether its seats are filled is told by its events alone.
 */
import { z } from 'zod';
import { EXECUTE_WITHIN_SECONDS, outcomeSchema } from './change.ts';
import { CHANGE_STATES } from './change-states.ts';
import { type Target, targetSchema } from './plan.ts';

/** Another one is kept from here on: a store that has an older one computes it again. */
export const KEPT_VERSION = 2;

interface Told {
  at: string;
  kind: string;
  changeId?: string;
  planId?: string;
  body: unknown;
}

/** `waiting`: pending, approved or, after `until`, expired. `leftover`: of a plan that left something in the cloud. */
export const STANDING_STATES = [
  'waiting',
  ...CHANGE_STATES.filter((state) => state !== 'pending' && state !== 'approved' && state !== 'expired'),
  'leftover',
  'cleaned',
] as const;
export type StandingState = (typeof STANDING_STATES)[number];
export interface Standing {
  state: StandingState;
  /** After this time it cannot be in that state any more; `FOREVER`: only an event ends it. */
  until: string;
}
export const FOREVER = '9999';

/** The tag of what cannot be read. */
const UNREADABLE = 'unreadable';

const placeOf = ({ account, region }: Target) => JSON.stringify([account, region]);
const named = (target: Target) => `named ${placeOf(target)} ${target.name}`;
/** Two targets have one in common when they are one stack, or have one of the resources in common (`isSameTarget`). */
const onTarget = (target: Target) => [named(target), ...target.ids.map((id) => `with ${placeOf(target)} ${id}`)];
const by = (what: 'began' | 'creates' | 'proposed', sponsor: string | null) =>
  sponsor === null ? `${what} by nobody` : `${what} for ${sponsor}`;

/** What to ask for; each finds, besides, what cannot be read. */
export const tagged = {
  /** Of this target, or one that overlaps it: proposals, executions, removals; of its name, plans too. */
  target: (target: Target): string[] => [UNREADABLE, ...onTarget(target)],
  /** Of a stack or resource of this name alone. */
  place: (target: Target): string[] => [UNREADABLE, named(target)],
  /** Plans that a sponsor's agents began; `creates`: those that may create their target. */
  sponsor: (what: 'began' | 'creates' | 'proposed', sponsor: string | null): string[] => [
    UNREADABLE,
    by(what, sponsor),
  ],
  /** Judgements in which something was only observed. */
  observed: (): string[] => [UNREADABLE, 'observed'],
  /** Signatures by a key. */
  key: (fingerprint: string): string[] => [UNREADABLE, `key ${fingerprint}`],
};

const target = targetSchema.strip();
const aboutTarget = z.object({ target });
const verdicts = z.array(z.object({ observed: z.string().optional(), observedRules: z.array(z.string()).optional() }));
const judged = z.object({ target, judgement: z.object({ verdicts }) });
const proposed = judged.extend({ sponsor: z.string().nullable() });
const started = z.object({
  sponsor: z.string().nullable().default(null),
  action: z.string().optional(),
});
const observedIn = (body: z.output<typeof judged>): string[] =>
  body.judgement.verdicts.some(({ observed, observedRules = [] }) => observed !== undefined || observedRules.length > 0)
    ? ['observed']
    : [];

const read =
  <S extends z.ZodType>(schema: S, tags: (body: z.output<S>) => string[]) =>
  (body: unknown) => {
    const parsed = schema.safeParse(body);
    return parsed.success ? tags(parsed.data) : [UNREADABLE];
  };
const signed = z.object({ keyFingerprint: z.string() });
const ofKey = read(signed, ({ keyFingerprint }) => [`key ${keyFingerprint}`]);
const ofTarget = read(aboutTarget, (body) => onTarget(body.target));
const TAGS: Readonly<Record<string, (body: unknown) => string[]>> = {
  'plan.started': read(started, ({ sponsor, action = 'create' }) => [
    by('began', sponsor),
    ...(action === 'create' ? [by('creates', sponsor)] : []),
  ]),
  'plan.made': read(judged, (body) => [named(body.target), ...observedIn(body)]),
  'change.proposed': read(proposed, (body) => [
    ...onTarget(body.target),
    by('proposed', body.sponsor),
    ...observedIn(body),
  ]),
  'change.approved': ofKey,
  'change.rejected': ofKey,
  'change.executing': ofTarget,
  'change.finished': ofTarget,
  'removal.done': ofTarget,
  'glass.broken': ofTarget,
};

/** Under which this event is found, each once. */
export const tagsOf = ({ kind, body }: Pick<Told, 'kind' | 'body'>): string[] =>
  Object.hasOwn(TAGS, kind) ? [...new Set(TAGS[kind]!(body))].sort() : [];

const after = (at: string) => new Date(Date.parse(at) + EXECUTE_WITHIN_SECONDS * 1000).toISOString();
const latest = (...times: string[]) => times.reduce((one, other) => (one > other ? one : other));
const forever = (state: StandingState): Standing => ({ state, until: FOREVER });

const proposal = z.object({
  judgement: z.object({ decision: z.string() }),
  proposedAt: z.iso.datetime(),
  approveBy: z.iso.datetime(),
});
const waits = z.object({ executeFrom: z.iso.datetime().optional() });
const outcome = z.object({ outcome: outcomeSchema.pick({ state: true }).strip() });
const left = z.object({ changeSet: z.string().nullable().default(null) });
/** What was begun ends by its outcome, or by a person, and by nothing else. */
const BEGUN: readonly unknown[] = ['executing', 'unknown'];

type Step = (before: Standing | undefined, event: Told) => Standing | undefined;
/** Ends what waits. */
const ended =
  (state: StandingState): Step =>
  (before) =>
    BEGUN.includes(before?.state) ? before : forever(state);

const OF_CHANGES: Readonly<Record<string, Step>> = {
  'change.proposed'(before, { body }) {
    const parsed = proposal.safeParse(body);
    if (before || !parsed.success) return before ?? forever('waiting');
    const { judgement, proposedAt, approveBy } = parsed.data;
    const isDenied = judgement.decision === 'denied' || judgement.decision === 'plan_only';
    return isDenied ? forever('denied') : { state: 'waiting', until: latest(approveBy, after(proposedAt)) };
  },
  'change.approved': (before, { at, body }) =>
    before?.state === 'waiting'
      ? { ...before, until: latest(before.until, after(latest(at, waits.safeParse(body).data?.executeFrom ?? at))) }
      : before,
  'change.rejected': ended('rejected'),
  'change.withdrawn': ended('withdrawn'),
  'change.stale': ended('stale'),
  'change.executing': () => forever('executing'),
  'change.finished': (_before, { body }) => forever(outcome.safeParse(body).data?.outcome.state ?? 'unknown'),
  'change.closed': () => forever('closed'),
};
const OF_PLANS: Readonly<Record<string, Step>> = {
  'plan.made': (before, { body }) => before ?? (left.safeParse(body).data?.changeSet ? forever('leftover') : undefined),
  'plan.cleaned': (before) => before && forever('cleaned'),
};

/** What this event is about, by its id; undefined: it changes how nothing stands. */
export function standingIdOf({ kind, changeId, planId }: Omit<Told, 'at' | 'body'>): string | undefined {
  if (Object.hasOwn(OF_CHANGES, kind)) return changeId;
  return Object.hasOwn(OF_PLANS, kind) ? planId : undefined;
}

/** @param event one with a subject. @returns undefined: of that subject there is nothing to tell. */
export function standingAfter(before: Standing | undefined, event: Told): Standing | undefined {
  return (OF_CHANGES[event.kind] ?? OF_PLANS[event.kind])?.(before, event);
}

/** Events of other kinds leave nothing that is kept. */
export const KEPT_KINDS: readonly string[] = [
  ...new Set([...Object.keys(TAGS), ...Object.keys(OF_CHANGES), ...Object.keys(OF_PLANS)]),
];
