/**
 * Reads a zip archive, whole: a module, or a plan file.
 *
 * Guarantees: names, sizes and check sums of directory and entries agree, and nothing stands twice. `isExact`: the
 * archive has no byte beside its entries and its directory, so that no other reader finds another archive in it.
 * Does not cover: archives over 4 GB, in parts or encrypted; they are refused.
 */
import { crc32, inflateRawSync } from 'node:zlib';

/** Why it is no archive that is read. */
export class ZipRefused extends Error {}

export interface ZipEntry {
  name: string;
  content: Buffer;
  /** Of a Unix archive: 0 where there is none. */
  mode: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const ENTRY = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const ENCRYPTED = 0x1;
const DESCRIBED = 0x8;

interface Listed {
  name: string;
  flags: number;
  method: number;
  sum: number;
  packed: number;
  size: number;
  at: number;
  mode: number;
}

/** @throws ZipRefused. */
export function readZip(
  bytes: Buffer,
  { maxBytes, maxEntries, isExact = false }: { maxBytes: number; maxEntries: number; isExact?: boolean },
): ZipEntry[] {
  const { listed, directory } = directoryOf(bytes, maxEntries, isExact);
  const total = listed.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBytes) throw new ZipRefused(`it unpacks to more than ${maxBytes} bytes`);
  if (new Set(listed.map(({ name }) => name)).size !== listed.length) throw new ZipRefused('it has a name twice');
  const entries: ZipEntry[] = [];
  let next = 0;
  for (const one of [...listed].sort((a, b) => a.at - b.at)) {
    if (one.at < next || (isExact && one.at !== next))
      throw new ZipRefused('its entries overlap, or something is between them');
    const { content, end } = entryAt(bytes, one);
    entries.push({ name: one.name, content, mode: one.mode });
    next = end;
  }
  if (isExact && next !== directory) throw new ZipRefused('something is between its entries and its directory');
  return entries;
}

function directoryOf(bytes: Buffer, maxEntries: number, isExact: boolean): { listed: Listed[]; directory: number } {
  const end = endOf(bytes, isExact);
  const [count, size, directory] = [
    bytes.readUInt16LE(end + 10),
    bytes.readUInt32LE(end + 12),
    bytes.readUInt32LE(end + 16),
  ];
  const inParts = bytes.readUInt32LE(end + 4) !== 0 || bytes.readUInt16LE(end + 8) !== count;
  if (inParts || directory + size !== end) throw new ZipRefused('its directory is not where it says');
  if (count > maxEntries) throw new ZipRefused(`it has more than ${maxEntries} entries`);
  const listed: Listed[] = [];
  let at = directory;
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > end || bytes.readUInt32LE(at) !== CENTRAL) throw new ZipRefused('its directory is broken');
    const [names, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    listed.push({
      name: nameIn(bytes.subarray(at + 46, at + 46 + names)),
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      sum: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      // Of Unix alone: in the upper half.
      mode: bytes[at + 5] === 3 ? bytes.readUInt32LE(at + 38) >>> 16 : 0,
      at: bytes.readUInt32LE(at + 42),
    });
    at += 46 + names + extra + comment;
  }
  if (at !== end) throw new ZipRefused('its directory is broken');
  return { listed, directory };
}

function endOf(bytes: Buffer, isExact: boolean): number {
  const last = bytes.length - 22;
  for (let at = last; at >= 0 && at >= last - (isExact ? 0 : 0xffff); at -= 1)
    if (bytes.readUInt32LE(at) === END && at + 22 + bytes.readUInt16LE(at + 20) === bytes.length) return at;
  throw new ZipRefused('it is not a zip archive, or it is cut off');
}

/** SECURITY: a name that is no UTF-8 would be another to another reader. */
function nameIn(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ZipRefused('a name in it is not UTF-8');
  }
}

function entryAt(bytes: Buffer, one: Listed): { content: Buffer; end: number } {
  const { at, flags, method, packed, size, sum } = one;
  if (at + 30 > bytes.length || bytes.readUInt32LE(at) !== ENTRY)
    throw new ZipRefused('an entry is not where it is listed');
  const [names, extra] = [bytes.readUInt16LE(at + 26), bytes.readUInt16LE(at + 28)];
  const isSame =
    bytes.readUInt16LE(at + 6) === flags &&
    bytes.readUInt16LE(at + 8) === method &&
    nameIn(bytes.subarray(at + 30, at + 30 + names)) === one.name;
  if (!isSame || (flags & ENCRYPTED) !== 0 || packed === 0xffffffff || size === 0xffffffff)
    throw new ZipRefused('an entry is not as it is listed, or encrypted');
  const from = at + 30 + names + extra;
  const data = bytes.subarray(from, from + packed);
  const content = unpacked(data, method, size);
  if (data.length !== packed || content.length !== size || crc32(content) !== sum)
    throw new ZipRefused('the content of an entry is not as it is listed');
  return { content, end: from + packed + ((flags & DESCRIBED) === 0 ? 0 : descriptorAt(bytes, from + packed, one)) };
}

/** With or without its mark. */
function descriptorAt(bytes: Buffer, at: number, { sum, packed, size }: Listed): number {
  const from = bytes.length >= at + 4 && bytes.readUInt32LE(at) === DESCRIPTOR ? at + 4 : at;
  const isSame =
    bytes.length >= from + 12 &&
    bytes.readUInt32LE(from) === sum &&
    bytes.readUInt32LE(from + 4) === packed &&
    bytes.readUInt32LE(from + 8) === size;
  if (!isSame) throw new ZipRefused('an entry is not as it is listed');
  return from + 12 - at;
}

function unpacked(data: Buffer, method: number, size: number): Buffer {
  if (method === 0) return Buffer.from(data);
  if (method !== 8) throw new ZipRefused('an entry is packed in an unknown way');
  try {
    const { buffer, engine } = inflateRawSync(data, { maxOutputLength: Math.max(size, 1), info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    if (engine.bytesWritten === data.length) return buffer;
  } catch {
    // Told below.
  }
  throw new ZipRefused('the content of an entry is not as it is listed');
}
