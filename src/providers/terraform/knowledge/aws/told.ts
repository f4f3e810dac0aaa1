/** How a value of `aws_*` is told in the words of CloudFormation, where it is no other name alone. */
import type { Json } from '../../../../core/digest.ts';
import { jsonInText } from '../../../../core/input-bounds.ts';
import { isMembers } from '../../../../core/leaves.ts';
import { UNRESOLVED } from '../../../aws/template/values.ts';

const isUnknown = (value: Json) => value === UNRESOLVED;
const list = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);

function parsed(value: Json): Json {
  const json = typeof value === 'string' && !isUnknown(value) ? jsonInText(value) : undefined;
  return typeof json === 'object' ? (json.value as Json) : value;
}

/** Names in these are the user's own. */
const MAPS: ReadonlySet<string> = new Set(['options', 'dockerLabels']);

function capitals(value: Json): Json {
  if (Array.isArray(value)) return value.map(capitals);
  if (!isMembers(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.charAt(0).toUpperCase() + name.slice(1),
      MAPS.has(name) ? inner : capitals(inner),
    ]),
  );
}

/** @returns undefined: absent. */
export const told: Readonly<Record<string, (value: Json, argument: string) => Json | undefined>> = {
  'zero is never': (value) => (String(value) === '0' ? undefined : value),
  not: (value) => (isUnknown(value) ? value : String(value) !== 'true'),
  internal: (value) => (isUnknown(value) ? value : String(value) === 'true' ? 'internal' : 'internet-facing'),
  attribute: (value, key) => [{ Key: key, Value: value }],
  /** `public-read-write` is PublicReadWrite. */
  canned: (value) =>
    isUnknown(value) ? value : String(value).replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  parsed,
  /** JSON whose names begin in small letters, where CloudFormation's begin in capitals. */
  capitals: (value) => capitals(parsed(value)),
  'named values': (value) =>
    isUnknown(value)
      ? value
      : Object.fromEntries(
          list(value).flatMap((item) =>
            isMembers(item) && typeof item.name === 'string' ? [[item.name, item.value ?? null]] : [],
          ),
        ),
};
