/**
 * What a store shows of itself to be verified: all of it over one snapshot. Rows are texts, hashes too: a Buffer for
 * each column takes longer than all that is done with it.
 */
import type { Standing } from '../core/kept.ts';
import type { HexHash } from './hex-tree.ts';

export type Either<T> = T | Promise<T>;
export type Many<T> = Iterable<T> | AsyncIterable<T>;

/** `seq`: of the event by which its subject began to stand. */
export type KeptStanding = Standing & { seq: number };

export interface StoredRow {
  seq: number;
  kind: string;
  at: string;
  change_id: string | null;
  plan_id: string | null;
  /** The bytes that were hashed, as UTF-8. */
  text: string;
  /** Only of a row whose bytes are not those of its `text`. */
  bytes?: Buffer;
  leaf: HexHash;
  /** Of the first format only; empty since. */
  root: HexHash | '';
  /** One behind the other. */
  peaks: string;
}

/** @param text as it was read, with U+FFFD for what is no UTF-8. @param read only where there is some. */
export function bytesUnlike(text: string, read: () => Buffer): { bytes: Buffer } | undefined {
  if (!text.includes('\ufffd')) return undefined;
  const bytes = read();
  return bytes.equals(Buffer.from(text)) ? undefined : { bytes };
}

export interface Evidence {
  origin: string;
  /** In the order of their numbers; each call begins anew. */
  rows(): Many<StoredRow>;
  document(digest: string): Either<Buffer | undefined>;
  documents(): Many<{ digest: string; bytes: Buffer }>;
  /** The first event whose bytes have this digest in them. */
  firstNaming(digest: string): Either<number | undefined>;
  /** Absent: this format keeps nothing beside the events. */
  kept?: KeptEvidence;
  /** What the store says of its own end besides its rows. Absent: nothing. */
  tail?: { size: number; peaks: Buffer };
  /** As the store writes a text into a column. */
  asColumn(text: string): string;
}
export interface KeptEvidence {
  hasTag(tag: string, at: string, seq: number): Either<boolean>;
  tagCount(): Either<number>;
  standings(): Many<KeptStanding & { subject: string }>;
}
