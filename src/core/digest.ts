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
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('canonical JSON cannot contain NaN or infinity');
      return `${value}`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? listed(value) : membersOf(value as Record<string, unknown>);
    default:
      throw new TypeError(`canonical JSON cannot contain a ${typeof value}`);
  }
}

function quoted(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('canonical JSON cannot contain a lone surrogate');
  return JSON.stringify(text);
}

function listed(items: readonly unknown[]): string {
  let text = '';
  for (let at = 0; at < items.length; at += 1) text += `${at === 0 ? '' : ','}${canonicalJson(items[at] ?? null)}`;
  return `[${text}]`;
}

function membersOf(members: Record<string, unknown>): string {
  let text = '';
  // Array.prototype.sort compares UTF-16 code units.
  for (const key of Object.keys(members).sort())
    if (members[key] !== undefined) text += `${text === '' ? '' : ','}${quoted(key)}:${canonicalJson(members[key])}`;
  return `{${text}}`;
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

/**
 * A key for one purpose. SECURITY: digests of what agents send are under the secret too, and the ledger shows them: no
 * JSON begins as the text of a purpose does, so that none of them is a key.
 */
export const keyFor = (secret: string, purpose: string): string =>
  createHmac('sha256', secret).update(`countersign-key@v1 ${purpose}`).digest('hex');

/** `sha256:<hex>` over the canonical form: the digest that people and ledgers see. */
export function digestOf(value: unknown): string {
  return `sha256:${sha256Hex(canonicalJson(value))}`;
}
