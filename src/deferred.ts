/**
 * Schemas that are made when something is first parsed with them. The build puts this between our files and zod: events
 * and plans have 660 schemas, 30 ms of every command, and a command parses with a few dozen of them.
 *
 * Guarantee: a deferred schema takes, refuses and tells what zod's own would.
 * Limit: a schema that cannot be made says so at its first use.
 */
type Make = (...given: never[]) => object;
interface Later {
  make(): object;
  made?: object;
  /** Of an object as it was written: asking for one of its members makes no other. */
  shape?: object | undefined;
  /** How often something was parsed with it. */
  parsed?: number;
}

/** Of a schema: methods that make another one and do nothing else. */
const CHAINED = new Set(
  (
    'array brand catch check clone default describe endsWith exactOptional exclude extend extract gt gte includes int ' +
    'length loose lt lte max meta min multipleOf negative nonempty nonnegative nonpositive nullable nullish omit optional or ' +
    'overwrite partial passthrough pick pipe positive prefault readonly refine regex required startsWith strict strip ' +
    'superRefine toLowerCase toUpperCase transform trim'
  ).split(' '),
);
const WITH_SHAPE = new Set(['object', 'strictObject', 'looseObject']);
/** Zod writes and compiles a function for each object of a schema, which costs as much as some dozens of its values. */
const PARSED_WITHOUT_CODE = 30;
const PARSERS = new Set(['parse', 'safeParse']);
type Parse = (value: unknown, context?: object) => unknown;
const laters = new WeakMap<object, Later>();

/** Nothing deferred is left in what zod gets: a schema is as fast as its own once it is made. */
export function real<T>(given: T): T {
  if (typeof given !== 'object' || given === null) return given;
  const later = laters.get(given);
  if (later) return made(later) as T;
  if (Array.isArray(given)) return given.map(real) as T;
  if (Object.getPrototypeOf(given) !== Object.prototype) return given;
  const members = Object.entries(Object.getOwnPropertyDescriptors(given));
  const isLate = ({ value, get }: PropertyDescriptor) =>
    get !== undefined || (typeof value === 'object' && value !== null && laters.has(value));
  if (!members.some(([, member]) => isLate(member))) return given;
  return Object.defineProperties(
    {},
    Object.fromEntries(members.map(([key, member]) => [key, realMember(member)])),
  ) as T;
}

/** A getter is how a schema names itself: it is asked once the schema is made. */
function realMember({ get, set: _, ...member }: PropertyDescriptor): PropertyDescriptor {
  if (!get) return { ...member, value: real(member.value) };
  return { configurable: true, enumerable: true, get: () => real(get.call(undefined) as unknown) };
}

function made(later: Later): object {
  later.made ??= later.make();
  return later.made;
}

function deferred(later: Later): object {
  const proxy = new Proxy(later, HANDLER);
  laters.set(proxy, later);
  return proxy;
}
const HANDLER: ProxyHandler<Later> = {
  get(later, key) {
    if (key === 'shape' && later.shape && !later.made) return later.shape;
    const own = () => made(later) as Record<PropertyKey, unknown>;
    if (typeof key !== 'string') return own()[key];
    if (PARSERS.has(key) && (later.parsed ?? 0) < PARSED_WITHOUT_CODE) {
      later.parsed = (later.parsed ?? 0) + 1;
      return (value: unknown, context?: object) => (own()[key] as Parse)(value, { ...context, jitless: true });
    }
    if (!CHAINED.has(key)) return own()[key];
    return (...given: unknown[]) => {
      const make = () => (own()[key] as (...given: unknown[]) => object)(...real(given));
      // `meta()` reads what was written.
      return given.length === 0 && key === 'meta' ? make() : deferred({ make });
    };
  },
  has: (later, key) => key in made(later),
  getPrototypeOf: (later) => Object.getPrototypeOf(made(later)) as object,
};

/**
 * Of a schema that is made of nothing there is one: whatever is asked of it, or of its kind, makes another.
 *
 * @param make one of zod's own functions that make a schema.
 */
export function later<M extends Make>(name: string, make: M): M {
  let plain: object | undefined;
  const makeLater = (...given: never[]) => {
    if (given.length > 0)
      return deferred({
        make: () => make(...real(given)),
        shape: WITH_SHAPE.has(name) ? (given[0] as unknown as object) : undefined,
      });
    plain ??= deferred({ make: () => make() });
    return plain;
  };
  return makeLater as unknown as M;
}
