/**
 * What is refused of an input before anybody works on it: its size, its depth, and what no JSON text can carry on.
 *
 * INVARIANT: the walk keeps its own stack and stops at the first bound, so that no input can exhaust the process here.
 */

/** Deeper than any template or policy document; far less than what recursion needs to fail. */
const MAX_DEPTH = 100;
/** Names that a JavaScript object cannot simply hold. */
const IMPOSSIBLE_KEYS = new Set(['__proto__']);

/** @returns what is wrong, to follow “the input” or “the template”; undefined: nothing. */
export function faultOf(value: unknown, maxCharacters: number): string | undefined {
  const waiting: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  let characters = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value: part, depth } = next;
    const texts = typeof part === 'string' ? [part] : isHolder(part) && !Array.isArray(part) ? Object.keys(part) : [];
    if (texts.some((text) => !text.isWellFormed())) return 'contains half a character (a lone surrogate)';
    const impossible = typeof part === 'string' ? undefined : texts.find((key) => IMPOSSIBLE_KEYS.has(key));
    if (impossible !== undefined) return `contains the reserved name ${impossible}`;
    characters += texts.reduce((sum, text) => sum + text.length, 1);
    if (characters > maxCharacters) return `has more than ${maxCharacters} characters`;
    if (!isHolder(part)) continue;
    if (depth >= MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`;
    const inner = Object.values(part);
    if (characters + inner.length > maxCharacters) return `has more than ${maxCharacters} characters`;
    for (const one of inner) waiting.push({ value: one, depth: depth + 1 });
  }
  return undefined;
}

const isHolder = (value: unknown): value is object => value !== null && typeof value === 'object';

/** A record whose members are only its own: `constructor` and `toString` are names like others. */
export function bareRecord<T>(members: Readonly<Record<string, T>>): Record<string, T> {
  return Object.assign(Object.create(null), members);
}

/**
 * JSON inside of a text, whatever its author made of it.
 *
 * @returns undefined: it is none. `too deep`: it is, and nobody walks it.
 */
export function jsonInText(text: string): { value: unknown } | 'too deep' | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return faultOf(value, Number.POSITIVE_INFINITY)?.startsWith('is nested') ? 'too deep' : { value };
  } catch {
    return undefined;
  }
}
