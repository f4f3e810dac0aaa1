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
import type { HostRules } from '../core/hosts.ts';
import { type LeafChange, leavesOf } from '../core/leaves.ts';
import type { Thing } from '../core/picture.ts';
import { domainOf, hostOfSetting, hostsIn } from './hosts.ts';

export const NAMED_KINDS = [
  'account',
  'everybody',
  'key',
  'host',
  'code',
  'layer',
  'image',
  'bucket',
  'unguarded',
  'condition',
  'principal',
  'command',
] as const;
export type NamedKind = (typeof NAMED_KINDS)[number];

export interface Named {
  kind: NamedKind;
  /** As it stands there, from outside. */
  value: string;
  /** Equal for what is of one owner: of a host its domain. */
  family: string;
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
  hosts: HostRules;
}

type Find = (leaf: PlacedLeaf, after: string, own: Own) => string[];

export function newlyNamed(leaves: readonly PlacedLeaf[], things: readonly Thing[], own: Own): Named[] {
  const before = textBefore(things);
  const found = new Map<string, Named>();
  for (const leaf of leaves) {
    const where = `${leaf.thing.id || 'stack'} ${leaf.path}`;
    for (const [kind, value] of namesIn(leaf, own)) {
      if (kind !== 'condition' && kind !== 'unguarded' && kind !== 'command' && before.has(value)) continue;
      const known = found.get(`${kind} ${value}`) ?? { kind, value, family: familyOf(kind, value, own), places: [] };
      found.set(`${kind} ${value}`, known);
      if (!known.places.includes(where)) known.places.push(where);
    }
  }
  const rank = ({ kind, value }: Named) =>
    NAMED_KINDS.indexOf(kind) - (kind === 'command' && reachesOut(value, own) ? 0.5 : 0);
  return [...found.values()].sort((a, b) => rank(a) - rank(b));
}

const familyOf = (kind: NamedKind, value: string, { hosts }: Own) => (kind === 'host' ? domainOf(value, hosts) : value);

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

const isLoginKey = ({ path, thing }: PlacedLeaf) =>
  /\.(?:Ec2(?:KeyName|KeyPair|SshKey)|(?:Default)?SshKeyName)$/.test(path) ||
  (/\.KeyName$/.test(path) && /^AWS::(?:EC2|AutoScaling|EMR|Batch|Cloud9)::/.test(thing.type));

/** Where code is taken from. */
const CODE =
  /\.(?:Code|Content|CodeUri|ContentUri|CodeConfiguration|DefinitionS3Location|BodyS3Location)\.(?:S3)?Bucket$|\.(?:TemplateURL|RepositoryUrl|ScriptLocation|SourceBucketArn|CodeLocation)$|\.Sources?\.(?:[^.]+\.)?Location$/;
const isCode = (path: string) => CODE.test(path);
/** Not what stands for something of this stack, or is not known. */
const isWritten = (text: string) => !/^\$\{[^}]*\}$|\u{27e6}|\u{fffd}/u.test(text);
const BUCKET = /(?<![\w:])(?:arn:aws[a-z-]*:s3:::|s3:\/\/)[a-z0-9][a-z0-9.-]{1,62}/g;
const OF_POLICY = /\.(?:Resources?|NotResource|Conditions?)(?:\.|$)/;
/** A bucket's name says nothing of whose it is. */
const buckets = (path: string, text: string): string[] =>
  OF_POLICY.test(path)
    ? []
    : /\.(?:S3BucketName|Destination(?:S3)?BucketName|OutputS3BucketName|LogBucketName)$/.test(path)
      ? [text]
      : all(text, BUCKET);

const PRINCIPAL_PATH = /\.(?:Principals?|NotPrincipal|AWS|Federated|Service|CanonicalUser)(?:\.\d+)?$/;
const isPrincipalLeaf = ({ path }: PlacedLeaf) => PRINCIPAL_PATH.test(path) && /Principal/.test(path);

/** A service of AWS by itself is nobody; what lets it act for others is a condition, and marks find that. */
const AWS_SERVICE = /\.amazonaws\.com(?:\.cn)?$/;

