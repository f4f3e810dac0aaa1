/**
 * Finds what is read again only at execution: code and values that can change between signing and running.
 *
 * Guarantees: dynamic references without a version, and outputs of other stacks (`Fn::GetStackOutput`), in every
 * property of a resource that is created or updated, since CloudFormation reads them again whichever property changed
 * (an output that was read and is the same counts as settled: effects/settled-outputs.ts); code from S3 without an object version, images without
 * a digest, names of versions that move, where that property changes or is created; nested templates whenever their
 * stack is updated. What is not known yet in such a place is not pinned.
 *
 * Decided, as an image bump by tag must stay one seat: a tag that looks as if it is given once (a version of two parts
 * or more, `v` and a number, a number of three digits or more, a date, a commit, a digest) counts as pinned. `latest`,
 * `stable`, `prod`, `main`, a bare major version, any other word, and no tag are not. A registry that lets tags be
 * overwritten can still break that: who needs more, rules it. Of a key in S3 only a digest counts, an object version, or a
 * folder of the moment of the upload.
 * Does not cover: what code downloads by itself; sources of builds and pipelines (read at every run, not by this plan).
 */

import type { Json } from '../../../../core/digest.ts';
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, MarkFinder, ResourceView } from './finder.ts';
import { MOVING, PINS, type PinRow } from './pins-table.ts';
import { changedAt, mayDiffer, shown, stringsIn, valueAt, valuesAt } from './read.ts';

const rowsByType = Map.groupBy(PINS, ({ type }) => type);
const movingByType = Map.groupBy(MOVING, ({ type }) => type);

const DIGEST = /(?<![0-9a-f])[0-9a-f]{32,}(?![0-9a-f])/i;
const MOVES =
  /^(latest|stable|prod|production|main|master|dev|develop|development|staging|test|edge|nightly|current|release|head|next|default)$/i;
const GIVEN_ONCE = [
  /^v?\d+(\.\d+)+([.+_-].*)?$/i,
  /^v\d+$/i,
  /^\d{3,}$/,
  /^\d{4}-\d{2}-\d{2}.*$/,
  /^(?=.*\d)(?=.*[a-f])[0-9a-f]{7,}$/i,
];

/** Does a tag, or the name of a file, look as if it is given once? */
export function looksPinned(name: string): boolean {
  if (DIGEST.test(name)) return true;
  const parts = name.split(/[-_]/);
  if (/^latest$/i.test(parts.at(-1) ?? '') || MOVES.test(name)) return false;
  return [name, ...parts].some((part) => GIVEN_ONCE.some((pattern) => pattern.test(part)));
}

/** `sam` tags an image of its own by name, the first 12 digits of its digest, and the tag that it was built under. */
const SAM_TAG = /-[0-9a-f]{12}-[\w.]+$/;

/** `registry:5000/name:tag@sha256:…` */
function imageIsPinned(image: string): boolean {
  if (/@sha256:[0-9a-f]{64}$/i.test(image)) return true;
  const [, tag] = /:([^:/]+)$/.exec(image) ?? [];
  return tag !== undefined && (looksPinned(tag) || SAM_TAG.test(tag));
}

/** The Serverless Framework uploads each deployment below a folder of its moment: 1764000000000-2025-11-24T16:00:00.000Z. */
const UPLOADED_AT = /^1\d{12}-\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function objectIsPinned(name: string, version: Json | undefined): boolean {
  if (version !== undefined && version !== null && version !== '') return true;
  if (/[?&]versionId=[^&]+/.test(name)) return true;
  const parts = name.split('?')[0]!.split('/');
  return DIGEST.test(parts.at(-1) ?? '') || parts.some((part) => UPLOADED_AT.test(part));
}

/** Where the bucket of a key stands. */
const bucketOf = (path: string) => path.replace(/(S3)?Key$/, '$1Bucket').replace(/FileBucket$/, 'BucketARN');

