/**
 * Masks secrets in opened values, leaf by leaf.
 *
 * SECURITY: a masked leaf carries a short keyed tag, so that people see whether two secrets differ and nothing else.
 * The key is the state's own with the plan's nonce: equal secrets look equal within one plan only.
 * Guarantees: what is named like a secret; user data and text that runs on a host word by word; passwords in URLs;
 * private keys; what looks like a key by its form. A name, a reference, a switch and an ARN are no secrets.
 * Does not cover: a short password that stands as a plain word in a command.
 */

import { createHmac } from 'node:crypto';
import type { Json } from '../../../core/digest.ts';
import { jsonInText } from '../../../core/input-bounds.ts';
import { isMembers, mapped } from '../../../core/leaves.ts';
import { isMask, isSecretPath, isSecretText, MASK } from '../template/secrets.ts';

export type Tag = (secret: string) => string;

const TAG_CHARACTERS = 8;

export function tagsFor(secretKey: string, planNonce: string): Tag {
  const key = createHmac('sha256', secretKey).update(`mask/${planNonce}`).digest();
  return (secret) => `${MASK}(${createHmac('sha256', key).update(secret).digest('hex').slice(0, TAG_CHARACTERS)})`;
}

/** Lists of pairs, in which one member names the other. */
const NAMES = ['Name', 'Key', 'ParameterKey', 'OptionName', 'name', 'key'];

/** How text was opened says nothing of what it is called. */
const isOpening = (key: string) => /^\u{27e6}(?!\?)/u.test(key);

/** @param value opened; @param path where it stands below the resource. */
export function masked(value: Json, path: readonly string[], tag: Tag): Json {
  if (Array.isArray(value)) return mapped(withoutKeys(value, tag), (item) => masked(item, path, tag));
  if (isMembers(value)) {
    const name = NAMES.map((one) => value[one]).find((one) => typeof one === 'string') as string | undefined;
    const inner = mapped(value, (item, key = '') => {
      const called = name !== undefined && isValueOf(key) ? [name, key] : isOpening(key) ? [] : [key];
      return masked(item, [...path, ...called], tag);
    }) as { [key: string]: Json };
    return Object.keys(inner).every((key) => readable(key) === key)
      ? inner
      : Object.fromEntries(Object.entries(inner).map(([key, item]) => [readable(key), item]));
  }
  if (typeof value === 'number') return isSecretPlace(path) && String(value).length >= 6 ? tag(String(value)) : value;
  return typeof value === 'string' ? readable(maskedText(value, path, tag)) : value;
}

/** As people write it: what stands for a value that is not there yet becomes `${Name}`. */
const readable = (text: string): string => {
  const whole = text.toWellFormed();
  if (!/[\u{27e6}\u{fffd}]/u.test(whole)) return whole;
  return whole
    .replaceAll(/\u{27e6}(?:own:|\?)([^\u{27e7}]*)\u{27e7}/gu, (_all, name: string) => `\${${name}}`)
    .replaceAll(/\u{27e6}import:([^\u{27e7}]*)\u{27e7}/gu, (_all, name: string) => `\${import ${name}}`)
    .replaceAll('\u{fffd}unresolved\u{fffd}', `\${not known yet}`);
};

const isValueOf = (key: string) => /^(?:Parameter|Option)?Value$/i.test(key);
/** What runs on hosts and in functions: told word by word, since what it does is what a reviewer must see. */
const HOST_TEXT =
  /^(?:UserData|ZipFile|InlineCode|OnStart|OnCreate|BootstrapActions|Steps|AWS::CloudFormation::(?:Init|Authentication)|user_data(?:_base64)?|custom_data|metadata_startup_script|(?:startup|shutdown)-script)$/;
const isSecretPlace = (path: readonly string[]) => isSecretPath(path.filter((part) => !HOST_TEXT.test(part)).join('.'));

const REFERENCE = /^(?:\u{27e6}[^\u{27e7}]*\u{27e7}|\{\{resolve:[^}]+\}\}|arn:[\w-]+:\S*|true|false)$/iu;

