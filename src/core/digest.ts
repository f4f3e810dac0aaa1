/** Canonical bytes and hashes: what is signed, hashed into the ledger, or compared, goes through here. */
import { createHash, createHmac } from 'node:crypto';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * RFC 8785 (JSON Canonicalization Scheme): members sorted by UTF-16 code units, ECMAScript number and string
 * forms, no white space. `undefined` members are left out, as JSON.stringify does.
 *
 * @throws TypeError for what JSON cannot say exactly: NaN, infinities, lone surrogates, functions, bigints.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('canonical JSON cannot contain NaN or infinity');
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('canonical JSON cannot contain a lone surrogate');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  throw new TypeError(`canonical JSON cannot contain a ${typeof value}`);
}

/** Lower-case hex SHA-256 of text (UTF-8) or bytes. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * `hmac:<hex>` over the canonical form: the same for the same value under one key, and no help in guessing the value.
 */
export function keyedDigestOf(key: string, value: unknown): string {
  return `hmac:${createHmac('sha256', key).update(canonicalJson(value)).digest('hex')}`;
}

/** `sha256:<hex>` over the canonical form: the digest that people and ledgers see. */
export function digestOf(value: unknown): string {
  return `sha256:${sha256Hex(canonicalJson(value))}`;
}
