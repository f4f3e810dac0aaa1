/**
 * What a property's value must be, from the schemas that CloudFormation itself refuses by. The generated data
 * (`npm run tables`) is read at first use.
 *
 * Guarantees: a fault is told only of a value that is known; what a schema leaves open, or what one of several forms may
 * be, is none. CloudFormation takes text for numbers and booleans, and so does this.
 * Does not cover: what holds between several properties, formats, patterns that repeat a repetition, regions whose schema
 * lags behind that of us-east-1.
 */
import { nearest } from '../../../core/nearest.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** `t`: letters of the types that it may have (s n i b l o). `l`: length of a text or list; `v`: range of a number. */
interface Rule {
  t?: string;
  e?: string[];
  p?: string;
  l?: [number | null, number | null];
  v?: [number | null, number | null];
  /** Shape of an object or of what a list has; rule of each item; rule of each value of a map. */
  s?: number;
  i?: number;
  m?: number;
}
interface Shape {
  fields: Map<string, { rule: number; required: boolean }>;
  isOpen: boolean;
}
export interface TemplateRules {
  /** Faults of a resource's properties, each as `Path: what is wrong`. A type that is not known has none. */
  faultsIn(type: string, properties: Readonly<Record<string, Json>>): string[];
}
export interface Knowing {
  /** No value yet, or one that only the cloud has. */
  isUnknown(value: Json): boolean;
  /** The index of all sources: a property that it has is none that is misspelt. */
  hasPath(type: string, path: string): boolean;
}
interface File {
  rules: string[];
  shapes: string[];
  types: Record<string, number>;
}

let loading: Promise<File> | undefined;

export async function loadTemplateRules(knowing: Knowing): Promise<TemplateRules> {
  loading ??= import('./data/template-rules.json', { with: { type: 'json' } }).then(({ default: file }) => file);
  return readRules(await loading, knowing);
}

/** Longer texts are not held against a pattern. */
const MAX_MATCHED = 300;
const MAX_DEPTH = 40;

export function readRules(file: File, { isUnknown, hasPath }: Knowing): TemplateRules {
  const rules = new Map<number, Rule>();
  const shapes = new Map<number, Shape>();
  const ruleAt = (index: number) => once(rules, index, () => JSON.parse(file.rules[index] ?? '{}') as Rule);
  const shapeAt = (index: number) => once(shapes, index, () => readShape(file.shapes[index] ?? '|'));

  function inShape(index: number, value: { [key: string]: Json }, type: string, at: string[]): string[] {
    const { fields, isOpen } = shapeAt(index);
    const path = (name: string) => [...at, name].join('.');
    const missing = [...fields].filter(([name, { required }]) => required && !Object.hasOwn(value, name));
    return [
      ...missing.map(([name]) => `${path(name)} is required and missing`),
      ...Object.entries(value).flatMap(([name, inner]) => {
        const field = fields.get(name);
        if (field) return inRule(ruleAt(field.rule), inner, type, [...at, name]);
        if (isOpen || hasPath(type, path(name))) return [];
        return [`${path(name)} is no property of ${type}${near(name, [...fields.keys()])}`];
      }),
    ];
  }

  function inRule(rule: Rule, value: Json, type: string, at: string[]): string[] {
    if (value === null || isUnknown(value) || at.length > MAX_DEPTH) return [];
    const path = at.join('.');
    const wrong = mistyped(rule.t ?? '', value);
    if (wrong) return [`${path} ${wrong}`];
    if (Array.isArray(value)) {
      const items = value.flatMap((item, index) => inRule(itemRule(rule), item, type, [...at, String(index)]));
      const isWhole = value.every((item) => !isUnknown(item));
      return [...(isWhole ? outside(rule.l, value.length, path, 'items') : []), ...items];
    }
    if (typeof value !== 'object') return scalarFaults(rule, String(value), path);
    if (rule.s !== undefined) return inShape(rule.s, value, type, at);
    if (rule.m === undefined) return [];
    const each = ruleAt(rule.m);
    return Object.entries(value).flatMap(([name, inner]) => inRule(each, inner, type, [...at, name]));
  }

  const itemRule = ({ i }: Rule): Rule => (i === undefined ? {} : ruleAt(i));

  return {
    faultsIn: (type, properties) =>
      Object.hasOwn(file.types, type) ? inShape(file.types[type]!, properties, type, []) : [],
  };
}

const KINDS: Record<string, string> = {
  s: 'a text',
  n: 'a number',
  i: 'a whole number',
  b: 'true or false',
  l: 'a list',
  o: 'an object',
};

/** @returns what it must be instead. */
function mistyped(types: string, value: Json): string | undefined {
  if (types === '' || [...types].some((letter) => fits(letter, value))) return undefined;
  const is = Array.isArray(value)
    ? 'a list'
    : typeof value === 'object'
      ? 'an object'
      : JSON.stringify(value).slice(0, 60);
  return `is ${is}, and must be ${[...types].map((letter) => KINDS[letter]).join(' or ')}`;
}

function fits(letter: string, value: Json): boolean {
  if (letter === 'l') return Array.isArray(value);
  if (letter === 'o') return value !== null && typeof value === 'object' && !Array.isArray(value);
  if (value === null || typeof value === 'object') return false;
  if (letter === 's') return true;
  if (letter === 'b') return /^(?:true|false)$/i.test(String(value));
  const text = String(value).trim();
  return letter === 'i' ? /^[-+]?\d+(?:\.0+)?$/.test(text) : text !== '' && Number.isFinite(Number(text));
}

function scalarFaults({ t = '', e, p, l, v }: Rule, text: string, path: string): string[] {
  if (e && !e.some((one) => one.toLowerCase() === text.toLowerCase()))
    return [`${path} is ${quoted(text)}, and must be one of ${list(e)}${near(text, e)}`];
  if (/[ni]/.test(t) && !t.includes('s')) return outside(v, Number(text), path, '');
  const long = outside(l, text.length, path, 'characters');
  if (long.length > 0 || p === undefined || text.length > MAX_MATCHED) return long;
  return new RegExp(p, 'u').test(text) ? [] : [`${path} is ${quoted(text)}, and does not match ${p.slice(0, 100)}`];
}

function outside(range: Rule['l'], size: number, path: string, unit: string): string[] {
  const [least, most] = range ?? [null, null];
  const counted = `${size}${unit === '' ? '' : ` ${unit}`}`;
  if (least !== null && size < least) return [`${path} has ${counted}; at least ${least}`];
  return most !== null && size > most ? [`${path} has ${counted}; at most ${most}`] : [];
}

const quoted = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text);
const list = (words: readonly string[]) => `${words.slice(0, 8).join(', ')}${words.length > 8 ? ', …' : ''}`;

/** The name that differs by case, or by one letter. */
function near(name: string, known: readonly string[]): string {
  const [found] = nearest(name, known, 1);
  return found === undefined || found === name ? '' : ` (did you mean ${found}?)`;
}

function readShape(text: string): Shape {
  const isOpen = text.endsWith('|');
  const fields = new Map<string, { rule: number; required: boolean }>();
  for (const [, name, rule, required] of text.matchAll(/([^=,|]+)=(\d+)(!?)/g))
    fields.set(name!, { rule: Number(rule), required: required === '!' });
  return { fields, isOpen };
}

function once<V>(known: Map<number, V>, key: number, make: () => V): V {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
