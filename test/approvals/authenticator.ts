/** Makes passkeys and their answers from node:crypto, also those that no browser would give. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { beginEnrolment, finishEnrolment } from '../../src/approvals/passkey-enrolment.ts';

export const PAGE = { id: 'localhost', origin: 'http://localhost:4711' };
export type Algorithm = 'ed25519' | 'es256' | 'rs256';

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest();
const url = (data: Buffer | string) => Buffer.from(data as string).toString('base64url');

/** Enough of CBOR (RFC 8949) for what an authenticator says. */
function cbor(value: unknown): Buffer {
  const head = (major: number, length: number): Buffer =>
    length < 24
      ? Buffer.from([(major << 5) | length])
      : length < 256
        ? Buffer.from([(major << 5) | 24, length])
        : Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  const entries = [...(value as Map<unknown, unknown>)];
  return Buffer.concat([head(5, entries.length), ...entries.flatMap(([key, one]) => [cbor(key), cbor(one)])]);
}

export interface Said {
  /** 1 present, 4 verified, 8 can be backed up, 16 is backed up, 64 attested data. */
  flags?: number;
  origin?: string;
  relyingParty?: string;
  /** Members of the client data, in place of ours or besides. */
  client?: Record<string, unknown>;
  type?: string;
  signCount?: number;
  id?: string;
}

/** One passkey. */
export function authenticator(algorithm: Algorithm = 'es256', { device = 'single' as 'single' | 'multi' } = {}) {
  const { publicKey, privateKey } = pairOf(algorithm);
  const id = randomBytes(32);
  const backup = device === 'multi' ? 8 | 16 : 0;
  const data = ({ flags = 5 | backup, relyingParty = PAGE.id, signCount = 0 }: Said, more = Buffer.alloc(0)) => {
    const tail = Buffer.alloc(5);
    tail[0] = flags;
    tail.writeUInt32BE(signCount, 1);
    return Buffer.concat([sha256(relyingParty), tail, more]);
  };
  const clientData = (type: string, challenge: string, { origin = PAGE.origin, client = {} }: Said) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...client }));
  return {
    id: url(id),
    /** @param challenge base64url, as the options say it. */
    register(challenge: string, said: Said = {}) {
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cbor(coseOf(publicKey))]);
      const authData = data({ ...said, flags: (said.flags ?? 5 | backup) | 64 }, attested);
      const attestation = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]);
      return {
        id: url(id),
        rawId: url(id),
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: url(clientData('webauthn.create', challenge, said)),
          attestationObject: url(cbor(attestation)),
          transports: ['internal'],
        },
      };
    },
    assert(challenge: string, said: Said = {}) {
      const authenticatorData = data(said);
      const client = clientData(said.type ?? 'webauthn.get', challenge, said);
      const signed = Buffer.concat([authenticatorData, sha256(client)]);
      const signature = sign(algorithm === 'ed25519' ? null : 'sha256', signed, privateKey);
      return {
        id: said.id ?? url(id),
        rawId: said.id ?? url(id),
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          authenticatorData: url(authenticatorData),
          clientDataJSON: url(client),
          signature: url(signature),
          userHandle: 'AA',
        },
      };
    },
  };
}
export type Authenticator = ReturnType<typeof authenticator>;

function pairOf(algorithm: Algorithm) {
  if (algorithm === 'ed25519') return generateKeyPairSync('ed25519');
  if (algorithm === 'rs256') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function coseOf(publicKey: KeyObject): Map<number, unknown> {
  const jwk = publicKey.export({ format: 'jwk' });
  const bytes = (text = '') => Buffer.from(text, 'base64url');
  if (jwk.kty === 'RSA')
    return new Map<number, unknown>([
      [1, 3],
      [3, -257],
      [-1, bytes(jwk.n)],
      [-2, bytes(jwk.e)],
    ]);
  if (jwk.kty === 'OKP')
    return new Map<number, unknown>([
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, bytes(jwk.x)],
    ]);
  return new Map<number, unknown>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, bytes(jwk.x)],
    [-3, bytes(jwk.y)],
  ]);
}

/** As the policy lists it. */
export async function enrolledLine(key: Authenticator, said: Said = {}): Promise<string> {
  const person = { name: 'anybody', signsInAs: [], roles: [], keys: [] };
  const { options, enrolment } = await beginEnrolment(person, PAGE, new Date());
  return (await finishEnrolment(enrolment, key.register(options.challenge, said), new Date())).line;
}
