/** What an evaluated template holds: values, what stands for those that are not known, and their text. */
import { isRecord, type Value } from './parse.ts';

/** Stands for a value that only the cloud, or the future, knows. */
export const UNRESOLVED = '\u{fffd}unresolved\u{fffd}';
export const NO_VALUE = Symbol('AWS::NoValue');
export type Resolved = Value | typeof NO_VALUE;
export type Truth = boolean | 'unknown';

/** Without a region: the stack's own. */
export interface StackOutput {
  stack: string;
  output: string;
  region: string | undefined;
  roleArn: string | undefined;
}

/** Begins what stands as written because its value is not known. */
const UNKNOWN_MARK = '\u{27e6}?';
export const unknownAs = (written: string): string => `${UNKNOWN_MARK}${written}\u{27e7}`;

/** No property takes more: what is longer (functions nested to double each other) is not worked out. */
export const MAX_TEXT = 500_000;
export const ownOf = <T>(record: Record<string, T> | undefined, key: string): T | undefined =>
  isRecord(record) && Object.hasOwn(record, key) ? record[key] : undefined;

const isListType = (type: string) => type === 'CommaDelimitedList' || type.startsWith('List<');
const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.+)>$/;

/** A parameter's text as its type makes it: a list, the value behind an SSM name, or the text. */
export function typedParameter(type: string, text: string, ssmParameter?: (name: string) => string | undefined): Value {
  const inner = SSM_VALUE.exec(type)?.[1];
  const behind = inner === undefined ? text : ssmParameter?.(text);
  if (behind === undefined) return UNRESOLVED;
  return isListType(inner ?? type) ? behind.split(',').map((item) => item.trim()) : behind;
}

export function stackOutputOf({ StackName, OutputName, Region, RoleArn }: Record<string, Value>): StackOutput {
  const text = (one: Value | undefined) => (one === undefined || one === null ? undefined : scalarText(one));
  return {
    stack: text(StackName) ?? '',
    output: text(OutputName) ?? '',
    region: text(Region),
    roleArn: text(RoleArn),
  };
}

export const bounded = (text: string): string => (text.length > MAX_TEXT ? UNRESOLVED : text);

/** The rule functions: is a value in a list, or every value of a list. */
export function membership(name: string, members: Resolved, wanted: Resolved): Truth {
  if (isUnresolved(members) || isUnresolved(wanted)) return 'unknown';
  const texts = (input: Resolved) => (Array.isArray(input) ? input : [input]).map((item) => scalarText(item as Value));
  const [own, other] = [texts(members), texts(wanted)];
  if (name === 'Fn::Contains') return own.includes(other[0] ?? '');
  return name === 'Fn::EachMemberIn'
    ? own.every((item) => other.includes(item))
    : own.every((item) => item === other[0]);
}

export function scalarText(value: Resolved | undefined): string {
  if (value === NO_VALUE || value === undefined || value === null) return '';
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Is any part of this value unknown? */
export function isUnresolved(value: Resolved | undefined): boolean {
  if (value === undefined || value === NO_VALUE) return false;
  const text = JSON.stringify(value) ?? '';
  return text.includes(UNRESOLVED) || text.includes(UNKNOWN_MARK);
}
