/** Documents beside the events: is each one there that is named, and is each one as its digest says? */
import type Database from 'better-sqlite3';
import { type Json, sha256Hex } from '../core/digest.ts';
import { documentsNamedBy } from '../core/events.ts';
import { type DocumentKind, digestsAt, type Named, namesIn } from '../core/named-documents.ts';
import { planSchema } from '../core/plan.ts';

/** In events of kinds that only a newer version knows: `document`, `policyDocument`, … at any depth. */
const NAMES_A_DOCUMENT = /^document$|Document$/;

/** @returns of a row: the first document that it names and that is not there. */
export function missingDocuments(db: Database.Database): (row: { kind: string; bytes: Buffer }) => string | undefined {
  const read = db.prepare('SELECT bytes FROM documents WHERE digest = ?').pluck();
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

  function missingAt(value: Json | undefined, named: readonly Named[]): string | undefined {
    for (const { names, path } of named)
      for (const digest of digestsAt(value, path)) {
        const bytes = read.get(digest) as Buffer | undefined;
        if (bytes === undefined) return digest;
        const missing = within[names].length > 0 ? missingAt(parsed(bytes), within[names]) : undefined;
        if (missing !== undefined) return missing;
      }
    return undefined;
  }

  return ({ kind, bytes }) => {
    const named = namedIn(kind);
    if (!named) return byItsName(bytes).find((digest) => read.get(digest) === undefined);
    if (named.length === 0) return undefined;
    return missingAt((parsed(bytes) as { body?: Json } | undefined)?.body, named);
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

function byItsName(bytes: Buffer): string[] {
  if (!bytes.includes('ocument"')) return [];
  const digests: string[] = [];
  JSON.parse(bytes.toString('utf8'), (key, value) => {
    if (NAMES_A_DOCUMENT.test(key) && typeof value === 'string' && value.startsWith('sha256:')) digests.push(value);
    return value;
  });
  return digests;
}

/** @param missing the first that is not there. `seq`: the first event concerned; 0 when none names the document. */
export function documentProblem(
  db: Database.Database,
  missing: { digest: string; seq: number } | undefined,
): { seq: number; message: string } | undefined {
  const changed = changedDocument(db);
  if (changed !== undefined) {
    const naming = db.prepare('SELECT min(seq) FROM events WHERE instr(bytes, ?) > 0').pluck();
    const seq = (naming.get(Buffer.from(changed)) as number | null) ?? 0;
    const named = seq > 0 ? ` that row ${seq} refers to` : '';
    return { seq, message: `The document ${changed}${named} was changed.` };
  }
  return (
    missing && {
      seq: missing.seq,
      message: `The document ${missing.digest} that row ${missing.seq} refers to is missing.`,
    }
  );
}

function changedDocument(db: Database.Database): string | undefined {
  const documents = db.prepare('SELECT digest, bytes FROM documents').iterate();
  for (const { digest, bytes } of documents as IterableIterator<{ digest: string; bytes: Buffer }>)
    if (`sha256:${sha256Hex(bytes)}` !== digest) return digest;
  return undefined;
}