/** What runs: on hosts, at their start, in containers, jobs and builds. */
const RUNS =
  /\.UserData\b|AWS::CloudFormation::Init\.(?:.*\.)?(?:commands|services|files|sources|packages)\b|\.(?:Command|EntryPoint|BuildSpec|OnStart|OnCreate|BootstrapActions|commands|runCommand|inputs|StartCommand|BuildCommand|StartupScriptS3Path)\b|\.(?:command|Script|script)$|\.(?:HadoopJarStep|[Cc]ontainers\.[^.]+)\.[Aa]rgs\b/;
/** Settings that decide what else is loaded and run, of the loaders and runtimes that functions and containers have. */
const LOADS =
  /\.(?:NODE_OPTIONS|NODE_PATH|LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH|PATH|AWS_LAMBDA_EXEC_WRAPPER|_?JAVA_(?:TOOL_)?OPTIONS|JDK_JAVA_OPTIONS|JAVA_OPTS|PYTHON(?:STARTUP|PATH|HOME)|PERL5(?:OPT|LIB)|RUBY(?:OPT|LIB)|BASH_ENV|PROMPT_COMMAND|GIT_(?:SSH|PROXY|SSH_COMMAND)|DOTNET_STARTUP_HOOKS|CORE?_?(?:CLR_)?PROFILER(?:_PATH\w*)?|PHP_INI_SCAN_DIR|PIP_(?:EXTRA_)?INDEX_URL|NPM_CONFIG_\w+|MAVEN_OPTS|GRADLE_OPTS|OPENSSL_CONF)(?:\.Value)?$/i;
const PIPED =
  /\b(?:curl|wget|fetch)\b[^|\n]{0,1000}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\b(?:ba)?sh\s+-c\b|\beval\b|\bnc\s+|\/dev\/tcp\/|\bbase64\s+(?:-d|-D|--decode)\b/;

/** Commands that bring something in or send something out stand above those that do not. */
const reachesOut = (text: string, own: Own) =>
  PIPED.test(text) || hostsIn(text, own.hosts).length > 0 || all(text, KEY).length > 0;

const UNGUARDED: [RegExp, RegExp][] = [
  [/\.(?:AuthorizationType|AuthType|FunctionUrlAuthType)$/, /^NONE$/i],
  [/\.(?:PubliclyAccessible|MapPublicIpOnLaunch|AssociatePublicIpAddress)$/, /^true$/i],
  [/\.(?:CidrIp|CidrIpv6|CidrBlock|SourceIp)$/, /^(?:0\.0\.0\.0\/0|::\/0)$/],
  [/\.(?:BlockPublicAcls|BlockPublicPolicy|IgnorePublicAcls|RestrictPublicBuckets)$/, /^false$/i],
  [/(?:^|\.)DeletionPolicy$|(?:^|\.)UpdateReplacePolicy$/, /^Delete$/],
];

const NAMES_PARTIES = /\.(?:Type|Action|Actions|Resource|Resources|Service|Handler)(?:\.\d+)?$/;
function hosts(leaf: PlacedLeaf, text: string, own: Own): string[] {
  if (isCode(leaf.path)) return [];
  const found = hostsIn(text, own.hosts);
  if (isPrincipalLeaf(leaf) || NAMES_PARTIES.test(leaf.path)) return found.filter((host) => host.includes('://'));
  return found.length > 0 ? found : hostOfSetting(leaf.path, text, own.hosts);
}

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
  ['command', (leaf, text) => (RUNS.test(leaf.path) || LOADS.test(leaf.path) || PIPED.test(text) ? [text] : [])],
  ['key', (leaf, text) => [...all(text, KEY), ...(isLoginKey(leaf) && isWritten(text) ? [text] : [])]],
  ['host', hosts],
  ['image', (leaf, text) => (/\.(?:Image|ImageUri|image)$/.test(leaf.path) ? all(text, IMAGE).slice(0, 1) : [])],
  ['code', ({ path }, text) => (isCode(path) && isWritten(text) ? [text] : [])],
  ['bucket', ({ path }, text) => (isCode(path) || !isWritten(text) ? [] : buckets(path, text))],
  ['layer', (leaf, text) => (/\.Layers(?:\.|$)/.test(leaf.path) ? [text] : [])],
  [
    'unguarded',
    ({ path }, text) =>
      UNGUARDED.some(([at, value]) => at.test(path) && value.test(text))
        ? [`${path.split('.').slice(-1)[0]}: ${text}`]
        : [],
  ],
];
