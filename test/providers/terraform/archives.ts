/** Archives as nobody's tool would write them: each header is as a test says. */
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

export interface Packed {
  path: string;
  text?: string;
  /** Of tar: `0` a file, `2` a symbolic link, `1` a hard one, `5` a folder, `x` pax. */
  type?: string;
  target?: string;
}

export function tarOf(entries: readonly Packed[]): Buffer {
  const blocks = entries.flatMap(({ path, text = '', type = '0', target = '' }) => {
    const header = Buffer.alloc(512);
    const content = Buffer.from(text);
    header.write(path, 0, 100);
    header.write('0000644\0', 100);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(target, 157, 100);
    header.write('ustar\x0000', 257);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
export const tgzOf = (entries: readonly Packed[]): Buffer => gzipSync(tarOf(entries));

export interface Zipped {
  name: string;
  content: Buffer | string;
  /** Of Unix. */
  mode?: number;
  /** In the directory, in place of what it is. */
  listedSize?: number;
  localName?: string;
  /** Behind what is packed, and counted with it. */
  trailing?: string;
}

export function zipOf(entries: readonly Zipped[], { before = '', between = '', comment = '' } = {}): Buffer {
  const parts: Buffer[] = [Buffer.from(before)];
  const listed: Buffer[] = [];
  const length = () => parts.reduce((sum, part) => sum + part.length, 0);
  for (const { name, content, mode = 0o100644, listedSize, localName = name, trailing = '' } of entries) {
    const bytes = Buffer.from(content);
    const packed = Buffer.concat([deflateRawSync(bytes), Buffer.from(trailing)]);
    const at = length();
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(Buffer.byteLength(localName), 26);
    parts.push(local, Buffer.from(localName), packed);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(0x0314, 4);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(crc32(bytes), 16);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(listedSize ?? bytes.length, 24);
    central.writeUInt16LE(Buffer.byteLength(name), 28);
    central.writeUInt32LE((mode << 16) >>> 0, 38);
    central.writeUInt32LE(at, 42);
    listed.push(central, Buffer.from(name));
  }
  parts.push(Buffer.from(between));
  const directory = length();
  const size = listed.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(directory, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  return Buffer.concat([...parts, ...listed, end, Buffer.from(comment)]);
}
