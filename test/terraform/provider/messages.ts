/** The two encodings that Terraform speaks with a provider: messages of Protocol Buffers, and values as MessagePack. */

/** A value that is known only once it is applied. */
export const UNKNOWN = Symbol('unknown');
export type Value = null | boolean | number | string | typeof UNKNOWN | Value[] | { [name: string]: Value };

export interface Message {
  /** Fields of bytes, by their number, in their order. */
  bytes(field: number): Buffer[];
  text(field: number): string;
}

export function readMessage(from: Buffer): Message {
  const fields = new Map<number, Buffer[]>();
  for (let at = 0; at < from.length; ) {
    const [key, after] = varint(from, at);
    const [length, start] = varint(from, after);
    // Numbers (0) end where they are read; all else that comes is bytes (2).
    at = (key & 7) === 0 ? start : start + length;
    if ((key & 7) === 2) fields.set(key >>> 3, [...(fields.get(key >>> 3) ?? []), from.subarray(start, at)]);
  }
  const bytes = (field: number) => fields.get(field) ?? [];
  return { bytes, text: (field) => bytes(field)[0]?.toString('utf8') ?? '' };
}

function varint(from: Buffer, at: number): [number, number] {
  let [value, shift, index] = [0, 1, at];
  for (;;) {
    const byte = from[index] ?? 0;
    value += (byte & 0x7f) * shift;
    shift *= 128;
    index += 1;
    if (byte < 0x80) return [value, index];
  }
}

const number = (value: number): Buffer => {
  const made: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...made, left]);
    made.push((left % 128) + 128);
  }
};

/** @param fields number of the field, and its value; several of one number repeat it. */
export const message = (
  ...fields: readonly (readonly [field: number, value: Buffer | string | number | boolean])[]
): Buffer =>
  Buffer.concat(
    fields.flatMap(([field, value]) => {
      if (typeof value === 'number' || typeof value === 'boolean') return [number(field * 8), number(Number(value))];
      const bytes = Buffer.from(value);
      return [number(field * 8 + 2), number(bytes.length), bytes];
    }),
  );

export function packed(value: Value): Buffer {
  if (value === null) return Buffer.from([0xc0]);
  if (value === UNKNOWN) return Buffer.from([0xd4, 0, 0]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === 'number') {
    const made = Buffer.alloc(9, 0xcb);
    made.writeDoubleBE(value, 1);
    return made;
  }
  const head = (mark: number, length: number) => {
    const made = Buffer.alloc(5, mark);
    made.writeUInt32BE(length, 1);
    return made;
  };
  if (typeof value === 'string') return Buffer.concat([head(0xdb, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Array.isArray(value)) return Buffer.concat([head(0xdd, value.length), ...value.map(packed)]);
  const entries = Object.entries(value);
  return Buffer.concat([head(0xdf, entries.length), ...entries.flatMap(([name, one]) => [packed(name), packed(one)])]);
}

export function unpacked(from: Buffer): Value {
  let at = 0;
  const take = (length: number): Buffer => {
    at += length;
    return from.subarray(at - length, at);
  };
  const list = (length: number): Value[] => Array.from({ length }, next);
  const map = (length: number): Value =>
    Object.fromEntries(Array.from({ length }, (): [string, Value] => [String(next()), next()]));
  const extension = (length: number): Value => {
    take(length + 1);
    return UNKNOWN;
  };
  const byMark: Record<number, () => Value> = {
    192: () => null,
    194: () => false,
    195: () => true,
    199: () => extension(take(1).readUInt8()),
    202: () => take(4).readFloatBE(),
    203: () => take(8).readDoubleBE(),
    204: () => take(1).readUInt8(),
    205: () => take(2).readUInt16BE(),
    206: () => take(4).readUInt32BE(),
    208: () => take(1).readInt8(),
    209: () => take(2).readInt16BE(),
    210: () => take(4).readInt32BE(),
    212: () => extension(1),
    213: () => extension(2),
    217: () => take(take(1).readUInt8()).toString('utf8'),
    218: () => take(take(2).readUInt16BE()).toString('utf8'),
    219: () => take(take(4).readUInt32BE()).toString('utf8'),
    220: () => list(take(2).readUInt16BE()),
    221: () => list(take(4).readUInt32BE()),
    222: () => map(take(2).readUInt16BE()),
    223: () => map(take(4).readUInt32BE()),
  };
  function next(): Value {
    const mark = take(1).readUInt8();
    if (mark < 0x80) return mark;
    if (mark < 0x90) return map(mark & 15);
    if (mark < 0xa0) return list(mark & 15);
    if (mark < 0xc0) return take(mark & 31).toString('utf8');
    if (mark >= 0xe0) return mark - 256;
    const read = byMark[mark];
    if (!read) throw new Error(`MessagePack ${mark.toString(16)}`);
    return read();
  }
  return next();
}