function code(row: PinRow, before: ResourceView | null, after: ResourceView, context: MarkContext): Mark[] {
  const was = valuesAt(before, row.path, context);
  const [versionWas, version] = [before, after].map((view) =>
    row.version ? valueAt(view, row.version, context) : undefined,
  );
  // A nested stack reads its template again at every update.
  const always = row.type === 'AWS::CloudFormation::Stack';
  return [...valuesAt(after, row.path, context)].flatMap(([path, value]): Mark[] => {
    const elsewhere = row.path.endsWith('Key') && changedAt(before, after, bucketOf(row.path), context);
    if (!always && !elsewhere && !mayDiffer(was.get(path), value, context) && !mayDiffer(versionWas, version, context))
      return [];
    return [...stringsIn(value, path)].flatMap(([at, text]) => {
      const unknown = context.isUnknown(text) || context.isUnknown(version) || isReadAgain(text);
      const pinned = row.kind === 'ami' || (row.kind === 'image' ? imageIsPinned(text) : objectIsPinned(text, version));
      if (pinned && !unknown) return [];
      const what = unknown
        ? 'The location of the code is unknown until execution'
        : `The code may change under the same name: ${shown(text)}`;
      return [{ kind: 'unpinned' as const, path: at, text: `${what}.`, reads: 'code' as const }];
    });
  });
}

function moving(before: ResourceView | null, after: ResourceView, context: MarkContext): Mark[] {
  return (movingByType.get(after.type) ?? []).flatMap(({ path, moving }) => {
    const was = valuesAt(before, path, context);
    return [...valuesAt(after, path, context)]
      .filter(
        ([at, value]) =>
          mayDiffer(was.get(at), value, context) && (moving.test(String(value)) || context.isUnknown(value)),
      )
      .map(
        ([at, value]): Mark => ({
          kind: 'unpinned',
          path: at,
          text: `The version is a name that may point to another one later: ${shown(value)}.`,
          reads: 'code',
        }),
      );
  });
}

const DYNAMIC = /\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]{0,2000})\}\}/u;

/** Is a dynamic reference without a version? An own secret changes only with this stack. */
function isUnversioned(service: string, rest: string): boolean {
  if (service !== 'secretsmanager') return !/:\d+$/.test(rest);
  if (rest.startsWith('\u{27e6}own:')) return false;
  // secret-id (an ARN has colons of its own), SecretString, json-key, version-stage, version-id
  const after = rest.replace(/^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]*/, 'id').split(':');
  return (after[4] ?? '') === '';
}

/** A reference, of CloudFormation or of EC2 at launch, without a version (a label moves). */
function isReadAgain(text: string): boolean {
  const [, service, rest = ''] = DYNAMIC.exec(text) ?? [];
  return service === undefined ? /^resolve:ssm:(?!.*:\d+$)/.test(text) : isUnversioned(service, rest);
}

function values(after: ResourceView): Mark[] {
  return [...stringsIn(after.properties, 'Properties')].flatMap(([path, text]) =>
    [...text.matchAll(new RegExp(DYNAMIC, 'gu'))]
      .filter(([, service = '', rest = '']) => isUnversioned(service, rest))
      .map(
        ([reference]): Mark => ({
          kind: 'unpinned',
          path,
          text: `Read at execution, without a version: ${shown(reference)}.`,
          reads: 'value',
        }),
      ),
  );
}

export const findUnpinned: MarkFinder = (before, after, context) => {
  if (!after) return [];
  const codes = [
    ...(rowsByType.get(after.type) ?? []).flatMap((row) => code(row, before, after, context)),
    ...moving(before, after, context),
  ];
  const outputs = (after.readAgain ?? []).map(
    ({ path, from }): Mark => ({
      kind: 'unpinned',
      path,
      text: `Read at execution from ${shown(from)}, which that stack may change.`,
      reads: 'output',
    }),
  );
  return [...codes, ...[...values(after), ...outputs].filter(({ path }) => !codes.some((mark) => mark.path === path))];
};
