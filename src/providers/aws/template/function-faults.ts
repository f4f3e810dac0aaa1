/**
 * Intrinsic functions that CloudFormation refuses by their form: one that is not known, the wrong number of arguments, a map
 * or key that the template does not have.
 *
 * Source: AWS CloudFormation User Guide, "Intrinsic function reference".
 */
import { longName, SHORT_FORMS } from './dialect.ts';
import { isRecord, type Template } from './parse.ts';

/** Least and most arguments, of functions that take a list. */
const ARGUMENTS: Record<string, readonly [number, number]> = {
  'Fn::And': [2, 10],
  'Fn::Cidr': [2, 3],
  'Fn::Equals': [2, 2],
  'Fn::FindInMap': [3, 4],
  'Fn::GetAtt': [2, 20],
  'Fn::If': [3, 3],
  'Fn::Join': [2, 2],
  'Fn::Not': [1, 1],
  'Fn::Or': [2, 10],
  'Fn::Select': [2, 2],
  'Fn::Split': [2, 2],
};
const FUNCTIONS = new Set([...SHORT_FORMS.map(longName), 'Fn::ForEach', 'Fn::GetStackOutput']);

/** Each once, without its full stop. */
export function functionFaults({ Resources, Outputs = {}, Conditions = {}, Mappings = {} }: Template): string[] {
  const faults = new Set<string>();
  const walk = (value: unknown, at: string): void => {
    if (Array.isArray(value)) for (const item of value) walk(item, at);
    else if (isRecord(value))
      for (const [key, inner] of Object.entries(value)) {
        if (key.startsWith('Fn::')) for (const fault of faultsOf(key, inner, Mappings)) faults.add(`${at}: ${fault}`);
        walk(inner, at);
      }
  };
  for (const [id, { Properties }] of Object.entries(Resources)) walk(Properties, id);
  for (const [name, { Value: value }] of Object.entries(Outputs)) walk(value, `Outputs.${name}`);
  for (const [name, condition] of Object.entries(Conditions)) walk(condition, `Conditions.${name}`);
  return [...faults];
}

function faultsOf(name: string, argument: unknown, mappings: Record<string, unknown>): string[] {
  if (!FUNCTIONS.has(name.split('::').slice(0, 2).join('::'))) return [`${name.slice(0, 60)} is no function`];
  const takes = ARGUMENTS[name];
  if (takes && Array.isArray(argument) && (argument.length < takes[0] || argument.length > takes[1])) {
    const [least, most] = takes;
    return [`${name} takes ${least === most ? least : `${least} to ${most}`} arguments, and has ${argument.length}`];
  }
  if (takes && !Array.isArray(argument) && name !== 'Fn::GetAtt') return [`${name} takes a list`];
  if (name === 'Fn::Join' && typeof (argument as unknown[])[0] !== 'string')
    return ['the delimiter of Fn::Join must be a text'];
  return name === 'Fn::FindInMap' ? mapFaults(argument as unknown[], mappings) : [];
}

/** Only what stands there as text: a key may be worked out. */
function mapFaults([map, top, second, more]: unknown[], mappings: Record<string, unknown>): string[] {
  if (typeof map !== 'string' || more !== undefined) return [];
  const found = mappings[map];
  if (!Object.hasOwn(mappings, map))
    return [`Fn::FindInMap names the map ${map.slice(0, 60)}, which is not in Mappings`];
  if (typeof top !== 'string' || !isRecord(found) || Object.keys(found).some((key) => key.startsWith('Fn::')))
    return [];
  const inner = Object.hasOwn(found, top) ? found[top] : undefined;
  if (inner === undefined) return [`Fn::FindInMap: ${map} has no key ${top.slice(0, 60)}`];
  if (typeof second !== 'string' || !isRecord(inner) || Object.hasOwn(inner, second)) return [];
  return [`Fn::FindInMap: ${map}.${top} has no key ${second.slice(0, 60)}`];
}
