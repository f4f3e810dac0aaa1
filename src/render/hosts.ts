/**
 * Hosts that a text names: URLs, addresses, mail, and bare names.
 *
 * Guarantees: every authority of a URL, whatever it is written in (other scripts, numbers, IPv6, escaped slashes); a
 * bare name by the name that it ends in; the whole value of a setting that is called a host, whatever it looks like.
 * Names below the cloud's domains that its customers give (a bucket, a load balancer, an instance) are hosts like any
 * other; its own services, which the provider tells, are none.
 * Does not cover: a bare name that ends as a file does, outside such a setting; a single word in a URL.
 */

import type { HostRules } from '../core/hosts.ts';

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([match]) => match);

const OWN_NETWORK = /^(?:10|127|0|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.[\d.]+$|^localhost$|^\[?::1\]?$/i;

const URL =
  /\b[a-z][a-z0-9+.-]{0,20}:(?:\\?\/){2}((?:\[[\da-f:.]+\]|\$\{[^}\s]{1,200}\}|[^\s"'`<>|()[\]{}\\/?#,;]){1,500})((?:[/?#]|\\\/)[^\s"'`<>)]*)?/giu;
const MAIL = /(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]+\.)+[a-z]{2,}/gi;
const BARE =
  /(?<![\p{L}\p{N}_.@/-])(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?[.\u3002]){1,6}[a-z]{2,24}(?![\p{L}\p{N}_(-])/giu;
const ADDRESS = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]|\/)/g;

/** Without one of these no text is a URL, an address or a name: most values are none, and the patterns are large. */
const NAMES_MORE = /[.:@\u3002]/;

export function hostsIn(text: string, rules: HostRules): string[] {
  if (!NAMES_MORE.test(text)) return [];
  const urls = [...text.matchAll(URL)]
    .filter(([, authority, path]) => isElsewhere(authority!, rules, path))
    .map(([url]) => url);
  const rest = text.replaceAll(URL, ' ');
  const words = rest.replaceAll(MAIL, ' ');
  return [
    ...urls,
    ...all(rest, MAIL),
    ...all(words, BARE).filter((host) => isDomain(host) && !rules.isOwn(host)),
    ...all(words, ADDRESS).filter((address) => !OWN_NETWORK.test(address)),
  ];
}

/** A number is an address; a single word is a neighbour, or stands for one. */
function isElsewhere(authority: string, { isOwn, holdsNames }: HostRules, path = ''): boolean {
  const host = authority
    .replaceAll(/\$\{[^{}]*\}/g, 'x')
    .replace(/^.*@/s, '')
    .replace(/:\d*$/, '');
  if (/^[$%]/.test(host) || OWN_NETWORK.test(host)) return false;
  if (/^(?:\d+|0x[\da-f]+)$/i.test(host) || host.startsWith('[')) return true;
  if (!/[.\u3002\uff0e\uff61]/u.test(host) || /^[x.]+$/.test(host)) return false;
  return !isOwn(host) || (holdsNames(host) && /^\\?\/[^/]/.test(path));
}

/** Domains below which anybody gets a name. */
const SHARED =
  /^(?:azurewebsites\.net|windows\.net|googleapis\.com|run\.app|web\.app|github\.io|gitlab\.io|herokuapp\.com|vercel\.app|netlify\.app|workers\.dev|pages\.dev|ngrok\.io|ngrok\.app|[a-z]{2,3}\.[a-z]{2})$/i;
/** What hosts of one owner end in; of a shared domain, and of an address, the whole host. */
export function domainOf(value: string, rules: HostRules): string {
  const authority = /^[a-z][a-z0-9+.-]*:(?:\\?\/){2}([^/\\?#]*)/i.exec(value)?.[1] ?? value;
  const host = authority.replace(/^.*@/s, '').replace(/^([^:]*):\d*$/, '$1');
  const domain = host.split('.').slice(-2).join('.');
  return /^[\d.]+$|[:[]/.test(host) || SHARED.test(domain) || rules.isShared(domain) ? host : domain;
}

/** A setting that is called a host. */
const CALLED_HOST =
  /(?:host(?:s|name)?|ur[il]|endpoint|domain(?:name)?|server|address|proxy|origin|dsn|broker|upstream|webhook)s?(?:\.\d+|\.Value)*$/i;
const IN_CAPITALS = /\.[A-Z][A-Z0-9_]*(?:\.Value)?$/;
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N}_.:[\]-]{0,251}[\p{L}\p{N}.\]])?$/u;

export function hostOfSetting(path: string, text: string, { isOwn }: HostRules): string[] {
  const host = text.replace(/^([^:]*):\d+$/, '$1');
  const isName = CALLED_HOST.test(path) && NAME.test(text) && !/^(?:[\d.]*|true|false)$/i.test(host);
  if (!isName || OWN_NETWORK.test(host) || isOwn(host) || /^(?:arn|s3):/.test(text)) return [];
  return /[.:\u3002]/u.test(host) || IN_CAPITALS.test(path) ? [host] : [];
}

/** Words that look like hosts and are versions, files or parts of code. */
const NO_HOST =
  /\.(?:handler|js|mjs|cjs|ts|py|rb|go|java|jar|zip|json|ya?ml|sh|conf|cfg|ini|log|txt|pem|gz|tar|html?|css|xml|md|so|bin|rpm|deb|env|lock|large|xlarge|micro|small|medium|nano|metal|\d*xlarge|x|Arn|Id|Name|internal|local|localhost|service|socket|mount|target|repo|d|keyring|gpg|asc)$|^(?:process\.env|os\.environ|os\.path|module\.exports)\./i;
/** A word with dots that is no version, no key of a map and no name of code: its last part is a name that domains end in. */
const ENDS_AS_DOMAIN =
  /\.(?:com|net|org|edu|gov|mil|int|info|biz|name|dev|app|cloud|site|online|store|shop|xyz|top|club|live|me|tv|cc|ws|to|ly|gg|sh|ai|io|co|example|test|invalid|onion|[a-z]{2}|xn--[a-z0-9-]+|[a-z]{5,24})$/i;
const isDomain = (host: string): boolean =>
  !NO_HOST.test(host) &&
  ENDS_AS_DOMAIN.test(host) &&
  !/^(?:aws|s3|sns|sqs|ec2|iam|sts|kms|states|lambda|ecs|logs|events|dynamodb)\./i.test(host) &&
  (host === host.toUpperCase() || !/^[A-Z]\w*\.[A-Z]|[A-Z]$/.test(host));
