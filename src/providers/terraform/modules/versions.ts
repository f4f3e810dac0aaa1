/**
 * Versions of registry modules, chosen as Terraform chooses them: the newest that the constraints allow, a pre-release
 * only if it is written out alone.
 *
 * Guarantees: `~> 1` allows 2.0.0 too, as Terraform's own reading does (1.11.4); a constraint that is not understood is
 * undefined, never "any".
 * Does not cover: versions of other than three numbers; a registry's other entries are left out.
 */

interface Version {
  numbers: readonly [number, number, number];
  pre: string;
}
interface Constraint {
  operator: string;
  version: Version;
  /** How many numbers were written. */
  written: number;
}
/** Of one `version` argument. */
export interface Constraints {
  all: readonly Constraint[];
  /** The whole argument, if it is a version and nothing else. */
  exact: string;
}

const VERSION = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]{1,64}))?(?:\+[0-9A-Za-z.-]{1,64})?$/;
const CONSTRAINT = /^(=|!=|>=|<=|>|<|~>)?\s*v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:-([0-9A-Za-z.-]{1,64}))?$/;

export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch, pre = ''] = VERSION.exec(text) ?? [];
  return major === undefined ? undefined : { numbers: [Number(major), Number(minor), Number(patch)], pre };
}

/** @returns undefined for what is not understood. An empty argument allows all. */
export function parseConstraints(text: string): Constraints | undefined {
  const all: Constraint[] = [];
  for (const part of text.trim() === '' ? [] : text.split(',')) {
    const [, operator = '=', major, minor, patch, pre = ''] = CONSTRAINT.exec(part.trim()) ?? [];
    if (major === undefined) return undefined;
    const version: Version = { numbers: [Number(major), Number(minor ?? 0), Number(patch ?? 0)], pre };
    all.push({ operator, version, written: [major, minor, patch].filter((one) => one !== undefined).length });
  }
  return { all, exact: text.trim().replace(/^v/, '') };
}

const sign = (difference: number) => Math.sign(difference);

function compare(one: Version, other: Version): number {
  for (const index of [0, 1, 2] as const)
    if (one.numbers[index] !== other.numbers[index]) return sign(one.numbers[index] - other.numbers[index]);
  if (one.pre === other.pre) return 0;
  // A release is newer than what came before it.
  if (one.pre === '' || other.pre === '') return one.pre === '' ? 1 : -1;
  const [a, b] = [one.pre.split('.'), other.pre.split('.')];
  for (let index = 0; index < Math.min(a.length, b.length); index += 1)
    if (a[index] !== b[index]) return comparePart(a[index]!, b[index]!);
  return sign(a.length - b.length);
}

function comparePart(one: string, other: string): number {
  const [isNumber, otherIs] = [/^\d+$/.test(one), /^\d+$/.test(other)];
  if (isNumber && otherIs) return sign(Number(one) - Number(other));
  if (isNumber !== otherIs) return isNumber ? -1 : 1;
  return one < other ? -1 : 1;
}

const HOLDS: Readonly<Record<string, (version: Version, constraint: Constraint) => boolean>> = {
  '=': (version, { version: wanted }) => compare(version, wanted) === 0,
  '!=': (version, { version: wanted }) => compare(version, wanted) !== 0,
  '>': (version, { version: wanted }) => compare(version, wanted) > 0,
  '>=': (version, { version: wanted }) => compare(version, wanted) >= 0,
  '<': (version, { version: wanted }) => compare(version, wanted) < 0,
  '<=': (version, { version: wanted }) => compare(version, wanted) <= 0,
  // All numbers but the last that is written must be the same.
  '~>': (version, { version: wanted, written }) =>
    wanted.pre === version.pre &&
    compare(version, wanted) >= 0 &&
    wanted.numbers.slice(0, written - 1).every((number, index) => number === version.numbers[index]),
};

export function isAllowed(text: string, { all, exact }: Constraints): boolean {
  const version = parseVersion(text);
  if (version === undefined) return false;
  if (version.pre !== '') return text.replace(/^v/, '') === exact;
  return all.every((constraint) => HOLDS[constraint.operator]!(version, constraint));
}

/** @param among as the registry writes them. @returns the newest that all constraints allow. */
export function newest(among: readonly string[], constraints: readonly Constraints[]): string | undefined {
  return among
    .filter((text) => constraints.every((one) => isAllowed(text, one)))
    .sort((one, other) => compare(parseVersion(other)!, parseVersion(one)!))[0];
}
