/** RFC 6962 Merkle trees: leaf and node hashes, the compact range for appending, proofs and their verification. */
import { hash } from 'node:crypto';

export type Hash = Buffer;

// Hashing in one shot is half the time of createHash().update().digest(), and an append hashes a dozen times.
const sha256 = (bytes: Uint8Array): Hash => hash('sha256', bytes, 'buffer');
const LEAF = Buffer.from([0]);
export const leafHash = (bytes: Uint8Array): Hash => sha256(Buffer.concat([LEAF, bytes]));
const node = Buffer.alloc(65, 1);
function nodeHash(left: Hash, right: Hash): Hash {
  node.set(left, 1);
  node.set(right, 33);
  return sha256(node);
}
const EMPTY_ROOT: Hash = sha256(Buffer.alloc(0));

/** As they are stored: one behind the other. */
export function splitHashes(bytes: Buffer | undefined): Hash[] {
  const hashes: Hash[] = [];
  for (let at = 0; at < (bytes?.length ?? 0); at += 32) hashes.push(bytes!.subarray(at, at + 32));
  return hashes;
}

/**
 * The peaks of a tree of `size` leaves, largest first: all that an append needs.
 * Appending a leaf merges as many peaks as `size` has trailing one bits.
 */
export const appendPeak = (peaks: readonly Hash[], size: number, leaf: Hash): Hash[] =>
  appended(peaks, size, leaf, nodeHash);

/** @param node the hash of two, in whatever form hashes are. */
export function appended<H>(peaks: readonly H[], size: number, leaf: H, node: (left: H, right: H) => H): H[] {
  const next = [...peaks];
  let top = leaf;
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) top = node(next.pop()!, top);
  next.push(top);
  return next;
}

export function rootOf(peaks: readonly Hash[]): Hash {
  return (
    peaks.reduceRight<Hash | undefined>((right, left) => (right ? nodeHash(left, right) : left), undefined) ??
    EMPTY_ROOT
  );
}

const largestPowerBelow = (size: number): number => 2 ** Math.floor(Math.log2(size - 1));

/** The tree hash of leaves, by RFC 6962's definition: slow and obviously right; verification uses it. */
export function treeHash(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0]!;
  const split = largestPowerBelow(leaves.length);
  return nodeHash(treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

/** The tree hash of leaves `from` to before `to` (from 0): what proofs are made of. */
export type RangeHash = (from: number, to: number) => Hash;

/**
 * From what an append leaves: a whole subtree that ends with leaf `to` is that leaf under the last peaks before it, so
 * that a hash reads two rows for each of its whole subtrees, of which a tree of n leaves has at most log₂ n.
 *
 * @param leafAt by its number from 0. @param peaksOf of the tree of so many leaves.
 */
export function overPeaks(leafAt: (index: number) => Hash, peaksOf: (size: number) => readonly Hash[]): RangeHash {
  const hashOf: RangeHash = (from, to) => {
    const size = to - from;
    if (size === 0) return EMPTY_ROOT;
    const level = Math.log2(size);
    if (!Number.isInteger(level)) {
      const split = from + largestPowerBelow(size);
      return nodeHash(hashOf(from, split), hashOf(split, to));
    }
    const leaf = leafAt(to - 1);
    if (level === 0) return leaf;
    return peaksOf(to - 1)
      .slice(-level)
      .reduceRight((right, left) => nodeHash(left, right), leaf);
  };
  return hashOf;
}

/** PATH(m, D[n]) of RFC 6962 §2.1.1. */
export function inclusionProof(hashOf: RangeHash, size: number, index: number): Hash[] {
  const path = (from: number, to: number): Hash[] => {
    if (to - from <= 1) return [];
    const split = from + largestPowerBelow(to - from);
    return index < split ? [...path(from, split), hashOf(split, to)] : [...path(split, to), hashOf(from, split)];
  };
  return path(0, size);
}

/** RFC 9162 §2.1.3.2. */
export function verifyInclusion(leaf: Hash, index: number, size: number, proof: readonly Hash[], root: Hash): boolean {
  if (index >= size) return false;
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const step of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(step, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else hash = nodeHash(hash, step);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && hash.equals(root);
}

/** PROOF(m, D[n]) of RFC 6962 §2.1.2: that the tree of the first `first` leaves is a prefix of the one of `size`. */
export function consistencyProof(hashOf: RangeHash, size: number, first: number): Hash[] {
  const subproof = (from: number, to: number, isWhole: boolean): Hash[] => {
    if (first === to) return isWhole ? [] : [hashOf(from, to)];
    const split = from + largestPowerBelow(to - from);
    return first <= split
      ? [...subproof(from, split, isWhole), hashOf(split, to)]
      : [...subproof(split, to, false), hashOf(from, split)];
  };
  return first === 0 || first === size ? [] : subproof(0, size, true);
}

/** RFC 9162 §2.1.4.2; the empty tree is a prefix of every tree, by an empty proof. */
export function verifyConsistency(
  from: { size: number; root: Hash },
  to: { size: number; root: Hash },
  proof: readonly Hash[],
): boolean {
  if (from.size > to.size) return false;
  if (from.size === to.size) return proof.length === 0 && from.root.equals(to.root);
  if (from.size === 0) return proof.length === 0 && from.root.equals(EMPTY_ROOT);
  const isPowerOfTwo = Number.isInteger(Math.log2(from.size));
  const [first, ...rest] = isPowerOfTwo ? [from.root, ...proof] : proof;
  if (!first) return false;
  let fn = from.size - 1;
  let sn = to.size - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  let oldRoot = first;
  let newRoot = first;
  for (const step of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      oldRoot = nodeHash(step, oldRoot);
      newRoot = nodeHash(step, newRoot);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else newRoot = nodeHash(newRoot, step);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && oldRoot.equals(from.root) && newRoot.equals(to.root);
}
