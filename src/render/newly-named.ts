/**
 * What a change newly names, wherever it stands: the first thing that a reviewer asks of a change.
 *
 * Guarantees: accounts that are not the plan's own and not in the policy, hosts and URLs, keys, principals, commands,
 * code and images of others, grants to everybody, and conditions that go; in resources, outputs, metadata, parameters
 * and settings of the stack, in text that is opened (JSON, base64), changed and created alike; each once, with every
 * place where it stands.
 * Does not cover: names that are put together while something runs; what is packed or encrypted.
 */
import type { Json } from '../core/digest.ts';
import { type LeafChange, leavesOf } from '../core/leaves.ts';
import type { Thing } from '../core/picture.ts';

export const NAMED_KINDS = [
  'account',
  'everybody',
  'principal',
  'command',
  'key',
  'host',
  'image',
  'layer',
  'unguarded',
  'condition',
] as const;
export type NamedKind = (typeof NAMED_KINDS)[number];

export interface Named {
  kind: NamedKind;
  /** As it stands there, from outside. */
  value: string;
  /** `Fn Properties.Environment.Variables.API_HOST`. */
  places: string[];
}

/** A leaf with the thing that it belongs to. */
export interface PlacedLeaf extends LeafChange {
  thing: Thing;
}

export interface Own {
  account: string;
  region: string;
  /** Accounts that the policy names. */
  known: readonly string[];
}

type Find = (leaf: PlacedLeaf, after: string, own: Own) => string[];

export function newlyNamed(leaves: readonly PlacedLeaf[], things: readonly Thing[], own: Own): Named[] {
  const before = textBefore(things);
  const found = new Map<string, Named>();
  for (const leaf of leaves) {
    const where = `${leaf.thing.id || 'stack'} ${leaf.path}`;
    for (const [kind, value] of namesIn(leaf, own)) {
      if (kind !== 'condition' && kind !== 'unguarded' && kind !== 'command' && before.has(value)) continue;
      const known = found.get(`${kind} ${value}`) ?? { kind, value, places: [] };
      found.set(`${kind} ${value}`, known);
      if (!known.places.includes(where)) known.places.push(where);
    }
  }
  return [...found.values()].sort((a, b) => NAMED_KINDS.indexOf(a.kind) - NAMED_KINDS.indexOf(b.kind));
}

function* namesIn(leaf: PlacedLeaf, own: Own): Generator<[NamedKind, string]> {
  const { after } = leaf;
  if (after === undefined || after === leaf.before) {
    if (/\.(?:Condition|Conditions)\.|SourceAccount$|SourceArn$/.test(leaf.path) && leaf.before !== undefined)
      yield ['condition', `${leaf.before} is no longer required`];
    return;
  }
  for (const [kind, find] of FINDERS) for (const value of find(leaf, after, own)) yield [kind, value];
}

/** All that was named before in this stack, so that a value that only moves is nothing new. */
function textBefore(things: readonly Thing[]): { has(value: string): boolean } {
  const texts: string[] = [];
  for (const { before } of things)
    if (before !== null) for (const [, text] of leavesOf(before as Json, '')) texts.push(text);
  const all = `\n${texts.join('\n')}\n`;
  const boundary = '[^A-Za-z0-9_.:/-]';
  return {
    has: (value) =>
      all.includes(value) &&
      new RegExp(`${boundary}${value.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')}${boundary}`).test(all),
  };
}

const all = (text: string, pattern: RegExp, group = 0): string[] =>
  [...text.matchAll(pattern)].map((match) => match[group]!);

/** Domains of AWS's own services, and words that look like hosts and are versions or files. */
const AWS_HOST = /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|api\.aws|aws\.amazon\.com|amazon\.com)$/i;
const NO_HOST =
  /\.(?:handler|js|mjs|cjs|ts|py|rb|go|java|jar|zip|json|ya?ml|sh|conf|cfg|ini|log|txt|pem|gz|tar|html?|css|xml|md|so|bin|rpm|deb|env|lock|large|xlarge|micro|small|medium|nano|metal|\d*xlarge|x|Arn|Id|Name|internal|local|localhost|service|socket|mount|target|repo|d|keyring|gpg|asc)$/i;
