/**
 * A resource of `aws_*` or `awscc_*` in the words of CloudFormation, so that the one set of judgements reads both.
 *
 * Guarantees: an attribute keeps its value, under the name that the tables of its type have, or else under its own words
 * written in capitals; what stands in `renames.ts` is told as that says. Unknown stays unknown.
 */
import type { Json } from '../../../../core/digest.ts';
import { isMembers } from '../../../../core/leaves.ts';
import type { Values } from '../judgement.ts';
import { isAbsent } from '../present.ts';
import { nameIn } from './lexicon.ts';
import { type Rename, renames } from './renames.ts';
import { told } from './told.ts';

/** @param type of CloudFormation. */
export function translated(terraformType: string, type: string, values: Values): Values {
  const moves = renames.get(terraformType) ?? [];
  const made = words(type, values) as Values;
  for (const move of moves) {
    const value = valueAt(values, move.from);
    if (value === undefined || isAbsent(value)) continue;
    const said = toldAs(move, words(type, value));
    if (said !== undefined) put(made, move.to, isBlock(move.to.at(-1)!, said) ? said[0]! : said);
    // The name under its own words is another property's, or nobody's.
    const own = nameIn(type, move.from[0]!);
    if (move.from.length === 1 && (said === undefined || own !== move.to[0])) delete made[own];
  }
  return made;
}

function toldAs({ how }: Rename, value: Json): Json | undefined {
  if (how === undefined) return value;
  const [name = '', ...rest] = Object.hasOwn(told, how) ? [how] : how.split(' ');
  return told[name]!(value, rest.join(' '));
}

function words(type: string, value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => words(type, item));
  if (!isMembers(value)) return value;
  const made: Values = {};
  // Maps of names that people choose keep them.
  for (const [key, inner] of Object.entries(value)) {
    if (isAbsent(inner)) continue;
    const name = /^[a-z][a-z0-9_]*$/.test(key) ? nameIn(type, key) : key;
    const said = words(type, inner);
    made[name] = isBlock(name, said) ? said[0]! : said;
  }
  return made;
}

/** A block is a list of one in Terraform, and a thing of CloudFormation; a list of those has a plural there. */
const isBlock = (name: string, value: Json): value is Json[] =>
  Array.isArray(value) && value.length === 1 && isMembers(value[0]) && !name.endsWith('s');

/** A block is a list of one. */
function valueAt(value: Json | undefined, [name, ...rest]: readonly string[]): Json | undefined {
  if (name === undefined || typeof value === 'string') return value;
  if (Array.isArray(value)) {
    if (value.length <= 1) return valueAt(value[0], [name, ...rest]);
    const all = value.flatMap((item) => valueAt(item, [name, ...rest]) ?? []);
    return all.length === 0 ? undefined : all;
  }
  return isMembers(value) ? valueAt(value[name], rest) : undefined;
}

function put(into: Values, [name = '', ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) {
    const known = into[name];
    into[name] =
      Array.isArray(known) && Array.isArray(value) && name === 'LoadBalancerAttributes' ? [...known, ...value] : value;
    return;
  }
  const known = into[name];
  const inner: Values = isMembers(known) ? { ...known } : {};
  put(inner, rest, value);
  into[name] = inner;
}
