/**
 * A bundle: one change as one text, to be read and signed where neither ledger nor cloud nor policy is.
 *
 * Guarantees: it has one text, of which no byte can be another; the plan, the values before and after and the proposal
 * in it are those that the statement's digest covers. A signature over anything else is refused where it is taken.
 * Limits: how the change stands (signatures so far, who may sign) is told as of when the bundle was made, unsigned; so
 * are the ticket, the agent's name, notes of the plan, and guards that held nothing: whoever hands it over writes them,
 * and `unsigned.ts` marks them for who reads.
 */
import { z } from 'zod';
import type { Change } from '../core/change.ts';
import { canonicalJson, digestOf, type Json } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import { bodyOf } from '../core/events.ts';
import { foldChange } from '../core/lifecycle.ts';
import { type Picture, pictureSchema } from '../core/picture.ts';
import type { Plan } from '../core/plan.ts';
import { type CompletePlan, readPlan } from '../core/plan-document.ts';
import { PROOFS } from '../core/proof.ts';
import { areSeatsFilled } from '../people/seats.ts';
import type { Subject } from '../render/subject.ts';

const anyJson = z.custom<Json>((value) => value !== undefined);
const eventSchema = z.strictObject({ seq: z.int(), at: z.iso.datetime(), kind: z.string(), body: anyJson });
const keySchema = z.strictObject({
  fingerprint: z.string(),
  kind: z.enum(['passkey', 'security key', 'software key']),
  proof: z.enum(PROOFS),
  isEnough: z.boolean(),
});
const contentSchema = z.strictObject({
  v: z.literal(1),
  type: z.literal('countersign-bundle'),
  /** The ledger that takes the signature. */
  ledger: z.string(),
  made_at: z.iso.datetime(),
  events: z.array(eventSchema).min(1),
  plan: anyJson,
  picture: anyJson.nullable(),
  known_accounts: z.array(z.string()),
  policy_of_now: z.array(z.string()),
  where_to_look: z.array(z.string()),
  /** By the position of an approval: what is to be said of it, and whether it counts for nothing. */
  notes: z.array(z.strictObject({ seq: z.int(), text: z.string().nullable(), void: z.boolean() })),
  people: z.array(
    z.strictObject({ person: z.string(), may: z.boolean(), why: z.string().nullable(), keys: z.array(keySchema) }),
  ),
});
export type BundleContent = z.infer<typeof contentSchema>;
type Packed = Omit<BundleContent, 'events'> & { events: { seq: number; at: string; kind: string; body: unknown }[] };
const bundleSchema = z.strictObject({ content: contentSchema, digest: z.string() });

/** What a bundle is opened to: what every renderer starts from, and who may sign it. */
export interface OpenBundle {
  subject: Subject & { picture: Picture | null };
  ledger: string;
  madeAt: string;
  people: BundleContent['people'];
}

/** @param content events as the ledger holds them. */
export const packBundle = (content: Packed): string => `${canonicalJson({ content, digest: digestOf(content) })}\n`;

const invalid = (why: string, cause?: unknown) =>
  new CountersignError(
    'INPUT_BUNDLE_INVALID',
    `This bundle ${why}.`,
    'Do not sign it. Ask for a new one: countersign show ID --bundle FILE',
    { cause },
  );

/** @throws INPUT_BUNDLE_INVALID */
export async function openBundle(
  text: string,
  { completePlan, hosts }: { completePlan: CompletePlan; hosts: Subject['hosts'] },
  now: Date,
): Promise<OpenBundle> {
  const { content, digest } = parsed(text);
  if (digestOf(content) !== digest || packBundle(content) !== text) throw invalid('was altered since it was made');
  const change = changeIn(content, now);
  if (digestOf(content.plan) !== change.planDocument) throw invalid('has another plan than was proposed');
  const plan = await planIn(content, change, completePlan);
  return {
    subject: {
      change,
      plan,
      picture: pictureIn(content, plan),
      knownAccounts: content.known_accounts,
      hosts,
      now,
      signatureNotes: new Map(content.notes.flatMap(({ seq, text: note }) => (note === null ? [] : [[seq, note]]))),
      policyOfNow: content.policy_of_now,
      whereToLook: content.where_to_look,
    },
    ledger: content.ledger,
    madeAt: content.made_at,
    people: content.people,
  };
}

function parsed(text: string): z.infer<typeof bundleSchema> {
  try {
    return bundleSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw invalid('cannot be read', cause);
  }
}

function changeIn({ events, notes }: BundleContent, now: Date): Change {
  try {
    const change = foldChange(events, now, areSeatsFilled);
    if (!change || change.id !== bodyOf('change.proposed', events[0]!).id)
      throw invalid('does not begin with its proposal');
    const isVoid = new Set(notes.flatMap((note) => (note.void ? [note.seq] : [])));
    const approvals = change.approvals.map((one) => (isVoid.has(one.seq) ? { ...one, isVoid: true as const } : one));
    return { ...change, approvals };
  } catch (cause) {
    throw cause instanceof CountersignError && cause.code === 'INPUT_BUNDLE_INVALID'
      ? cause
      : invalid('has an event that cannot be read', cause);
  }
}

async function planIn({ plan: document }: BundleContent, change: Change, completePlan: CompletePlan): Promise<Plan> {
  const plan = await readPlan(document, change.planDigest, completePlan);
  if (!plan) throw invalid('has another plan than was proposed');
  // SECURITY: the name that a signer types is the proposal's, and what the digest covers is the plan's.
  if (digestOf(plan.target) !== digestOf(change.target)) throw invalid('names another target than its plan');
  return plan;
}

function pictureIn({ picture }: BundleContent, { pictureDigest }: Plan): Picture | null {
  if (pictureDigest === undefined && picture === null) return null;
  const read = pictureSchema.safeParse(picture);
  if (pictureDigest === undefined || !read.success || digestOf(read.data) !== pictureDigest)
    throw invalid('has other values before and after than the plan');
  return read.data;
}
