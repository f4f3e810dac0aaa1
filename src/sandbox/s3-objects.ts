/** Objects of the sandbox's S3: kept whole in the world, by bucket and key, and by version where the bucket keeps them. */
import { createHash } from 'node:crypto';
import { resourcesOf } from './made-resources.ts';
import type { World } from './world.ts';

export interface StoredObject {
  bucket: string;
  key: string;
  /** Base64. */
  content: string;
  etag: string;
  type: string;
  at: number;
  /** Of a bucket that keeps versions. */
  versionId?: string;
}
interface Bucket {
  bucket: string;
  keepsVersions?: boolean;
}
const BUCKET = 's3_bucket';
const OBJECT = 's3_object';
const VERSION = 's3_object_version';
const idOf = (bucket: string, key: string) => `${bucket}/${key}`;
const versionOf = (bucket: string, key: string, versionId: string) => `${versionId}/${idOf(bucket, key)}`;

const madeByStack = (world: World, bucket: string) =>
  resourcesOf(world, 'AWS::S3::Bucket').find(({ physicalId }) => physicalId === bucket);
export const hasBucket = (world: World, bucket: string): boolean =>
  world.get(BUCKET, bucket) !== undefined || madeByStack(world, bucket) !== undefined;
export const putBucket = (world: World, bucket: string, keepsVersions?: boolean): void =>
  world.put<Bucket>(BUCKET, bucket, { bucket, ...(keepsVersions === undefined ? {} : { keepsVersions }) });
export function keepsVersions(world: World, bucket: string): boolean {
  const configured = madeByStack(world, bucket)?.properties.VersioningConfiguration as { Status?: string } | undefined;
  return world.get<Bucket>(BUCKET, bucket)?.keepsVersions ?? configured?.Status === 'Enabled';
}

export function putObject(world: World, bucket: string, key: string, bytes: Buffer, type: string): StoredObject {
  const etag = createHash('md5').update(bytes).digest('hex');
  const object: StoredObject = { bucket, key, content: bytes.toString('base64'), etag, type, at: world.now() };
  if (keepsVersions(world, bucket)) {
    object.versionId = world.newId('');
    world.put<StoredObject>(VERSION, versionOf(bucket, key, object.versionId), object);
  }
  world.put<StoredObject>(OBJECT, idOf(bucket, key), object);
  return object;
}
/** The newest one, or the version that is named, which outlives a deletion. */
export const findObject = (
  world: World,
  bucket: string,
  key: string,
  versionId?: string | null,
): StoredObject | undefined =>
  versionId
    ? world.get<StoredObject>(VERSION, versionOf(bucket, key, versionId))
    : world.get<StoredObject>(OBJECT, idOf(bucket, key));
/** Newest first. */
export const versionsIn = (world: World, bucket: string, prefix: string): StoredObject[] =>
  world
    .list<StoredObject>(VERSION)
    .filter((object) => object.bucket === bucket && object.key.startsWith(prefix))
    .reverse();
export const removeObject = (world: World, bucket: string, key: string): void =>
  world.remove(OBJECT, idOf(bucket, key));
export const objectsIn = (world: World, bucket: string, prefix: string): StoredObject[] =>
  world
    .list<StoredObject>(OBJECT)
    .filter((object) => object.bucket === bucket && object.key.startsWith(prefix))
    .sort((a, b) => (a.key < b.key ? -1 : 1));

/** By the URLs that tools write: with the bucket in the host or in the path, of AWS or of this sandbox. */
export function objectAt(world: World, url: string): Buffer | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, pathname, searchParams } = new URL(url);
  const path = decodeURIComponent(pathname.slice(1));
  const virtual = /^(.+?)\.s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?$/.exec(hostname)?.[1];
  const isPath = /^s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?$|^(?:127\.0\.0\.1|localhost)$/.test(hostname);
  if (virtual === undefined && !isPath) return undefined;
  const [bucket = '', ...rest] = virtual === undefined ? path.split('/') : [virtual, path];
  const found = findObject(world, bucket, rest.join('/'), searchParams.get('versionId'));
  return found && Buffer.from(found.content, 'base64');
}
