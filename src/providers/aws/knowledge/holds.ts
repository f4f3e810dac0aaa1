import { DATA } from './tables/data.ts';
import { IDENTITY } from './tables/identity.ts';
import { type Holds, type Judgement, type Recovery, typesOf } from './tables/judgement.ts';
import { NOTHING } from './tables/nothing.ts';

export type { Holds, Recovery } from './tables/judgement.ts';

/** Every judgement of what types hold. A type stands in one of them. */
export const judgements: readonly Judgement[] = [...DATA, ...IDENTITY, ...NOTHING];

const byType = new Map(judgements.flatMap((judgement) => typesOf(judgement).map((type) => [type, judgement] as const)));

/** `unknown`: nobody has judged the type yet, and it is treated as the worst. */
export function holdsOf(type: string): Holds {
  return byType.get(type)?.holds ?? 'unknown';
}

export function recoveryOf(type: string): Recovery {
  return byType.get(type)?.recovery ?? 'unknown';
}

/** Whether DeletionPolicy Snapshot makes a snapshot. On every other type it means Delete. */
export function snapshotSupported(type: string): boolean {
  return recoveryOf(type) === 'snapshot';
}
