/**
 * A witness as C2SP `tlog-witness` describes it, on loopback: it remembers the newest checkpoint of one log, checks that
 * the next one continues it (RFC 9162 §2.1.4.2), and cosigns it. Shares no code with Countersign.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const node = (left: Buffer, right: Buffer) => sha256(Buffer.from([1]), left, right);

interface Head {
  size: number;
  root: Buffer;
}

/** RFC 9162 §2.1.4.2, as it is written there. */
export function continues(old: Head, now: Head, proof: Buffer[]): boolean {
  if (old.size === 0) return proof.length === 0;
  if (old.size === now.size) return proof.length === 0 && old.root.equals(now.root);
  const path = [...((old.size & (old.size - 1)) === 0 ? [old.root] : []), ...proof];
  const [first] = path;
  if (!first || proof.length === 0) return false;
  let [fn, sn] = [old.size - 1, now.size - 1];
  const halve = () => [fn, sn].map((n) => Math.floor(n / 2)) as [number, number];
  while (fn % 2 === 1) [fn, sn] = halve();
  let [fr, sr] = [first, first];
  for (const c of path.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      [fr, sr] = [node(c, fr), node(c, sr)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = halve();
    } else sr = node(sr, c);
    [fn, sn] = halve();
  }
  return sn === 0 && fr.equals(old.root) && sr.equals(now.root);
}

const KINDS = { ed25519: 4, 'ml-dsa-44': 6 };
export type Kind = keyof typeof KINDS;

/** @param answer replaces what it would answer. @param time that it cosigns with, in seconds. */
export async function startWitness(
  kind: Kind,
  answer?: (honest: string) => { status: number; text: string },
  time = () => Math.floor(Date.now() / 1000),
) {
  const { privateKey, publicKey } = generateKeyPairSync(kind as 'ed25519');
  const jwk = publicKey.export({ format: 'jwk' }) as { x?: string; pub?: string };
  const material = Buffer.concat([Buffer.from([KINDS[kind]]), Buffer.from(jwk.x ?? jwk.pub ?? '', 'base64url')]);
  const name = 'witness.example/w1';
  const id = sha256(Buffer.from(`${name}\n`), material).subarray(0, 4);
  let seen: Head = { size: 0, root: sha256() };
  const requests: string[] = [];

  function respond(body: string): { status: number; text: string } {
    const [head = '', ...rest] = body.split('\n\n');
    const [first = '', ...proof] = head.split('\n');
    const note = `${rest[0]}\n`;
    const [origin = '', size = '', root = ''] = note.split('\n');
    const now = { size: Number(size), root: Buffer.from(root, 'base64') };
    if (Number(first.slice('old '.length)) !== seen.size) return { status: 409, text: `${seen.size}\n` };
    if (
      !continues(
        seen,
        now,
        proof.map((line) => Buffer.from(line, 'base64')),
      )
    )
      return { status: 422, text: '' };
    seen = now;
    const honest = `— ${name} ${cosign(kind, privateKey, { name, id, note, origin, now, time: time() })}\n`;
    return answer?.(honest) ?? { status: 200, text: honest };
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    requests.push(`${request.method} ${request.url} ${body.split('\n')[0]}`);
    const { status, text } = respond(body);
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/submit/`,
    vkey: `${name}+${id.toString('hex')}+${material.toString('base64')}`,
    requests,
    forget: (size: number) => {
      seen = { size, root: Buffer.alloc(32) };
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const u64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};
const sized = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);

interface Cosigned {
  name: string;
  id: Buffer;
  note: string;
  origin: string;
  now: Head;
  time: number;
}

function cosign(kind: Kind, key: KeyObject, { name, id, note, origin, now, time }: Cosigned): string {
  const message =
    kind === 'ed25519'
      ? Buffer.from(`cosignature/v1\ntime ${time}\n${note}`)
      : Buffer.concat([
          Buffer.from('subtree/v1\n\0'),
          sized(name),
          u64(time),
          sized(origin),
          u64(0),
          u64(now.size),
          now.root,
        ]);
  return Buffer.concat([id, u64(time), sign(null, message, key)]).toString('base64');
}
