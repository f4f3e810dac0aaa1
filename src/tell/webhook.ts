/**
 * Sends one message to the webhook of a state folder: signed as Standard Webhooks asks (`webhook-id`,
 * `webhook-timestamp`, `webhook-signature`), with a `text` that Slack and its kin show.
 *
 * The address and the key lie in the state folder, neither in the policy nor in variables: an address of Slack is itself
 * a secret, the policy's text is kept in the ledger, and every process of the folder has to know them.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { readBounded } from '../bounded-file.ts';
import { webhookFile } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import { isPrivateUrl } from '../core/private-url.ts';

const webhookSchema = z.strictObject({
  url: z.string().refine(isTaken),
  secret: z.string().regex(/^whsec_[\w+/=-]{24,}$/),
});
export type Webhook = z.infer<typeof webhookSchema>;
export interface Message {
  /** The same for each attempt: a receiver drops the second. */
  id: string;
  text: string;
  data: Record<string, unknown>;
}

export const hasWebhook = (home: string): boolean => existsSync(webhookFile(home));
const MAX_BYTES = 8 * 1024;
const ANSWERS_WITHIN_MILLISECONDS = 5_000;
const OTHERS = 0o077;

function isTaken(text: string): boolean {
  return URL.canParse(text) && isPrivateUrl(new URL(text));
}

/** @throws CONFIG_INVALID when others can read it, or it is not what `countersign tell` writes. */
export function webhookOf(home: string): Webhook {
  const path = webhookFile(home);
  if (!hasWebhook(home))
    throw new CountersignError('INPUT_NOT_FOUND', 'No webhook is set.', 'Set one: countersign tell https://…');
  const isPrivate = process.platform === 'win32' || (statSync(path).mode & OTHERS) === 0;
  const parsed = isPrivate ? webhookSchema.safeParse(JSON.parse(readBounded(path, MAX_BYTES, path))) : undefined;
  if (parsed?.success) return parsed.data;
  throw new CountersignError(
    'CONFIG_INVALID',
    isPrivate ? `${path} is not a valid webhook.` : `Other users can read ${path}.`,
    'Write it again with: countersign tell URL',
  );
}

/** @returns the key, to be given to the receiver. @throws INPUT_INVALID */
export function writeWebhook(home: string, url: string): Webhook {
  if (!isTaken(url))
    throw new CountersignError(
      'INPUT_INVALID',
      'A webhook needs an https address.',
      'Name one: countersign tell https://…',
    );
  const webhook = { url, secret: `whsec_${randomBytes(32).toString('base64')}` };
  mkdirSync(home, { recursive: true, mode: 0o700 });
  rmSync(webhookFile(home), { force: true });
  writeFileSync(webhookFile(home), JSON.stringify(webhook), { mode: 0o600, flag: 'wx' });
  return webhook;
}
export const removeWebhook = (home: string): void => rmSync(webhookFile(home), { force: true });

/** @throws Error saying how it failed, without the address. Nothing of the answer is read. */
export async function send({ url, secret }: Webhook, { id, text, data }: Message, now = new Date()): Promise<void> {
  const body = JSON.stringify({
    text,
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: 'countersign', event_payload: data },
  });
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  const signal = AbortSignal.timeout(ANSWERS_WITHIN_MILLISECONDS);
  const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal }).catch(
    (error: Error) => {
      throw new Error(
        `the webhook was not reached (${(error.cause as { code?: string } | undefined)?.code ?? error.name})`,
      );
    },
  );
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`the webhook answered ${answer.status}`);
}
