/** `audit show`: the ledger to read, one line an event; and the kinds of events that a person names. */
import { assuranceOf } from '../core/assurance.ts';
import { counted } from '../core/counted.ts';
import { CountersignError } from '../core/errors.ts';
import { type BodyOf, EVENT_BODIES, type EventKind, type LedgerEvent, readEvent } from '../core/events.ts';
import { didYouMean } from '../core/nearest.ts';
import type { LedgerView } from '../core/ports.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { readLedgerAt } from '../ledger/open.ts';
import { changeIdOf } from './ids.ts';
import { sinceWhen } from './since.ts';

const KINDS = Object.keys(EVENT_BODIES) as EventKind[];

/** A kind, or the first part of several: `change`. @throws INPUT_INVALID */
export function kindsNamed(names: readonly string[] | undefined): EventKind[] | undefined {
  return names?.flatMap((name) => {
    const meant = KINDS.filter((kind) => kind === name || kind.startsWith(`${name}.`));
    if (meant.length > 0) return meant;
    throw new CountersignError(
      'INPUT_INVALID',
      `There is no kind of event ${makeVisibleLine(name, 40)}.${didYouMean(name, KINDS)}`,
      `Name some of: ${KINDS.join(', ')}; or the first part of several, such as change.`,
    );
  });
}

export interface Asked {
  since?: string | undefined;
  change?: string | undefined;
  kind?: readonly string[] | undefined;
}

/** @param view where a change is named by the beginning of its id. */
export async function queryOf(view: LedgerView, { since, change, kind }: Asked, now = new Date()) {
  const kinds = kindsNamed(kind);
  return {
    ...(since === undefined ? {} : { sinceAt: sinceWhen(since, now).toISOString() }),
    ...(change === undefined ? {} : { changeId: await changeIdOf(view, change) }),
    ...(kinds === undefined ? {} : { kinds }),
  };
}

/** `before`: the page goes on with it; null: there is no more. */
export interface Page {
  events: (LedgerEvent & { summary: string })[];
  before: number | null;
}

/** What `audit export` asks for. */
export async function asExported(home: string, asked: Asked) {
  const ledger = readLedgerAt(home);
  try {
    return await queryOf(ledger, asked);
  } finally {
    ledger.close();
  }
}

/** Newest first. @throws INPUT_INVALID */
export async function pageOf(home: string, asked: Asked & { limit: number; before?: number }): Promise<Page> {
  const ledger = readLedgerAt(home);
  try {
    const { limit, before } = asked;
    const query = { ...(await queryOf(ledger, asked)), newestFirst: true, limit: limit + 1 };
    const found = await ledger.events(before === undefined ? query : { ...query, untilSeq: before - 1 });
    const events = found.slice(0, limit).map((event) => ({ ...event, summary: summaryOf(event) }));
    return { events, before: found.length > limit ? (events.at(-1)?.seq ?? null) : null };
  } finally {
    ledger.close();
  }
}

export function pageText({ events, before }: Page): string {
  if (events.length === 0) return 'No event of the ledger matches.';
  const lines = events.map(({ seq, at, kind, changeId, planId, summary }) =>
    // SECURITY: an event must not look like two lines.
    makeVisibleLine(
      `${String(seq).padStart(7)}  ${at.slice(0, 19).replace('T', ' ')}  ${kind.padEnd(17)} ${changeId ?? planId ?? '-'}  ${summary}`,
      400,
    ),
  );
  const more = before === null ? [] : [`There are older events: --before ${before}`];
  return [...lines, ...more].join('\n');
}

type Sayings = { readonly [K in EventKind]: (body: BodyOf<K>) => string };
const person = ({ by }: { by: string[] }): string => `by ${by.join(', ') || 'an unnamed user'}`;
const step = ({ step: name, operation }: { step: string; operation: string }): string => `${name} ${operation}`;

