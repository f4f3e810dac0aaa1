/**
 * Properties that open something, as sentences: who can newly do what on which thing.
 *
 * Guarantees: accounts and hosts are found in every text of a value (ARNs, bare numbers, image registries, URLs in
 * embedded documents, base64 of user data); each sentence names who gains, by the row of the table.
 * Does not cover: an imported value that could not be read; whose account owns a bucket that no stack of this account
 * and region made.
 */
import type { Json } from '../../../../core/digest.ts';
import type { Mark } from '../../../../core/mark.ts';
import { hostsOfAws, REGION } from '../hosts.ts';
import type { MarkContext, ResourceView } from './finder.ts';
import { isMembers, listOf, same, shown, stringsIn, valuesAt, written } from './read.ts';
import { whoseIs } from './refs.ts';

type Value = Json | undefined;

/**
 * Accounts by which AWS itself gives out layers and images. Source: "Lambda Insights extension versions" (CloudWatch
 * User Guide), "AWS Parameters and Secrets Lambda Extension" (Systems Manager User Guide), "Powertools for AWS Lambda",
 * "View Amazon container image registries for Amazon EKS add-ons" (EKS User Guide); eu and us regions, from memory.
 */
const OF_AWS = new Set(
  '580247275435 017000801446 094274105915 901920570463 177933569100 133256977650 015030872274 187925254637 602401143452 763104351884 906394416424'.split(
    ' ',
  ),
);
const ARN = /arn:[^:\s"]{0,20}:[^:\s"]{0,40}:[^:\s"]{0,30}:(\d{12})[:"\s]?/g;
const REGISTRY = /(?<!\d)(\d{12})\.dkr\.ecr\./g;
const URL_HOST = /https?:\/\/([^/\s"'\\<>?#]{1,253})(?:\/([^/\s"'\\<>?#]{1,63}))?/gi;
/** Buckets by which AWS itself gives out its agents. Source: the pages "Install …" of each agent, from memory. */
const BUCKET_OF_AWS = new RegExp(
  `^(?:cloudformation-examples|amazoncloudwatch-agent|(?:aws-codedeploy|amazoncloudwatch-agent|amazon-ssm|aws-ssm|amazon-ecs-agent|amazon-inspector)-${REGION})$`,
);
const BUCKET_HOST = new RegExp(`^(?:(.+)\\.)?s3(?:[.-](?:dualstack\\.)?${REGION})?\\.amazonaws\\.com(?:\\.cn)?$`, 'i');

/** A host, or the bucket at a host of the cloud; undefined: the cloud's own. */
function elsewhere(host: string, folder: string | undefined): string | undefined {
  const named = BUCKET_HOST.exec(host);
  if (named === null) return hostsOfAws.isOwn(host.replace(/:\d*$/, '')) ? undefined : host;
  const bucket = named[1] ?? folder;
  if (bucket === undefined || BUCKET_OF_AWS.test(bucket)) return undefined;
  return named[1] === undefined ? `${host}/${bucket}` : host;
}

function* textsIn(value: Value): Generator<string> {
  if (typeof value === 'number') yield String(value).padStart(12, '0');
  for (const [, text] of stringsIn(value, '')) {
    yield text;
    if (/^[A-Za-z0-9+/]{40,}={0,2}$/.test(text)) yield Buffer.from(text, 'base64').toString('utf8');
  }
  if (Array.isArray(value)) for (const item of value) if (typeof item === 'number') yield* textsIn(item);
}

export function foreignAccountsIn(value: Value, { account }: MarkContext): string[] {
  const named = [...textsIn(value)].flatMap((text) => [
    ...[...text.matchAll(ARN)].map(([, id]) => id!),
    ...(/^\d{12}$/.test(text) ? [text] : []),
    ...[...text.matchAll(REGISTRY)].map(([, id]) => id!),
  ]);
  return [...new Set(named)].filter((id) => id !== account && !OF_AWS.has(id));
}

export const foreignHostsIn = (value: Value): string[] => [
  ...new Set(
    [...textsIn(value)]
      .flatMap((text) => [...text.matchAll(URL_HOST)].flatMap(([, host, folder]) => elsewhere(host!, folder) ?? []))
      .filter((host) => !/[\u{27e6}\u{fffd}$]/u.test(host)),
  ),
];

const BUCKET =
  /^(?:s3:\/\/|arn:[^:]*:s3:::)?([^/\s]{1,300}?)(?:\.s3[.-][a-z0-9.-]{0,60}amazonaws\.com(?:\.cn)?)?(?:\/.*)?$/s;
const IMPORTED = /\u{27e6}import:/u;
/** Something else than a bucket may stand there too. */
const OTHER_ARN = /^arn:(?![^:]*:s3:::)/;

/**
 * Buckets by name, of which no resource of this stack has the name and no stack of this account is known to own it. A
 * name that is unknown until execution is one of them.
 */
export function foreignBucketsIn(value: Value, context: MarkContext): string[] {
  const named = [...stringsIn(value, '')].flatMap(([, text]) => {
    if (OTHER_ARN.test(text) || text === '' || IMPORTED.test(text)) return [];
    const name = BUCKET.exec(text)?.[1];
    if (name === undefined) return [];
    const whose = whoseIs(name, context, 'AWS::S3::Bucket');
    if (whose.kind === 'own') return [];
    if (whose.kind === 'unknown' && context.isUnknown(name)) return [''];
    const shown = written(name);
    return whose.kind === 'foreign' && context.ownersRead?.has(shown) ? [] : [shown];
  });
  return [...new Set(named)];
}

/** Of a host alone, or a URL. */
export const foreignSitesIn = (value: Value): string[] =>
  listOf(value).flatMap((item) => foreignHostsIn(`https://${String(item).replace(/^\w+:\/\//, '')}`));

/** Of rules whose sentence tells the value as it stands: what in it gains. */
const GAINS: Record<string, (value: Value, context: MarkContext) => string[]> = {
  site: foreignSitesIn,
  origin: foreignSitesIn,
  mail: (value) => listOf(value).map(String),
  changed: foreignAccountsIn,
};

/** Nothing of it is known; an import is known to be another stack's of this account. */
export const isWhollyUnknown = (value: Value): boolean =>
  typeof value === 'string' && /^\u{fffd}+$/u.test(value.trim());

const NEW = 3;
const LONGEST_CHANGE = 120;

/** What comes: items that were not there. */
function comes(was: Value, is: Value): string {
  const items = (value: Value): Json[] => (isMembers(value) ? [value] : listOf(value));
  const fresh = items(is).filter((item) => !items(was).some((known) => same(known, item)));
  return (
    fresh
      .slice(0, NEW)
      .map((item) => shown(nameOf(item)))
      .join(', ') + (fresh.length > NEW ? ` and ${fresh.length - NEW} more` : '')
  );
}

const nameOf = (item: Json): Json =>
  isMembers(item)
    ? (item.UserIds ?? item.OrganizationArns ?? item.Principal ?? item.Arn ?? item.Id ?? item.Name ?? item.Ip ?? item)
    : item;

export function changeOf(path: string, was: Value, is: Value, context: MarkContext): string {
  const last = (path.split('.').findLast((part) => part !== '*') ?? path).replaceAll('~', '.');
  // SECURITY: a sentence reaches the agent; a value that is called a secret is not in it.
  const isHidden = (value: Value) => context.isSecret(last) && !/^(?:true|false|\d+)$/i.test(String(value));
  const scalar = (value: Value) =>
    value === undefined ? 'absent' : typeof value === 'object' || isHidden(value) ? 'set' : shown(value);
  const change = context.isUnknown(is)
    ? 'becomes a value that is unknown until execution'
    : `${scalar(was)} → ${scalar(is)}`;
  return `${last} ${change}`;
}

export function sentenceOf(
  { path, rule, loses }: { path: string; rule: string; loses: string },
  { was, is }: { was: Value; is: Value },
  view: ResourceView,
  context: MarkContext,
): Pick<Mark, 'text' | 'principal'> {
  const fresh = (find: (value: Value) => string[]) => find(is).filter((one) => !find(was).includes(one));
  const account = fresh((value) => foreignAccountsIn(value, context)).join(', ') || 'that is unknown until execution';
  const host = fresh(foreignHostsIn).join(', ') || 'that is unknown until execution';
  const buckets = fresh((value) => foreignBucketsIn(value, context));
  const bucket = `${buckets.join(', ') || shown(is)} (its owner is not known)`;
  const gains = GAINS[rule.split(' ')[0]!];
  const namesBucket = rule.split(' ')[0] === 'bucket';
  const values: Record<string, () => string> = {
    it: () => view.logicalId,
    is: () => (context.isUnknown(is) ? 'a value that is unknown until execution' : comes(was, is)) || shown(is),
    account: () => account,
    host: () => host,
    // Elsewhere it is an attribute of that name.
    ...(namesBucket
      ? { bucket: () => (buckets.some((name) => name === '') ? 'that is unknown until execution' : bucket) }
      : {}),
  };
  const sentence = loses.replaceAll(/\{([\w.]{1,80})\}/g, (_, name: string) =>
    Object.hasOwn(values, name)
      ? values[name]!()
      : [...valuesAt(view, name, context).values()]
          .flatMap(listOf)
          .map((value) => shown(value))
          .join(', '),
  );
  const principal = loses.includes('{account}')
    ? account
    : loses.includes('{host}')
      ? host
      : namesBucket && loses.includes('{bucket}')
        ? buckets.join(', ')
        : gains && fresh((value) => gains(value, context)).length > 0
          ? fresh((value) => gains(value, context)).join(', ')
          : /^The public/.test(loses)
            ? '*'
            : undefined;
  const change = changeOf(path, was, is, context);
  const isSaid = / (set|absent) → set$/.test(change) || sentence.includes(shown(is)) || change.length > LONGEST_CHANGE;
  return {
    text: `${sentence}${isSaid ? '' : ` (${change})`}.`,
    ...(principal === undefined ? {} : { principal }),
  };
}
