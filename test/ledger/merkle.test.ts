import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendHexPeak, asHex, hexLeafOfText, hexRootOf, splitHex } from '../../src/ledger/hex-tree.ts';
import {
  appendPeak,
  consistencyProof,
  type Hash,
  inclusionProof,
  leafHash,
  overPeaks,
  type RangeHash,
  rootOf,
  treeHash,
  verifyConsistency,
  verifyInclusion,
} from '../../src/ledger/merkle.ts';

/** By definition: reads every leaf. */
const overLeaves =
  (leaves: readonly Hash[]): RangeHash =>
  (from, to) =>
    treeHash(leaves.slice(from, to));

/** The leaves and roots that Certificate Transparency implementations share as test vectors. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const vectors = LEAVES.map((hex) => leafHash(Buffer.from(hex, 'hex')));
const numbered = (count: number): Hash[] =>
  Array.from({ length: count }, (_, index) => leafHash(Buffer.from(String(index))));
const peaksOf = (leaves: Hash[]): Hash[] =>
  leaves.reduce<Hash[]>((peaks, leaf, size) => appendPeak(peaks, size, leaf), []);
const sizes = fc.integer({ min: 1, max: 130 });
const flipped = (hash: Hash): Hash => Buffer.from(hash.map((byte, at) => (at === 0 ? byte ^ 1 : byte)));

describe('Merkle tree', () => {
  it('gives the published roots for the published leaves, by definition and by appending', () => {
    expect(treeHash([]).toString('hex')).toBe(EMPTY);
    expect(rootOf([]).toString('hex')).toBe(EMPTY);
    for (const [index, root] of ROOTS.entries()) {
      const leaves = vectors.slice(0, index + 1);
      expect(treeHash(leaves).toString('hex')).toBe(root);
      expect(rootOf(peaksOf(leaves)).toString('hex')).toBe(root);
    }
  });

  it('proves every leaf of the published tree and the prefix from every published root', () => {
    for (const [index, root] of ROOTS.entries()) {
      const leaves = vectors.slice(0, index + 1);
      const to = { size: index + 1, root: Buffer.from(root, 'hex') };
      for (const [at, leaf] of leaves.entries()) {
        expect(verifyInclusion(leaf, at, to.size, inclusionProof(overLeaves(leaves), leaves.length, at), to.root)).toBe(
          true,
        );
        const from = { size: at + 1, root: Buffer.from(ROOTS[at]!, 'hex') };
        expect(verifyConsistency(from, to, consistencyProof(overLeaves(leaves), leaves.length, from.size))).toBe(true);
      }
    }
  });

  it('proves inclusion for any leaf of any tree, and for no other leaf, place, size or proof', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (size, pick) => {
        const leaves = numbered(size);
        const index = pick % size;
        const root = treeHash(leaves);
        const proof = inclusionProof(overLeaves(leaves), leaves.length, index);
        expect(rootOf(peaksOf(leaves)).equals(root)).toBe(true);
        expect(verifyInclusion(leaves[index]!, index, size, proof, root)).toBe(true);
        expect(verifyInclusion(flipped(leaves[index]!), index, size, proof, root)).toBe(false);
        expect(verifyInclusion(leaves[index]!, size, size, proof, root)).toBe(false);
        expect(verifyInclusion(leaves[index]!, index, size, [...proof, root], root)).toBe(false);
        if (proof.length > 0) {
          expect(verifyInclusion(leaves[index]!, index, size, proof.slice(1), root)).toBe(false);
          expect(verifyInclusion(leaves[index]!, index, size, [flipped(proof[0]!), ...proof.slice(1)], root)).toBe(
            false,
          );
        }
      }),
    );
  });

  it('finds in what appends leave the hash of every range that a proof needs, reading two rows for each whole subtree', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (size, pick) => {
        const leaves = numbered(size);
        let rows = 0;
        const counting = overPeaks(
          (index) => {
            rows += 1;
            return leaves[index]!;
          },
          (count) => {
            rows += 1;
            return peaksOf(leaves.slice(0, count));
          },
        );
        const index = pick % size;
        const levels = Math.ceil(Math.log2(size + 1));
        expect(inclusionProof(counting, size, index)).toEqual(inclusionProof(overLeaves(leaves), size, index));
        expect(rows).toBeLessThanOrEqual(4 * levels);
        rows = 0;
        expect(consistencyProof(counting, size, index)).toEqual(consistencyProof(overLeaves(leaves), size, index));
        expect(rows).toBeLessThanOrEqual(4 * levels);
      }),
    );
  });

  it('proves any prefix, and none whose history was rewritten', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, pickFrom, pickChanged) => {
        const leaves = numbered(size);
        const from = 1 + (pickFrom % size);
        const old = { size: from, root: treeHash(leaves.slice(0, from)) };
        const now = { size, root: treeHash(leaves) };
        expect(verifyConsistency(old, now, consistencyProof(overLeaves(leaves), leaves.length, from))).toBe(true);
        const rewritten = leaves.map((leaf, at) => (at === pickChanged % from ? flipped(leaf) : leaf));
        const other = { size, root: treeHash(rewritten) };
        expect(verifyConsistency(old, other, consistencyProof(overLeaves(rewritten), rewritten.length, from))).toBe(
          false,
        );
        expect(verifyConsistency({ size: size + 1, root: old.root }, now, [])).toBe(false);
      }),
    );
  });
});

describe('the tree as texts', () => {
  it('is the same tree', () => {
    let [peaks, texts]: [Hash[], string[]] = [[], []];
    for (let size = 0; size < 70; size += 1) {
      const text = `{"body":"ü ${size}"}`;
      expect(hexLeafOfText(text)).toBe(asHex(leafHash(Buffer.from(text))));
      texts = appendHexPeak(texts, size, hexLeafOfText(text));
      peaks = appendPeak(peaks, size, leafHash(Buffer.from(text)));
      expect(texts).toEqual(splitHex(asHex(Buffer.concat(peaks))));
      expect(hexRootOf(texts)).toBe(asHex(rootOf(peaks)));
    }
    expect(hexRootOf([])).toBe(asHex(rootOf([])));
  });
});
