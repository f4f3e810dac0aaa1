/**
 * What of templates and properties is never shown: a value is masked at its leaf, by what it is, what it is called, or
 * what it is made of (`taint.ts`).
 *
 * Guarantees: names of things are no secrets (a logical id, a reference, an ARN, a dynamic reference), nor are booleans;
 * `Name`/`Value` pairs are called by their name; JSON in strings is opened.
 * SECURITY: a mask is never a value. Whoever sends one back is refused, so that masking cannot destroy.
 */

import { type Document, isMap, isScalar, isSeq } from 'yaml';
import { jsonInText } from '../../../core/input-bounds.ts';
import { editableDocument } from './dialect.ts';

export const MASK = '****';
/** Also what AWS shows for a NoEcho parameter, and a mask with the tag of a plan. */
const IS_MASK = /^\*{4,}(?:\([0-9a-f]{8}\))?$/;

export function isMask(value: unknown): boolean {
  return typeof value === 'string' && IS_MASK.test(value);
}

/** Everything below such a property is secret, whatever it is called. */
const SECRET_PARTS = /^(?:UserData|SecretString|ConnectionProperties|KeyMaterial|PreSharedKey|CertificatePrivateKey)$/;
const SECRET_NAMES =
  /pass(?:word|wd|phrase)|(?:^|_)pwd$|secret(?!s?(?:Arn|Id|Name|TargetAttachment|sManager))|^AuthToken$|private_?key$|api_?key(?:_?value)?$|(?:access|auth|bearer|refresh|api|session|bot|personal|webhook|(?:^|_)(?:gh|github|gitlab|npm|slack))_?token$|^(?:[A-Z0-9]+_)*(?:TOKEN|CREDENTIALS?)$/i;
/** An environment variable such as STRIPE_KEY; not a key of a table, an object or an encryption. */
const ENVIRONMENT_KEY =
  /^(?!(?:.*_)?(?:PUBLIC|PARTITION|SORT|HASH|RANGE|PRIMARY|FOREIGN|OBJECT|S3|CACHE|KMS|ROUTING|INDEX|SAMPLE)_KEY$)[A-Z0-9_]+_KEY$/;
/** Named like a secret, and only pointing at one or saying something about it. */
const NO_SECRETS =
  /(?:Arns?|Ids?|Names?|Length|Enabled|Policy|Rotation|ExcludeCharacters|GenerateSecretString|Version|Type|Required|Source|Stage|Path|Prefix|Age|Days|Validity|Units?|Characters|Users?)$|_(?:ARN|ID|NAME|PATH|PREFIX|VERSION|TYPE|REGION|FILE|TTL)$/i;
/** Words of ours and of AWS that stand where a secret could. */
const PLAIN_WORDS = /^(?:true|false|enabled|disabled|none|null|required|optional|hours|minutes|days|seconds)$/i;

