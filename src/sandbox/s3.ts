/** As much S3 as deployment tools need: buckets, whole objects and their versions, uploads in parts. */
import { headerOf, type PlainService, type WireRequest, type WireResponse } from './plain.ts';
import {
  findObject,
  hasBucket,
  keepsVersions,
  objectsIn,
  putBucket,
  putObject,
  removeObject,
  type StoredObject,
  versionsIn,
} from './s3-objects.ts';
import type { World } from './world.ts';

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const UPLOAD = 's3_upload';
const PART = 's3_part';
const escapeXml = (text: string) => text.replace(/[<>&"']/g, (character) => `&#${character.codePointAt(0)};`);
const xml = (status: number, body = '', headers: Record<string, string> = {}): WireResponse => ({
  status,
  headers: { ...(body === '' ? {} : { 'content-type': 'application/xml' }), ...headers },
  body,
});
const fault = (status: number, code: string, message: string) =>
  xml(status, `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`);

interface Asked {
  world: World;
  request: WireRequest;
  bucket: string;
  key: string;
  query: URLSearchParams;
  region: string;
}

function bytesOf(request: WireRequest): Buffer {
  const bytes = request.bytes ?? Buffer.from(request.body);
  const isChunked =
    /aws-chunked/.test(headerOf(request, 'content-encoding') ?? '') ||
    /^STREAMING-/.test(headerOf(request, 'x-amz-content-sha256') ?? '');
  if (!isChunked) return bytes;
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\r\n', at);
    const size = end < 0 ? 0 : Number.parseInt(bytes.subarray(at, end).toString('latin1'), 16);
    if (!(size > 0)) break;
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(parts);
}

const members = ({ key, etag, content, at }: StoredObject) =>
  `<Key>${escapeXml(key)}</Key><LastModified>${new Date(at).toISOString()}</LastModified><ETag>&#34;${etag}&#34;</ETag><Size>${Buffer.byteLength(content, 'base64')}</Size><StorageClass>STANDARD</StorageClass>`;
const versionHeader = ({ versionId }: StoredObject): Record<string, string> =>
  versionId === undefined ? {} : { 'x-amz-version-id': versionId };

function listOf({ world, bucket, query }: Asked): WireResponse {
  const found = objectsIn(world, bucket, query.get('prefix') ?? '');
  const contents = found.map((object) => `<Contents>${members(object)}</Contents>`);
  return xml(
    200,
    `<ListBucketResult ${NAMESPACE}><Name>${bucket}</Name><KeyCount>${found.length}</KeyCount><MaxKeys>${found.length}</MaxKeys><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`,
  );
}

/** Parts of a bucket that are asked for by a word of the query. */
const ASPECTS: Record<string, (asked: Asked) => WireResponse> = {
  location: ({ region }) =>
    xml(200, `<LocationConstraint ${NAMESPACE}>${region === 'us-east-1' ? '' : region}</LocationConstraint>`),
  encryption: () =>
    xml(
      200,
      `<ServerSideEncryptionConfiguration ${NAMESPACE}><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`,
    ),
  versioning: ({ world, bucket }) =>
    xml(
      200,
      `<VersioningConfiguration ${NAMESPACE}>${keepsVersions(world, bucket) ? '<Status>Enabled</Status>' : ''}</VersioningConfiguration>`,
    ),
  versions: ({ world, bucket, query }) => {
    const listed = versionsIn(world, bucket, query.get('prefix') ?? '').map((object) => {
      const isLatest = findObject(world, bucket, object.key)?.versionId === object.versionId;
      return `<Version>${members(object)}<VersionId>${object.versionId}</VersionId><IsLatest>${isLatest}</IsLatest></Version>`;
    });
    return xml(
      200,
      `<ListVersionsResult ${NAMESPACE}><Name>${bucket}</Name><IsTruncated>false</IsTruncated>${listed.join('')}</ListVersionsResult>`,
    );
  },
  'list-type': listOf,
  prefix: listOf,
};

function ofBucket(asked: Asked): WireResponse {
  const { request, world, bucket, query } = asked;
  if (request.method === 'PUT' && query.size === 0) {
    putBucket(world, bucket);
    return xml(200, '', { location: `/${bucket}` });
  }
  if (request.method === 'PUT' && query.has('versioning')) {
    putBucket(world, bucket, /<Status>Enabled</.test(request.body));
    return xml(200);
  }
  if (request.method === 'HEAD') return xml(200);
  if (request.method === 'POST' && query.has('delete')) {
    const keys = [...request.body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
    for (const key of keys) removeObject(world, bucket, key);
    return xml(200, `<DeleteResult ${NAMESPACE}/>`);
  }
  const aspect = [...query.keys()].find((word) => word !== 'x-id' && Object.hasOwn(ASPECTS, word));
  if (request.method === 'GET' && aspect !== undefined) return ASPECTS[aspect]!(asked);
  if (request.method === 'GET' && [...query.keys()].every((word) => /^(?:x-id|max-keys|delimiter|marker)$/.test(word)))
    return listOf(asked);
  return notSimulated(asked);
}

const notSimulated = ({ request, query }: Asked) =>
  fault(501, 'NotImplemented', `The sandbox does not simulate s3: ${request.method} ${[...query.keys()].join(' ')}`);

function ofUpload(asked: Asked): WireResponse {
  const { world, request, bucket, key, query } = asked;
  const id = query.get('uploadId') ?? '';
  const partId = (number: string) => `${id}/${number.padStart(6, '0')}`;
  const parts = world
    .list<{ upload: string; number: string; content: string }>(PART)
    .filter(({ upload }) => upload === id);
  if (request.method === 'POST' && query.has('uploads')) {
    const UploadId = world.newId('upload-');
    world.put(UPLOAD, UploadId, { bucket, key });
    return xml(
      200,
      `<InitiateMultipartUploadResult ${NAMESPACE}><Bucket>${bucket}</Bucket><Key>${escapeXml(key)}</Key><UploadId>${UploadId}</UploadId></InitiateMultipartUploadResult>`,
    );
  }
  if (!world.get(UPLOAD, id)) return fault(404, 'NoSuchUpload', 'The specified upload does not exist.');
  if (request.method === 'PUT') {
    const number = query.get('partNumber') ?? '1';
    const bytes = bytesOf(request);
    world.put(PART, partId(number), { upload: id, number, content: bytes.toString('base64') });
    return xml(200, '', { etag: `"${number}"` });
  }
  const whole = [...parts]
    .sort((a, b) => Number(a.number) - Number(b.number))
    .map(({ content }) => Buffer.from(content, 'base64'));
  for (const { number } of parts) world.remove(PART, partId(number));
  world.remove(UPLOAD, id);
  if (request.method === 'DELETE') return xml(204);
  const made = putObject(world, bucket, key, Buffer.concat(whole), 'application/octet-stream');
  return xml(
    200,
    `<CompleteMultipartUploadResult ${NAMESPACE}><Bucket>${bucket}</Bucket><Key>${escapeXml(key)}</Key><ETag>&#34;${made.etag}&#34;</ETag></CompleteMultipartUploadResult>`,
    versionHeader(made),
  );
}

function ofObject(asked: Asked): WireResponse {
  const { world, request, bucket, key, query } = asked;
  if (query.has('uploads') || query.has('uploadId')) return ofUpload(asked);
  const versionId = query.get('versionId');
  const isKnown = (word: string) => word === 'x-id' || (word === 'versionId' && request.method !== 'DELETE');
  if (![...query.keys()].every(isKnown) || headerOf(request, 'x-amz-copy-source') !== undefined)
    return notSimulated(asked);
  if (request.method === 'PUT') {
    const type = headerOf(request, 'content-type') ?? 'binary/octet-stream';
    const made = putObject(world, bucket, key, bytesOf(request), type);
    return xml(200, '', { etag: `"${made.etag}"`, ...versionHeader(made) });
  }
  if (request.method === 'DELETE') {
    removeObject(world, bucket, key);
    return xml(204);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return notSimulated(asked);
  const found = findObject(world, bucket, key, versionId);
  if (!found && request.method === 'HEAD') return xml(404);
  if (!found)
    return versionId
      ? fault(404, 'NoSuchVersion', 'The specified version does not exist.')
      : fault(404, 'NoSuchKey', 'The specified key does not exist.');
  const content = Buffer.from(found.content, 'base64');
  const headers = {
    'content-length': String(content.length),
    'content-type': found.type,
    etag: `"${found.etag}"`,
    'last-modified': new Date(found.at).toUTCString(),
    ...versionHeader(found),
  };
  return { status: 200, headers, body: request.method === 'HEAD' ? '' : content };
}

/** The bucket stands in the path, or before `.localhost` in the host. */
function whereOf(request: WireRequest): { bucket: string; key: string; query: URLSearchParams } {
  const { pathname, searchParams: query } = new URL(request.path, 'http://sandbox.invalid');
  const path = decodeURIComponent(pathname.slice(1));
  const host = /^(.+)\.(?:s3\.)?localhost(?::\d+)?$/.exec(headerOf(request, 'host') ?? '')?.[1];
  const [bucket = '', ...rest] = host === undefined ? path.split('/') : [host, path];
  return { bucket, key: rest.join('/'), query };
}

export const s3: PlainService = {
  operationOf(request) {
    const { key, query } = whereOf(request);
    const words = [...query.keys()].filter((word) => word !== 'x-id').join('+');
    return `${request.method.charAt(0)}${request.method.slice(1).toLowerCase()}${key === '' ? 'Bucket' : 'Object'}${words === '' ? '' : `?${words}`}`;
  },
  respond(world, request, { region }) {
    const asked: Asked = { world, request, region, ...whereOf(request) };
    if (asked.bucket === '') return notSimulated(asked);
    const isMade = request.method === 'PUT' && asked.key === '' && asked.query.size === 0;
    if (!isMade && !hasBucket(asked.world, asked.bucket))
      return request.method === 'HEAD' ? xml(404) : fault(404, 'NoSuchBucket', 'The specified bucket does not exist');
    return asked.key === '' ? ofBucket(asked) : ofObject(asked);
  },
};
