/** Documents beside the events: is each one there that is named, and is each one as its digest says? */
import { type Json, sha256Hex } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import { documentsNamedBy, type LedgerEvent } from '../core/events.ts';
import { type DocumentKind, digestsAt, type Named, namesIn } from '../core/named-documents.ts';
import { planSchema } from '../core/plan.ts';
import type { Evidence } from './evidence.ts';

/** In events of kinds that only a newer version knows: `document`, `policyDocument`, … at any depth. */
const NAMES_A_DOCUMENT = /^document$|Document$/;

/** Digests at once. */
const REMEMBERED = 1_000;

/** @throws LEDGER_TAMPERED for bytes that are not those of the digest. */
export function documentIn(digest: string, bytes: Buffer | undefined): Json | undefined {
  if (bytes === undefined) return undefined;
  if (`sha256:${sha256Hex(bytes)}` !== digest) {
    throw new CountersignError('LEDGER_TAMPERED', `The stored document ${digest} no longer matches its digest.`, {
      agent: 'The ledger was edited. Stop, and tell the user: a person must run countersign audit verify.',
      person: 'The ledger was edited. Stop, and run: countersign audit verify',
    });
  }
  return JSON.parse(bytes.toString('utf8')) as Json;
}

/** @returns of a row: the first document that it names and that is not there; at once for a row that names none. */
export function missingDocuments({
  document: read,
}: Pick<Evidence, 'document'>): (
  kind: string,
  event: LedgerEvent,
  text: string,
) => Promise<string | undefined> | undefined {
  /** What documents name in turn. */
  const within: Readonly<Record<DocumentKind, readonly Named[]>> = {
    plan: namesIn(planSchema),
    picture: [],
    'policy text': [],
    'sealed text': [],
  };
  const namedBy = new Map<string, readonly Named[] | undefined>();
  const namedIn = (kind: string) => {
    if (!namedBy.has(kind)) namedBy.set(kind, documentsNamedBy(kind));
    return namedBy.get(kind);
  };

  /** Most plans are named twice, one time a little after the other. */
  const complete = new Set<string>();
  async function missingAt(value: unknown, named: readonly Named[]): Promise<string | undefined> {
    for (const { names, path } of named)
      for (const digest of digestsAt(value, path)) {
        if (complete.has(digest)) continue;
        const bytes = await read(digest);
        if (bytes === undefined) return digest;
        const missing = within[names].length > 0 ? await missingAt(parsed(bytes), within[names]) : undefined;
        if (missing !== undefined) return missing;
        if (complete.size >= REMEMBERED) complete.clear();
        complete.add(digest);
      }
    return undefined;
  }

  async function missingByItsName(digests: readonly string[]): Promise<string | undefined> {
    for (const digest of digests) if ((await read(digest)) === undefined) return digest;
    return undefined;
  }

  return (kind, event, text) => {
    const named = namedIn(kind);
    if (named) return named.length > 0 ? missingAt(event.body, named) : undefined;
    const digests = byItsName(text);
    return digests.length > 0 ? missingByItsName(digests) : undefined;
  };
}

/** What is no JSON names nothing; that it was changed is told by its digest. */
function parsed(bytes: Buffer): Json | undefined {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}

function byItsName(text: string): string[] {
  if (!text.includes('ocument"')) return [];
  const digests: string[] = [];
  JSON.parse(text, (key, value) => {
    if (NAMES_A_DOCUMENT.test(key) && typeof value === 'string' && value.startsWith('sha256:')) digests.push(value);
    return value;
  });
  return digests;
}

/** @param missing the first that is not there. `seq`: the first event concerned; 0 when none names the document. */
export async function documentProblem(
  evidence: Pick<Evidence, 'documents' | 'firstNaming'>,
  missing: { digest: string; seq: number } | undefined,
): Promise<{ seq: number; message: string } | undefined> {
  for await (const { digest, bytes } of evidence.documents()) {
    if (`sha256:${sha256Hex(bytes)}` === digest) continue;
    const seq = (await evidence.firstNaming(digest)) ?? 0;
    const named = seq > 0 ? ` that row ${seq} refers to` : '';
    return { seq, message: `The document ${digest}${named} was changed.` };
  }
  return (
    missing && {
      seq: missing.seq,
      message: `The document ${missing.digest} that row ${missing.seq} refers to is missing.`,
    }
  );
}