const SAYINGS: Sayings = {
  'tool.called': ({ tool, agent, keys }) => `${tool} (${keys.join(', ')}) by ${agent ?? 'an unnamed agent'}`,
  'tool.answered': ({ tool, decision, subject }) => [tool, decision, subject].filter(Boolean).join(' '),
  'tool.refused': ({ tool, code, message }) => `${tool} ${code}: ${message}`,
  'plan.started': ({ tool, target, sponsor }) => `${tool} ${target.name} for ${sponsor ?? 'no sponsor'}`,
  'plan.left_nothing': () => '',
  'plan.begun': ({ tool, target }) => `${tool} ${target}`,
  'plan.made': ({ tool, target, judgement, digest }) => `${tool} ${target.name} ${judgement.decision} ${digest}`,
  'plan.failed': ({ code, message }) => `${code}: ${message}`,
  'plan.cleaned': ({ changeSet }) => changeSet,
  'removal.intended': ({ target, operation, by }) => `${target.name} ${operation} ${person({ by })}`,
  'removal.done': ({ target }) => target.name,
  'removal.failed': ({ target, why }) => `${target.name}: ${why}`,
  'change.proposed': ({ target, goal, sponsor, judgement, assurance }) =>
    `${target.name} ${goal} for ${sponsor ?? 'no sponsor'}: ${judgement.decision}, ${counted(judgement.seats, 'approval')} needed, ${assurance}`,
  'change.approved': ({ person: name, keyFingerprint }) => `by ${name} with the key ${keyFingerprint}`,
  'change.rejected': ({ person: name, keyFingerprint }) => `by ${name} with the key ${keyFingerprint}`,
  'change.withdrawn': ({ why }) => why,
  'change.stale': ({ why }) => why,
  'change.closed': ({ why }) => why,
  'change.executing': ({ target, operations }) => `${target.name} ${operations.join(', ')}`,
  'change.progress': ({ text }) => text,
  'change.finished': ({ target, outcome }) =>
    `${target.name} ${outcome.state} (${outcome.credentials}): ${outcome.detail}`,
  'call.tried': (body) => `${step(body)}: ${body.answer}`,
  'call.intended': (body) => `${step(body)} ${body.digest}`,
  'call.returned': step,
  'call.failed': (body) => `${step(body)}: ${body.why}`,
  'call.unknown': (body) => `${step(body)}: ${body.why}`,
  'policy.proposed': ({ digest, by }) => `${digest} ${person({ by })}`,
  'policy.signed': ({ decider, keyFingerprint }) => `by ${decider} with the key ${keyFingerprint}`,
  'policy.adopted': ({ digest, level, signers }) =>
    `${digest} ${level}${signers.length > 0 ? ` signed by ${signers.join(', ')}` : ''}`,
  'runner.started': ({ owner }) => `process ${owner.pid} on ${owner.host}`,
  'runner.stopped': ({ token }) => token,
  'key.offered': ({ person: name, fingerprint, by }) => `${fingerprint} for ${name} ${person({ by })}`,
  'glass.broken': ({ target, person: name, reason, until }) => `${target.name} by ${name} until ${until}: ${reason}`,
  'glass.reviewed': ({ opened, person: name, findings }) => `opened at ${opened}, closed by ${name}: ${findings}`,
  'doctor.asked': ({ client }) => `by ${client.kind} (${client.who})`,
  'doctor.forgotten': ({ sponsor, by }) => `reports for ${sponsor}, ${person({ by })}`,
  'doctor.reported': ({ client, levels, findings }) =>
    `${assuranceOf(levels)} for ${client.kind} (${client.who}), ${counted(findings.length, 'finding')}`,
  'people.told': ({ through, by }) => `through event ${through} by ${by}`,
  traced: ({ traceparent }) => traceparent,
  halted: person,
  resumed: person,
};

/** Never fails: what cannot be read as its kind says so. */
export function summaryOf(event: LedgerEvent): string {
  const kind = KINDS.find((one) => one === event.kind);
  if (kind === undefined) return 'a kind that a newer version wrote';
  try {
    return sayingOf(kind, event);
  } catch {
    return `not a valid ${kind}: run countersign audit verify`;
  }
}

function sayingOf<K extends EventKind>(kind: K, event: LedgerEvent): string {
  const say: Sayings[K] = SAYINGS[kind];
  const read = readEvent([kind], event);
  return read ? say(read.body) : '';
}
