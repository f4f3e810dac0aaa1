/**
 * A provider's end of the line: gRPC over HTTP/2 and mutual TLS, as Terraform's plugins speak it (go-plugin, protocol 6).
 * The certificate of each side is made for this run; ours is told in the first line of stdout.
 */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Message, readMessage } from './messages.ts';

/** By `/package.Service/Method`. */
export type Methods = Readonly<Record<string, (request: Message) => Buffer | Promise<Buffer>>>;

export function serve(methods: Methods): void {
  if (process.env.TF_PLUGIN_MAGIC_COOKIE === undefined) throw new Error('Terraform starts this program.');
  const { key, cert } = certificate();
  const server = createSecureServer({
    key,
    cert,
    ca: process.env.PLUGIN_CLIENT_CERT,
    requestCert: true,
    rejectUnauthorized: true,
  });
  server.on('stream', (stream, { ':path': path = '' }) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => void answer(stream, methods[path], Buffer.concat(chunks)));
  });
  // Whoever started it may have been killed.
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || process.exit(1), 1_000).unref();
  server.listen(0, '127.0.0.1', () => {
    const told = new X509Certificate(cert).raw.toString('base64').replaceAll('=', '');
    process.stdout.write(`1|6|tcp|127.0.0.1:${(server.address() as AddressInfo).port}|grpc|${told}\n`);
  });
}

/** Each message has five bytes before it: whether it is compressed, and its length. */
async function answer(stream: ServerHttp2Stream, method: Methods[string] | undefined, request: Buffer): Promise<void> {
  const head = { ':status': 200, 'content-type': 'application/grpc' };
  if (!method) return void stream.respond({ ...head, 'grpc-status': '12' }, { endStream: true });
  const made = await method(readMessage(request.subarray(5)));
  if (stream.destroyed) return;
  const length = Buffer.alloc(5);
  length.writeUInt32BE(made.length, 1);
  stream.respond(head, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([length, made]));
}

function certificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-provider-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const named = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  try {
    execFileSync('openssl', [...made, ...named, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
