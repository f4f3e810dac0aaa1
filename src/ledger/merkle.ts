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

/**
 * The peaks of a tree of `size` leaves, largest first: all that an append needs.
 * Appending a leaf merges as many peaks as `size` has trailing one bits.
 */
export function appendPeak(peaks: readonly Hash[], size: number, leaf: Hash): Hash[] {
  const next = [...peaks];
  let top = leaf;
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) top = nodeHash(next.pop()!, top);
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

/** PATH(m, D[n]) of RFC 6962 §2.1.1. */
export function inclusionProof(leaves: readonly Hash[], index: number): Hash[] {
  if (leaves.length <= 1) return [];
  const split = largestPowerBelow(leaves.length);
  return index < split
    ? [...inclusionProof(leaves.slice(0, split), index), treeHash(leaves.slice(split))]
    : [...inclusionProof(leaves.slice(split), index - split), treeHash(leaves.slice(0, split))];
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

/** PROOF(m, D[n]) of RFC 6962 §2.1.2: that the tree of the first `from` leaves is a prefix of this one. */
export function consistencyProof(leaves: readonly Hash[], from: number): Hash[] {
  return from === 0 || from === leaves.length ? [] : subproof(leaves, from, true);
}

function subproof(leaves: readonly Hash[], from: number, whole: boolean): Hash[] {
  if (from === leaves.length) return whole ? [] : [treeHash(leaves)];
  const split = largestPowerBelow(leaves.length);
  return from <= split
    ? [...subproof(leaves.slice(0, split), from, whole), treeHash(leaves.slice(split))]
    : [...subproof(leaves.slice(split), from - split, false), treeHash(leaves.slice(0, split))];
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