function maskedText(text: string, path: readonly string[], tag: Tag): string {
  if (text === '' || isMask(text) || REFERENCE.test(text)) return text;
  if (/^\s*[[{]/.test(text) && jsonInText(text) === 'too deep') return tag(text);
  const runs = path.some((part) => HOST_TEXT.test(part));
  if (isSecretPlace(path) && !(runs && /\s/.test(text))) return tag(text);
  const told = runs ? maskedCommand(text, tag) : maskedInside(text, tag);
  // What is still a secret by its form is hidden whole.
  return isSecretText([], told.replaceAll(TAGGED, '')) ? tag(text) : told;
}

const TAGGED = /(?:\b(?:AKIA|ASIA))?\*{4}\([0-9a-f]{8}\)/g;
const PRIVATE_KEY = /(?<=-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]+?(?=-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const URL_PASSWORD = /([a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]{0,200}):([^\s@/]+)@/gi;
/** The name of an access key: that there is one must be seen. */
const KEY_ID = /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g;
const KEY_FORMS =
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|(?<![\w-])eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*)?/g;
const ASSIGNED =
  /((?:^|[\s;&|,{("'-])[\w.-]{0,60}(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key)[\w.-]{0,60}["']?(?:\s*[:=]\s*|\s+))("[^"]*"|'[^']*'|[^\s"';,&|)}]+)/gi;

/** What is a secret wherever it stands. */
function maskedInside(text: string, tag: Tag): string {
  return text
    .replaceAll(PRIVATE_KEY, tag)
    .replaceAll(URL_PASSWORD, (_all, start: string, password: string) => `${start}:${tag(password)}@`)
    .replaceAll(KEY_FORMS, tag)
    .replaceAll(KEY_ID, (id) => id.slice(0, 4) + tag(id));
}

/** A private key that stands in several lines is one secret in each of them. */
function withoutKeys(lines: Json[], tag: Tag): Json[] {
  if (!lines.some((line) => typeof line === 'string' && line.includes('PRIVATE KEY'))) return lines;
  let isInside = false;
  return lines.map((line) => {
    if (typeof line !== 'string') return line;
    const begins = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(line);
    const ends = /-----END [A-Z ]*PRIVATE KEY-----/.test(line);
    const hidden = isInside && !ends;
    isInside = (isInside || begins) && !ends;
    return hidden ? tag(line) : line;
  });
}

const PUBLIC_KEY =
  /\b(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-[\w-]{1,60}|sk-(?:ssh|ecdsa)[\w@.-]{1,60}) {1,5}AAAA[A-Za-z0-9+/=]+/g;
const KEPT = '\u{e000}';
/** Letters and digits together, and no name of a file, host, package or resource that people read. */
const LOOKS_SECRET = /^(?=[^\s]*[A-Za-z])(?=[^\s]*\d)[\w+=~!#%^*-]{10,}$/;
const READABLE = /^(?:(?:ami|i|sg|vpc|subnet|vol|eni|arn)-[0-9a-f]{8,17}|\d{12}|[a-z]{2,}-[a-z]+-\d[a-z]?)$/;

/** A line that runs: its words stay, those that could be secrets do not. */
function maskedCommand(text: string, tag: Tag): string {
  const kept: string[] = [];
  const shielded = maskedInside(text, tag).replaceAll(PUBLIC_KEY, (key) => `${KEPT}${kept.push(key) - 1}${KEPT}`);
  const assigned = shielded.replaceAll(ASSIGNED, (all, name: string, secret: string) =>
    isMask(secret) || /^\$|^\u{27e6}/u.test(secret) ? all : name + tag(secret.replaceAll(/^["']|["']$/g, '')),
  );
  return assigned
    .replaceAll(/[^\s"'`=,;|&()<>@:/.]+/g, (word) =>
      LOOKS_SECRET.test(word) && !READABLE.test(word) && !/^\*{4}/.test(word) && !word.includes(KEPT)
        ? tag(word)
        : word,
    )
    .replaceAll(new RegExp(`${KEPT}(\\d+)${KEPT}`, 'g'), (_all, index: string) => kept[Number(index)]!);
}
