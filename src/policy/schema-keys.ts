/** The keys that a schema knows at a place: what a mistyped one may have meant. */
import type { z } from 'zod';

/** At a path below what the schema is of. */
export type KeysAt = (path: readonly PropertyKey[]) => string[];

interface Parts {
  type: string;
  innerType?: z.core.$ZodType;
  in?: z.core.$ZodType;
  element?: z.core.$ZodType;
  valueType?: z.core.$ZodType;
  options?: z.core.$ZodType[];
  shape?: Record<string, z.core.$ZodType>;
}
const partsOf = (schema: z.core.$ZodType): Parts => (schema as unknown as { def: Parts }).def;

/** Of all shapes that a value may have there. */
export const keysOf =
  (schema: z.core.$ZodType): KeysAt =>
  (path) => {
    const [key, ...below] = path;
    const { shape, valueType, element, options, innerType, in: input } = partsOf(schema);
    const inner = [...(options ?? []), ...[innerType, input].filter((one) => one !== undefined)];
    if (inner.length > 0) return inner.flatMap((one) => keysOf(one)(path));
    if (key === undefined) return Object.keys(shape ?? {});
    const next = shape ? (Object.hasOwn(shape, key) ? shape[String(key)] : undefined) : (valueType ?? element);
    return next ? keysOf(next)(below) : [];
  };
