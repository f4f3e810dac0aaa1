/**
 * Texts that the ledger keeps and nobody reads in it: what a target was before a change may hold secrets.
 *
 * SECURITY: AES-256-GCM under a key that is derived from the state folder's secret, which is not in the ledger. The
 * nonce is derived from the text, so that equal texts are one document; no two texts share one.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, type Json } from './digest.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const sealedSchema = z.strictObject({ sealed: z.base64() });

const derived = (secret: string, what: string) => createHmac('sha256', secret).update(`countersign-sealed@v1 ${what}`);

export function seal(secret: string, value: Json): { sealed: string } {
  const text = canonicalJson(value);
  const nonce = derived(secret, `nonce ${text}`).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, derived(secret, 'key').digest(), nonce);
  const bytes = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { sealed: bytes.toString('base64') };
}

/** @returns undefined: it is no sealed text, was changed, or was sealed under another secret. */
export function unseal(secret: string, document: unknown): Json | undefined {
  const parsed = sealedSchema.safeParse(document);
  if (!parsed.success) return undefined;
  const bytes = Buffer.from(parsed.data.sealed, 'base64');
  try {
    const decipher = createDecipheriv(ALGORITHM, derived(secret, 'key').digest(), bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return JSON.parse(text.toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}
