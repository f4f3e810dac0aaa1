/** Proofs over rows of a store: which rows a proof needs follows from its numbers, so that all are read at once. */
import { CountersignError } from '../core/errors.ts';
import { consistencyProof, type Hash, inclusionProof, overPeaks, type RangeHash } from './merkle.ts';

/** What an append leaves of the tree: its leaf, and the peaks of the tree with it. */
export interface Node {
  leaf: Hash;
  peaks: readonly Hash[];
}

/** A proof that is asked of a tree of `size` events. @throws INPUT_NOT_FOUND for numbers that the tree does not have. */
export interface Asked {
  /** Numbers from 1 of the events whose nodes it needs. */
  needs: readonly number[];
  prove(nodes: ReadonlyMap<number, Node>): Hash[];
}

export function inclusionAsked(size: number, seq: number, treeSize: number | undefined): Asked {
  const count = requireWithin(treeSize ?? size, 1, size, 'tree size');
  const index = requireWithin(seq, 1, count, 'event') - 1;
  return asked((hashOf) => inclusionProof(hashOf, count, index));
}

export function consistencyAsked(size: number, from: number, to: number | undefined): Asked {
  const count = requireWithin(to ?? size, 0, size, 'tree size');
  const first = requireWithin(from, 0, count, 'tree size');
  return asked((hashOf) => consistencyProof(hashOf, count, first));
}

const NO_HASH: Hash = Buffer.alloc(32);

/** Which hashes are asked for depends on no hash: the same walk without them tells which rows it needs. */
function asked(walk: (hashOf: RangeHash) => Hash[]): Asked {
  const needs = new Set<number>();
  walk(
    overPeaks(
      (index) => {
        needs.add(index + 1);
        return NO_HASH;
      },
      (count) => {
        needs.add(count);
        return [];
      },
    ),
  );
  needs.delete(0);
  return {
    needs: [...needs],
    prove: (nodes) =>
      walk(
        overPeaks(
          (index) => nodes.get(index + 1)!.leaf,
          (count) => nodes.get(count)?.peaks ?? [],
        ),
      ),
  };
}

export function requireWithin(value: number, least: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new CountersignError(
    'INPUT_NOT_FOUND',
    `The ledger has no ${what} ${value}.`,
    `Name one from ${least} to ${most}.`,
  );
}