const URL_HOST =
  /\b[a-z][a-z0-9+.-]{0,20}:\/\/(?:[^\s/@"'`]{1,500}@)?([A-Za-z0-9.-]+\.[A-Za-z]{2,}|\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?(?:\/[^\s"'`<>)]*)?/g;
const BARE_HOST = /(?<![\w.@/-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,24}(?![\w(-])/gi;
const ADDRESS = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]|\/)/g;
const MAIL = /(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]+\.)+[a-z]{2,}/gi;
const isOwnService = (host: string) => AWS_HOST.test(host) && !/^[^.]+\.(?:lambda-url|execute-api)\./.test(host);

function hosts(text: string): string[] {
  const urls = [...text.matchAll(URL_HOST)].filter(([, host]) => !isOwnService(host!)).map(([url]) => url);
  const mails = all(text, MAIL);
  const rest = text.replaceAll(URL_HOST, ' ').replaceAll(MAIL, ' ');
  const bare = all(rest, BARE_HOST).filter((host) => !isOwnService(host) && !NO_HOST.test(host) && isDomain(host));
  return [
    ...urls,
    ...mails,
    ...bare,
    ...all(rest, ADDRESS).filter((address) => !/^(?:10|127|0|169\.254|192\.168)\./.test(address)),
  ];
}

/** A word with dots that is no version, no key of a map and no name of code: its last part is a name that domains end in. */
const ENDS_AS_DOMAIN =
  /\.(?:com|net|org|edu|gov|mil|int|info|biz|name|dev|app|cloud|site|online|store|shop|xyz|top|club|live|me|tv|cc|ws|to|ly|gg|sh|ai|io|co|example|test|invalid|onion|[a-z]{2}|xn--[a-z0-9-]+|[a-z]{5,24})$/i;
const isDomain = (host: string) =>
  ENDS_AS_DOMAIN.test(host) &&
  /[a-z]/i.test(host) &&
  !/^(?:aws|s3|sns|sqs|ec2|iam|sts|kms|states|lambda|ecs|logs|events|dynamodb)\./i.test(host) &&
  !/^[A-Z]\w*\.[A-Z]/.test(host);

const ACCOUNT = /(?<!\d)\d{12}(?!\d)/g;
const ARN = /\barn:[\w-]+:[\w-]*:[\w-]*:(\d{12}):[^\s"'`,)\]}]+/g;
const IMAGE =
  /(?<![\w./-])(?:(?:[\w-]{1,63}\.){1,10}[a-z]{2,63}(?::\d{1,5})?\/)?[\w./-]{1,255}(?::[\w.-]+|@sha256:[0-9a-f]{64})/gi;
const isForeign = (account: string, { account: own, known }: Own) => account !== own && !known.includes(account);

function accounts(_leaf: PlacedLeaf, text: string, own: Own): string[] {
  const arns = [...text.matchAll(ARN)].filter(([, account]) => isForeign(account!, own)).map(([arn]) => arn);
  const bare = all(text.replaceAll(ARN, ' '), ACCOUNT).filter(
    (account) => isForeign(account, own) && !/^0+$/.test(account),
  );
  return [...arns, ...bare];
}

const KEY =
  /\b(?:AKIA|ASIA)(?:[A-Z0-9]{16}\b|\*{4}\([0-9a-f]{8}\))|\b(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-[\w-]{1,60}|sk-[\w@.-]{1,60}) {1,5}AAAA[A-Za-z0-9+/=]+(?: +[\w@.-]+)?|-----BEGIN [A-Z ]*(?:PUBLIC KEY|PGP|CERTIFICATE)[A-Z ]*-----/g;

const PRINCIPAL_PATH = /\.(?:Principals?|NotPrincipal|AWS|Federated|Service|CanonicalUser)(?:\.\d+)?$/;
const isPrincipalLeaf = ({ path }: PlacedLeaf) => PRINCIPAL_PATH.test(path) && /Principal/.test(path);

/** A service of AWS by itself is nobody; what lets it act for others is a condition, and marks find that. */
const AWS_SERVICE = /\.amazonaws\.com(?:\.cn)?$/;

/** What runs: on hosts, at their start, in containers and builds. */
const RUNS =
  /\.UserData\b|AWS::CloudFormation::Init\.(?:.*\.)?(?:commands|services|files|sources|packages)\b|\.(?:Command|EntryPoint|BuildSpec|OnStart|OnCreate|BootstrapActions|commands|runCommand|inputs)\b|\.(?:command|Script|script)$/;
const PIPED =
  /\b(?:curl|wget|fetch)\b[^|\n]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\b(?:ba)?sh\s+-c\b|\beval\b|\bnc\s+-|\/dev\/tcp\//;

const UNGUARDED: [RegExp, RegExp][] = [
  [/\.(?:AuthorizationType|AuthType|FunctionUrlAuthType)$/, /^NONE$/i],
  [/\.(?:PubliclyAccessible|MapPublicIpOnLaunch|AssociatePublicIpAddress)$/, /^true$/i],
  [/\.(?:CidrIp|CidrIpv6|CidrBlock|SourceIp)$/, /^(?:0\.0\.0\.0\/0|::\/0)$/],
  [/\.(?:BlockPublicAcls|BlockPublicPolicy|IgnorePublicAcls|RestrictPublicBuckets)$/, /^false$/i],
  [/(?:^|\.)DeletionPolicy$|(?:^|\.)UpdateReplacePolicy$/, /^Delete$/],
];

const FINDERS: [NamedKind, Find][] = [
  ['account', accounts],
  ['everybody', (leaf, text) => (isPrincipalLeaf(leaf) && text === '*' ? [`everybody (${leaf.path})`] : [])],
  [
    'principal',
    (leaf, text, own) =>
      isPrincipalLeaf(leaf) &&
      text !== '*' &&
      !AWS_SERVICE.test(text) &&
      !all(text, ACCOUNT).some((one) => isForeign(one, own))
        ? [text]
        : [],
  ],
  ['command', (leaf, text) => (RUNS.test(leaf.path) || PIPED.test(text) ? [text] : [])],
  ['key', (_leaf, text) => all(text, KEY)],
  [
    'host',
    (leaf, text) =>
      isPrincipalLeaf(leaf) || /\.(?:Type|Action|Actions|Resource|Resources|Service|Handler)(?:\.\d+)?$/.test(leaf.path)
        ? hosts(text).filter((host) => host.includes('://'))
        : hosts(text),
  ],
  ['image', (leaf, text) => (/\.(?:Image|ImageUri|image)$/.test(leaf.path) ? all(text, IMAGE).slice(0, 1) : [])],
  ['layer', (leaf, text) => (/\.Layers(?:\.|$)/.test(leaf.path) ? [text] : [])],
  [
    'unguarded',
    ({ path }, text) =>
      UNGUARDED.some(([at, value]) => at.test(path) && value.test(text))
        ? [`${path.split('.').slice(-1)[0]}: ${text}`]
        : [],
  ],
];
