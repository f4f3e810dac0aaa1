/** What a body holds, block by block, whichever way it is written. */
import type { Body } from './hcl.ts';

const isBody = (value: unknown): value is Body => value !== null && typeof value === 'object' && !Array.isArray(value);

/** JSON may write a list of bodies wherever one may stand. */
export const bodiesOf = (value: unknown): Body[] =>
  Array.isArray(value) ? value.flatMap(bodiesOf) : isBody(value) ? [value] : [];

export interface Block {
  labels: string[];
  body: Body;
}

/** @param labels how many of them a block of this type has. */
export function blocksOf(value: unknown, labels: number): Block[] {
  if (labels === 0) return bodiesOf(value).map((body) => ({ labels: [], body }));
  return bodiesOf(value).flatMap((level) =>
    Object.entries(level).flatMap(([label, inner]) =>
      blocksOf(inner, labels - 1).map(({ labels: rest, body }) => ({ labels: [label, ...rest], body })),
    ),
  );
}
