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
import { isMembers } from '../../../core/leaves.ts';
import { isMask, isSecretPath, MASK } from '../template/secrets.ts';

export type Tag = (secret: string) => string;

const TAG_CHARACTERS = 8;

export function tagsFor(secretKey: string, planNonce: string): Tag {
  const key = createHmac('sha256', secretKey).update(`mask/${planNonce}`).digest();
  return (secret) => `${MASK}(${createHmac('sha256', key).update(secret).digest('hex').slice(0, TAG_CHARACTERS)})`;
}

/** Lists of pairs, in which one member names the other. */
const NAMES = ['Name', 'Key', 'ParameterKey', 'OptionName', 'name', 'key'];

/** @param value opened; @param path its names joined by dots. */
export function masked(value: Json, path: string, tag: Tag): Json {
  if (Array.isArray(value)) return withoutKeys(value, tag).map((item) => masked(item, path, tag));
  if (isMembers(value)) {
    const name = NAMES.map((one) => value[one]).find((one) => typeof one === 'string');
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const at =
          isValueOf(key) && typeof name === 'string' ? `${path}.${name.replaceAll('.', '_')}` : `${path}.${key}`;
        return [readable(key), masked(item, at, tag)];
      }),
    );
  }
  if (typeof value === 'number') return isNamedSecret(path) && !isHostText(path) ? tag(String(value)) : value;
  return typeof value === 'string' ? readable(maskedText(value, path, tag)) : value;
}

/** As people write it: what stands for a value that is not there yet becomes `${Name}`. */
const readable = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\u{27e6}(?:own:|\?)([^\u{27e7}]*)\u{27e7}/gu, (_all, name: string) => `\${${name}}`)
    .replaceAll(/\u{27e6}import:([^\u{27e7}]*)\u{27e7}/gu, (_all, name: string) => `\${import ${name}}`)
    .replaceAll('\u{fffd}unresolved\u{fffd}', `\${not known yet}`);

const isValueOf = (key: string) => /^(?:Parameter|Option)?Value$/i.test(key);
const HOST_TEXT =
  /\.(?:UserData|ZipFile|OnStart|OnCreate|BootstrapActions|Steps)\b|AWS::CloudFormation::Init|AWS::CloudFormation::Authentication/;
const isHostText = (path: string) => HOST_TEXT.test(path);
/** User data and keys: secret as a whole by name, told word by word instead. */
const isNamedSecret = (path: string) =>
  isSecretPath(path.replaceAll(/\.(?:UserData|Secrets)\b/g, '')) ||
  /(?:^|[._-])(?:stripe|api|private|secret|signing|encryption)[_-]?key$/i.test(path);

const REFERENCE = /^(?:\u{27e6}[^\u{27e7}]*\u{27e7}|\{\{resolve:[^}]+\}\}|arn:[\w-]+:\S*|true|false)$/iu;

function maskedText(text: string, path: string, tag: Tag): string {
  if (text === '' || isMask(text) || REFERENCE.test(text)) return text;
  if (/\.UserData\b/.test(path)) return maskedCommand(text, tag);
  if (isNamedSecret(path)) return isHostText(path) && /\s/.test(text) ? maskedCommand(text, tag) : tag(text);
  return isHostText(path) ? maskedCommand(text, tag) : maskedInside(text, tag);
}

const PRIVATE_KEY = /(?<=-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]+?(?=-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const URL_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):([^\s@/]+)@/gi;
const KEY_FORMS =
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*)?/g;
const ASSIGNED =
  /((?:^|[\s;&|,{("'-])[\w.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key)[\w.-]*["']?(?:\s*[:=]\s*|\s+))("[^"]*"|'[^']*'|[^\s"';,&|)}]+)/gi;

/** What is a secret wherever it stands. */
function maskedInside(text: string, tag: Tag): string {
  return text
    .replaceAll(PRIVATE_KEY, tag)
    .replaceAll(URL_PASSWORD, (_all, start: string, password: string) => `${start}:${tag(password)}@`)
    .replaceAll(KEY_FORMS, tag);
}

/** A private key that stands in several lines is one secret in each of them. */
function withoutKeys(lines: readonly Json[], tag: Tag): Json[] {
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

const PUBLIC_KEY = /\b(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-[\w-]+|sk-(?:ssh|ecdsa)[\w@.-]+) +AAAA[A-Za-z0-9+/=]+/g;
const KEPT = '\u{e000}';
/** Letters and digits together, and no name of a file, host, package or resource that people read. */
const LOOKS_SECRET = /^(?=[^\s]*[A-Za-z])(?=[^\s]*\d)[\w+=~!#%^*-]{10,}$/;
const READABLE =
  /^(?:(?:ami|i|sg|vpc|subnet|vol|eni|arn)-[0-9a-f]{8,17}|AKIA[A-Z0-9]{16}|\d{12}|[a-z]{2,}-[a-z]+-\d[a-z]?)$/;

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