/** What is a secret wherever it stands. */
const SHAPES: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bgh[opsur]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[\w-]{16,}|\bnpm_[A-Za-z0-9]{30,}/,
  /\bxox[abeoprs]-[A-Za-z0-9-]{8,}|\bxapp-[A-Za-z0-9-]{10,}|hooks\.slack\.com\/services\/[\w/]+/,
  /\b[srp]k_(?:live|test)_[A-Za-z0-9]{8,}|\bwhsec_[A-Za-z0-9]{16,}/,
  /\bsk-[A-Za-z0-9_-]{20,}|\bAIza[A-Za-z0-9_-]{30,}|\bSG\.[\w-]{16,}\.[\w-]{16,}/,
  /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY/,
  /\beyJ[A-Za-z0-9_-]{8,500}\.eyJ[A-Za-z0-9_-]{8,500}/,
];
/** `scheme://user:password@`; a reference in the place of the password is none. */
const CREDENTIALS_IN_URL = /[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,200}:(?!\$\{|\{\{resolve:|\*{4,}@)([^\s/@]{1,500})@/i;
const DYNAMIC_REFERENCE = /\{\{resolve:(?:\$\{[^}]{0,300}\}|[^{}]){0,2000}\}\}/g;
const ARN = /^arn:[^:\s]*:[^:\s]*:[^:\s]*:[^:\s]*:\S+$/;
/** A secret access key of AWS, as IAM gives one; a digest in hex is none. */
const ACCESS_KEY = /^(?=.*[g-zG-Z/+])(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[A-Za-z0-9/+]{40}$/;

/** Functions whose arguments are names of things. */
const NAMING = /^(?:Ref|Fn::(?:GetAtt|ImportValue|FindInMap|GetAZs|Transform)|Condition)$/;
/** Functions whose first argument is no value. */
const FIRST_IS_NAME = /^Fn::(?:If|Join|Select|Split)$/;
const isFunction = (part: string) => part.startsWith('Fn::');
const isIndex = (part: string) => /^\d+$/.test(part);

/** The name by which a value is called: the last part that is no function, place in a list, or word for a value. */
function nameOf(path: readonly string[]): string {
  const named = path.filter((part) => !isFunction(part) && !isIndex(part));
  const last = named.at(-1) ?? '';
  return /^(?:Value|Default|DefaultValue)$/.test(last) ? (named.at(-2) ?? last) : last;
}

function isSecretName(name: string): boolean {
  return (SECRET_NAMES.test(name) || ENVIRONMENT_KEY.test(name)) && !NO_SECRETS.test(name);
}

/** @param path of a property or an output: is what stands there called a secret? */
export function isSecretPath(path: string): boolean {
  const parts = path.split('.');
  return parts.some((part) => SECRET_PARTS.test(part)) || isSecretName(nameOf(parts));
}

const isSecretByItself = (text: string): boolean =>
  SHAPES.some((shape) => shape.test(text)) || CREDENTIALS_IN_URL.test(text) || ACCESS_KEY.test(text);

/** @param text as it stands at the path; `${…}` in it are references of Fn::Sub. */
export function isSecretText(path: readonly string[], text: string): boolean {
  if (text === '' || isMask(text)) return false;
  const own = text.replaceAll(DYNAMIC_REFERENCE, '');
  if (isSecretByItself(own)) return true;
  const written = path.includes('Fn::Sub') ? own.replaceAll(/\$\{[^}]{0,300}\}/g, '') : own;
  if (written.trim() === '' || ARN.test(own) || PLAIN_WORDS.test(own)) return false;
  return path.some((part) => SECRET_PARTS.test(part)) || isSecretName(nameOf(path));
}

export interface LeafContext {
  /** Is what stands at this path made of something secret (see `createTaint`)? */
  isTainted?(path: readonly string[]): boolean;
}
/** JSON in JSON in JSON: what is deeper is masked whole where it could hold anything. */
const MAX_EMBEDDED = 4;

/**
 * The one way to show a value: every secret leaf of it is a mask, all else is as it was.
 *
 * @param value JSON, or text as CloudFormation tells it.
 * @param path where it stands, below the resource: `Properties.Environment.Variables`.
 */
export function maskLeaves<T>(value: T, path: string | readonly string[], context: LeafContext = {}): T {
  const parts = typeof path === 'string' ? path.split('.') : path;
  return masked(value, parts, context, 0) as T;
}

/** One text as it may be shown. */
export const maskText = (path: string, text: string, context?: LeafContext): string => maskLeaves(text, path, context);

function masked(value: unknown, path: readonly string[], context: LeafContext, embedded: number): unknown {
  if (value === null || value === undefined || typeof value === 'boolean') return value;
  if (typeof value !== 'object') {
    if (context.isTainted?.(path) && String(value) !== '') return MASK;
    return typeof value === 'string' ? maskedText(value, path, context, embedded) : maskedNumber(value as number, path);
  }
  if (Array.isArray(value))
    return value.map((item, index) => {
      const isName = index === 0 && FIRST_IS_NAME.test(path.at(-1) ?? '');
      return isName ? item : masked(item, [...path, String(index)], context, embedded);
    });
  const called = pairName(value as Record<string, unknown>);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (NAMING.test(key) && Object.keys(value).length === 1 && !context.isTainted?.(path)) return [key, item];
      const at = called !== undefined && key === 'Value' ? [...path, called, key] : [...path, key];
      return [key, masked(item, at, context, embedded)];
    }),
  );
}

/** `{Name, Value}` as ECS, CodeBuild, SSM and tags have it; one that only says where the value is kept has no name. */
function pairName({ Name, Key, ParameterKey, Value, Type }: Record<string, unknown>): string | undefined {
  if (Value === undefined || /^(?:PARAMETER_STORE|SECRETS_MANAGER)$/.test(String(Type))) return undefined;
  const name = Name ?? Key ?? ParameterKey;
  return typeof name === 'string' ? name : undefined;
}

/** A number under a secret's name is a setting (`PasswordLength: 16`) unless it is long enough to be one. */
const maskedNumber = (value: number, path: readonly string[]): unknown =>
  String(value).length >= 6 && isSecretText(path, String(value)) ? MASK : value;

