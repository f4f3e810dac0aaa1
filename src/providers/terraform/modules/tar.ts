/**
 * Reads a tar archive: files, folders, links; of ustar, pax and GNU, as `git archive` and tar write them.
 *
 * Guarantees: what is not known is refused, never skipped; check sums of headers hold.
 */
import { gunzipSync } from 'node:zlib';
import type { Entry } from './unpack.ts';

export class TarRefused extends Error {}

const BLOCK = 512;
const NOTHING = Buffer.alloc(0);
const KINDS: Readonly<Record<string, Entry['kind']>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'link',
  '2': 'link',
  '5': 'folder',
};

/** @throws TarRefused also where it unpacks to more than `maxBytes`. */
export function gunzipped(bytes: Buffer, maxBytes: number): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const isLarge = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
    throw new TarRefused(
      isLarge ? `it unpacks to more than ${maxBytes} bytes` : 'it is not a gzip archive, or it is cut off',
    );
  }
}

/** @throws TarRefused. */
export function* entriesOfTar(bytes: Buffer): Generator<Entry> {
  let more: Record<string, string> = {};
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    mustHaveSum(header);
    const size = more.size === undefined ? octal(header, 124, 12) : Number(more.size);
    const from = at + BLOCK;
    if (!Number.isSafeInteger(size) || size < 0 || from + size > bytes.length) throw new TarRefused('it is cut off');
    const content = bytes.subarray(from, from + size);
    at = from + Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(header[156]!);
    // Of all that follows: the id of a commit, a comment.
    if (type === 'g') continue;
    if (type === 'x' || type === 'L' || type === 'K') {
      more = {
        ...more,
        ...(type === 'x' ? pax(content) : { [type === 'L' ? 'path' : 'linkpath']: text(content, 0, size) }),
      };
      continue;
    }
    const kind = KINDS[type];
    if (kind === undefined) throw new TarRefused(`it has an entry of the kind ${JSON.stringify(type)}`);
    const path = more.path ?? nameIn(header);
    yield {
      path,
      kind: path.endsWith('/') && kind === 'file' ? 'folder' : kind,
      content: kind === 'file' ? Buffer.from(content) : NOTHING,
      target: more.linkpath ?? text(header, 157, 100),
      isFromTop: type === '1',
    };
    more = {};
  }
  throw new TarRefused('it is cut off');
}

function text(bytes: Buffer, at: number, length: number): string {
  const part = bytes.subarray(at, at + length);
  const end = part.indexOf(0);
  return part.toString('utf8', 0, end < 0 ? part.length : end);
}

function octal(header: Buffer, at: number, length: number): number {
  const digits = text(header, at, length).trim();
  if (!/^[0-7]{1,12}$/.test(digits)) throw new TarRefused('a number in it is not understood');
  return Number.parseInt(digits, 8);
}

function mustHaveSum(header: Buffer): void {
  const blank = Buffer.from(header);
  blank.fill(0x20, 148, 156);
  if (blank.reduce((sum, byte) => sum + byte, 0) !== octal(header, 148, 8))
    throw new TarRefused('a header of it is broken');
}

function nameIn(header: Buffer): string {
  const prefix = text(header, 257, 6) === 'ustar' ? text(header, 345, 155) : '';
  return prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
}

/** `LENGTH KEY=VALUE LF`, one behind the other. */
function pax(content: Buffer): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 0; at < content.length; ) {
    const [whole, digits, key] = /^(\d{1,9}) ([^=]{1,200})=/.exec(content.toString('utf8', at, at + 300)) ?? [];
    const length = Number(digits);
    if (whole === undefined || key === undefined || length < whole.length + 1 || at + length > content.length)
      throw new TarRefused('a header of it is broken');
    if (/^GNU\.sparse/.test(key)) throw new TarRefused('it has a sparse file');
    found[key] = content.toString('utf8', at + Buffer.byteLength(whole), at + length - 1);
    at += length;
  }
  return found;
}
