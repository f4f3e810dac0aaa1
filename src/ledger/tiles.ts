/**
 * A static export of the whole ledger in C2SP's `tlog-tiles` layout, which monitors of transparency logs read.
 *
 * Guarantees: the checkpoint is written last, so that every tile that it needs is there before it; a folder that has
 * another history is refused. Limit: the layout takes entries of at most 65,535 bytes.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AUDIT_REMEDY, CountersignError } from '../core/errors.ts';
import { parseCheckpoint } from './checkpoint.ts';
import type { OpenLedger } from './ledger.ts';
import { isPrefix, type SignedHead } from './log-key.ts';
import { type Hash, treeHash } from './merkle.ts';

const WIDTH = 256;
const MOST_BYTES = 0xffff;

type Source = Pick<OpenLedger, 'consistencyProof' | 'leaf'>;

/** @throws LEDGER_TAMPERED when the folder has the checkpoint of another history; INPUT_TOO_LARGE for an entry. */
export async function writeTiles(
  ledger: Source,
  folder: string,
  { checkpoint, text }: SignedHead,
): Promise<{ files: number }> {
  const target = join(folder, 'checkpoint');
  if (existsSync(target) && !(await isPrefix(ledger, parseCheckpoint(readFileSync(target, 'utf8')), checkpoint)))
    throw new CountersignError('LEDGER_TAMPERED', `${folder} has tiles of another history.`, AUDIT_REMEDY);
  let files = 1;
  let hashes = await writeEntries(ledger, folder, checkpoint.size);
  files += Math.ceil(hashes.length / WIDTH);
  for (let level = 0; hashes.length > 0; level += 1) {
    const above: Hash[] = [];
    for (let from = 0; from < hashes.length; from += WIDTH) {
      const tile = hashes.slice(from, from + WIDTH);
      write(join(folder, tilePath(String(level), from / WIDTH, tile.length)), Buffer.concat(tile));
      files += 1;
      // A partial tile is never hashed into the level above.
      if (tile.length === WIDTH) above.push(treeHash(tile));
    }
    hashes = above;
  }
  write(target, Buffer.from(text));
  return { files };
}

/** @returns the leaf hashes. */
async function writeEntries(ledger: Source, folder: string, size: number): Promise<Hash[]> {
  const leaves: Hash[] = [];
  for (let from = 0; from < size; from += WIDTH) {
    const width = Math.min(WIDTH, size - from);
    const bundle: Buffer[] = [];
    for (let seq = from + 1; seq <= from + width; seq += 1) {
      const { bytes, hash } = await ledger.leaf(seq);
      if (bytes.length > MOST_BYTES)
        throw new CountersignError(
          'INPUT_TOO_LARGE',
          `Event ${seq} has ${bytes.length} bytes; an entry of a tiled log has at most ${MOST_BYTES}.`,
          'Use countersign audit export, which has no such limit.',
        );
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      bundle.push(length, bytes);
      leaves.push(hash);
    }
    write(join(folder, tilePath('entries', from / WIDTH, width)), Buffer.concat(bundle));
  }
  return leaves;
}

/** `tile/0/x001/x234/067`, with `.p/17` behind one that is not full. */
export function tilePath(level: string, index: number, width: number): string {
  const parts = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    parts.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  return `tile/${level}/${parts.join('/')}${width === WIDTH ? '' : `.p/${width}`}`;
}

function write(path: string, bytes: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
}