function maskedText(text: string, path: readonly string[], context: LeafContext, embedded: number): string {
  if (path.some((part) => SECRET_PARTS.test(part))) return isSecretText(path, text) ? MASK : text;
  if (/^\s*[[{]/.test(text) && !text.startsWith('{{')) {
    if (jsonInText(text) === 'too deep') return MASK;
    const parsed = jsonOf(text);
    if (parsed !== undefined) {
      if (embedded >= MAX_EMBEDDED) return MASK;
      const inner = JSON.stringify(masked(parsed, path, context, embedded + 1));
      return inner === JSON.stringify(parsed) ? text : inner;
    }
  }
  return isSecretText(path, text) ? MASK : text;
}

function jsonOf(text: string): unknown {
  const json = jsonInText(text);
  return typeof json === 'object' && typeof json.value === 'object' ? json.value : undefined;
}

/** Where templates hold values, and not names of things: below a resource's or an output's own name. */
const SECTIONS = ['Resources', 'Outputs', 'Mappings', 'Metadata', 'Parameters', 'Conditions', 'Rules'];
const UNREADABLE = `${MASK} (this template cannot be parsed, so it is not shown)`;

/** The template's text with every secret leaf masked; comments and short forms stay. */
export function maskTemplate(text: string): string {
  if (text.trim() === '') return text;
  const json = text.trimStart().startsWith('{') ? jsonOf(text) : undefined;
  if (json !== undefined) {
    const shown = maskedTemplate(json as Record<string, unknown>);
    return JSON.stringify(shown) === JSON.stringify(json) ? text : JSON.stringify(shown, null, 2);
  }
  const document = editableDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return UNREADABLE;
  let count = 0;
  for (const section of SECTIONS) {
    const entries = document.getIn([section], true);
    for (const { key, value } of isMap(entries) ? entries.items : [])
      count += maskNode(value, { document, path: startOf(section, String(isScalar(key) ? key.value : '')) });
  }
  return count > 0 ? document.toString({ lineWidth: 0 }) : text;
}

/** A resource's logical id or a condition's name names a thing; an output's or a parameter's name is what its value is called. */
const startOf = (section: string, name: string): string[] =>
  ['Resources', 'Conditions', 'Rules'].includes(section) ? [section] : [section, name];

function maskedTemplate(template: Record<string, unknown>): Record<string, unknown> {
  const parts = Object.entries(template).map(([section, entries]): [string, unknown] => {
    if (!SECTIONS.includes(section) || entries === null || typeof entries !== 'object') return [section, entries];
    const shown = Object.entries(entries).map(([name, entry]) => [
      name,
      maskLeaves(section === 'Parameters' ? maskedDefault(entry) : entry, startOf(section, name)),
    ]);
    return [section, Object.fromEntries(shown)];
  });
  return Object.fromEntries(parts);
}

const isNoEcho = (parameter: { NoEcho?: unknown; Default?: unknown } | null) =>
  String(parameter?.NoEcho) === 'true' && parameter?.Default !== undefined && parameter.Default !== '';
const maskedDefault = (parameter: object) => (isNoEcho(parameter) ? { ...parameter, Default: MASK } : parameter);

interface At {
  document: Document;
  path: readonly string[];
}

/** @returns how many leaves it masked, in place. */
function maskNode(node: unknown, { document, path }: At): number {
  const tag = tagOf(node);
  if (tag !== undefined && NAMING.test(tag)) return 0;
  const own = tag === undefined ? path : [...path, tag];
  const replace = (value: unknown, at: readonly string[], put: (node: unknown) => void): number => {
    if (!isScalar(value)) return maskNode(value, { document, path: at });
    const called = tagOf(value);
    if (called !== undefined && NAMING.test(called)) return 0;
    const shown = maskLeaves(value.value, called === undefined ? at : [...at, called]);
    if (shown === value.value) return 0;
    put(document.createNode(shown));
    return 1;
  };
  if (isSeq(node))
    return node.items.reduce<number>((sum, item, index) => {
      if (index === 0 && FIRST_IS_NAME.test(own.at(-1) ?? '')) return sum;
      return sum + replace(item, [...own, String(index)], (made) => node.items.splice(index, 1, made));
    }, 0);
  if (!isMap(node)) return 0;
  const textAt = (key: string) => node.get(key) as unknown;
  const isParameter = path.length === 2 && path[0] === 'Parameters';
  const [Name, Key, ParameterKey, Type] = ['Name', 'Key', 'ParameterKey', 'Type'].map(textAt);
  const called = pairName({ Name, Key, ParameterKey, Type, Value: textAt('Value') });
  const hidesDefault = isParameter && isNoEcho({ NoEcho: textAt('NoEcho'), Default: textAt('Default') });
  return node.items.reduce((sum, pair) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    if (NAMING.test(key) && node.items.length === 1) return sum;
    const put = (made: unknown) => {
      pair.value = made as typeof pair.value;
    };
    if (hidesDefault && key === 'Default') {
      put(document.createNode(MASK));
      return sum + 1;
    }
    return (
      sum + replace(pair.value, called !== undefined && key === 'Value' ? [...own, called, key] : [...own, key], put)
    );
  }, 0);
}

/** A short form as its function. */
function tagOf(node: unknown): string | undefined {
  const tag = (node as { tag?: string } | null)?.tag;
  if (tag === undefined || !tag.startsWith('!') || tag.startsWith('!!')) return undefined;
  return tag === '!Ref' || tag === '!Condition' ? tag.slice(1) : `Fn::${tag.slice(1)}`;
}

/** Paths at which a template carries a mask instead of a value. */
export function masksIn(value: unknown, path = ''): string[] {
  if (isMask(value)) return [path];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => masksIn(inner, path === '' ? key : `${path}.${key}`));
}
