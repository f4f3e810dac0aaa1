/** One message in the body of a request, bounded in size and time. */
import { RPC, refusedWith } from './refusals.ts';

/** A template is at most 51,200 bytes, which JSON may write six times as long. */
const MOST_BYTES = 1024 * 1024;
const WITHIN_MILLISECONDS = 20_000;

/** @returns the message, or the answer to a body that is none. */
export async function readMessage(request: Request): Promise<unknown | Response> {
  const bytes = await readBytes(request);
  if (bytes instanceof Response) return bytes;
  let message: unknown;
  try {
    message = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return refusedWith(400, 'The body is not JSON.', { code: RPC.parseError });
  }
  if (typeof message === 'object' && message !== null && !Array.isArray(message)) return message;
  return refusedWith(400, 'A body must be one JSON-RPC 2.0 message.', { code: RPC.invalidRequest });
}

async function readBytes(request: Request): Promise<Uint8Array | Response> {
  const tooLarge = () => refusedWith(413, `A body can have at most ${MOST_BYTES} bytes.`);
  if (Number(request.headers.get('content-length') ?? 0) > MOST_BYTES) return tooLarge();
  const reader = request.body?.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    void reader?.cancel().catch(() => undefined);
  }, WITHIN_MILLISECONDS);
  try {
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      size += read.value.length;
      if (size > MOST_BYTES) {
        void reader?.cancel().catch(() => undefined);
        return tooLarge();
      }
      pieces.push(read.value);
    }
  } catch {
    // The client went away: the answer is for the log.
    return refusedWith(400, 'The body ended before it was whole.');
  } finally {
    clearTimeout(late);
  }
  return isLate ? refusedWith(408, 'The body did not arrive in time.') : Buffer.concat(pieces);
}
