/** Which facts a guard reads while it judges: told by watching it, so that no list of them can be wrong. */
import type { Facts, Guard } from '../../core/guard.ts';
import { absoluteTime } from '../../core/instant.ts';
import type { Plan } from '../../core/plan.ts';

export interface FactRead {
  /** `environment`, `seatRules.reversible`, `history.spent.hour`. */
  path: string;
  value: unknown;
}
/** Of these their parts are told, not the whole. */
const PARTED = new Set(['account', 'scope', 'sponsor', 'policy', 'seatRules', 'history', 'history.spent']);

/** What the running code says of its provider: no fact of this plan. */
const CONSTANT = 'provider';

/** The same guard, and what it has read so far. */
export function watched(guard: Guard): { guard: Guard; read(): FactRead[] } {
  const reads = new Map<string, unknown>();
  return {
    guard: { name: guard.name, judge: (plan: Plan, facts: Facts) => guard.judge(plan, watch(facts, '', reads)) },
    read: () =>
      [...reads]
        .filter(([path]) => ![...reads.keys()].some((other) => other.startsWith(`${path}.`)))
        .map(([path, value]) => ({ path, value })),
  };
}

function watch<T extends object>(object: T, above: string, reads: Map<string, unknown>): T {
  return new Proxy(object, {
    get(target, key) {
      const value = Reflect.get(target, key);
      if (typeof key === 'symbol' || `${above}${key}` === CONSTANT) return value;
      const path = `${above}${key}`;
      reads.set(path, value);
      return PARTED.has(path) && value !== null && typeof value === 'object' ? watch(value, `${path}.`, reads) : value;
    },
  });
}

/** In a few words. */
export function factText(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  if (value instanceof Date) return absoluteTime(value.toISOString());
  if (Array.isArray(value)) return value.map(factText).join(', ') || 'none';
  if (typeof value !== 'object') return String(value);
  const { name, roles, id } = value as { name?: unknown; roles?: unknown; id?: unknown };
  if (name !== undefined && Array.isArray(roles)) return roles.length > 0 ? `${name} (${roles.join(', ')})` : `${name}`;
  if (id !== undefined) return String(id);
  return (
    Object.entries(value)
      .map(([key, part]) => `${key} ${factText(part)}`)
      .join(', ') || 'none'
  );
}
