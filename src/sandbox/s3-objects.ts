/** Objects of the sandbox's S3: kept whole in the world, by bucket and key. */
import { createHash } from 'node:crypto';
import type { World } from './world.ts';

export interface StoredObject {
  bucket: string;
  key: string;
  /** Base64. */
  content: string;
  etag: string;
  type: string;
  at: number;
}
const OBJECT = 's3_object';
const idOf = (bucket: string, key: string) => `${bucket}/${key}`;

export function putObject(world: World, bucket: string, key: string, bytes: Buffer, type: string): StoredObject {
  const etag = createHash('md5').update(bytes).digest('hex');
  const object = { bucket, key, content: bytes.toString('base64'), etag, type, at: world.now() };
  world.put<StoredObject>(OBJECT, idOf(bucket, key), object);
  return object;
}
export const findObject = (world: World, bucket: string, key: string): StoredObject | undefined =>
  world.get<StoredObject>(OBJECT, idOf(bucket, key));
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
  const { hostname, pathname } = new URL(url);
  const path = decodeURIComponent(pathname.slice(1));
  const virtual = /^(.+?)\.s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?$/.exec(hostname)?.[1];
  const isPath = /^s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?$|^(?:127\.0\.0\.1|localhost)$/.test(hostname);
  if (virtual === undefined && !isPath) return undefined;
  const [bucket = '', ...rest] = virtual === undefined ? path.split('/') : [virtual, path];
  const found = findObject(world, bucket, rest.join('/'));
  return found && Buffer.from(found.content, 'base64');
}
