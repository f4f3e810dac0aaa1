/** How a value of `aws_*` is told in the words of CloudFormation, where it is no other name alone. */
import type { Json } from '../../../../core/digest.ts';
import { jsonInText } from '../../../../core/input-bounds.ts';
import { isMembers } from '../../../../core/leaves.ts';
import { UNRESOLVED } from '../../../aws/template/values.ts';

const isUnknown = (value: Json) => value === UNRESOLVED;
const list = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);

/** @returns undefined: absent. */
export const told: Readonly<Record<string, (value: Json, argument: string) => Json | undefined>> = {
  'zero is never': (value) => (String(value) === '0' ? undefined : value),
  not: (value) => (isUnknown(value) ? value : String(value) !== 'true'),
  internal: (value) => (isUnknown(value) ? value : String(value) === 'true' ? 'internal' : 'internet-facing'),
  attribute: (value, key) => [{ Key: key, Value: value }],
  /** `public-read-write` is PublicReadWrite. */
  canned: (value) =>
    isUnknown(value) ? value : String(value).replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  parsed(value) {
    const json = typeof value === 'string' && !isUnknown(value) ? jsonInText(value) : undefined;
    return typeof json === 'object' ? (json.value as Json) : value;
  },
  'named values': (value) =>
    isUnknown(value)
      ? value
      : Object.fromEntries(
          list(value).flatMap((item) =>
            isMembers(item) && typeof item.name === 'string' ? [[item.name, item.value ?? null]] : [],
          ),
        ),
};
