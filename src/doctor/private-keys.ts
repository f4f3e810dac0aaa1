/**
 * Private keys that this user can use: files of OpenSSH, and what an ssh-agent holds. Known by the fingerprint of their
 * public half, which stands unencrypted in a private key file. SECURITY: nothing of the private half is kept or told.
 */
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { readBounded } from '../bounded-file.ts';
import { createReader, fingerprintOf } from '../people/ssh-key.ts';

export interface UsableKey {
  type: string;
  fingerprint: string;
  /** A file, or the agent's socket. */
  at: string;
  /** A passphrase guards the file. Of an agent: no. */
  isEncrypted: boolean;
}

const MAX_KEY_BYTES = 64 * 1024;
const BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----';
const MAGIC = Buffer.from('openssh-key-v1\0', 'latin1');

const typeOf = (blob: Buffer): string => createReader(blob).string().toString('latin1');

/** Of the files in a folder that this user can read. */
export function keysIn(folder: string): UsableKey[] {
  return namesIn(folder).flatMap((name) => {
    const at = join(folder, name);
    const text = readable(at);
    const key = text === undefined ? undefined : openSshKey(text, at);
    return key ? [key] : [];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readable(path: string): string | undefined {
  try {
    return readBounded(path, MAX_KEY_BYTES, path);
  } catch {
    return undefined;
  }
}

/** PROTOCOL.key of OpenSSH: cipher, KDF, its options, the number of keys, then each public key. */
function openSshKey(text: string, at: string): UsableKey | undefined {
  const start = text.indexOf(BEGIN);
  if (start < 0) return undefined;
  const body = text.slice(start + BEGIN.length).split('-----END')[0] ?? '';
  const bytes = Buffer.from(body, 'base64');
  try {
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
    const reader = createReader(bytes.subarray(MAGIC.length));
    const cipher = reader.string().toString('latin1');
    reader.string();
    reader.string();
    reader.take(4);
    const blob = reader.string();
    return { type: typeOf(blob), fingerprint: fingerprintOf(blob), at, isEncrypted: cipher !== 'none' };
  } catch {
    return undefined;
  }
}

const LIST_IDENTITIES = Buffer.from([0, 0, 0, 1, 11]);
const IDENTITIES_ANSWER = 12;
const AGENT_ANSWERS_WITHIN_MILLISECONDS = 2_000;
const MAX_ANSWER_BYTES = 256 * 1024;

/** What an agent would sign with. Empty when none answers. */
export async function keysOfAgent(socket: string | undefined): Promise<UsableKey[]> {
  if (!socket) return [];
  const answer = await asked(socket);
  try {
    const reader = createReader(answer);
    if (reader.take(1)[0] !== IDENTITIES_ANSWER) return [];
    return Array.from({ length: Math.min(reader.take(4).readUInt32BE(0), 1_000) }, () => {
      const blob = reader.string();
      reader.string();
      return { type: typeOf(blob), fingerprint: fingerprintOf(blob), at: socket, isEncrypted: false };
    });
  } catch {
    return [];
  }
}

function asked(socket: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    let got = Buffer.alloc(0);
    const end = () => {
      connection.destroy();
      resolve(got.subarray(4));
    };
    connection.setTimeout(AGENT_ANSWERS_WITHIN_MILLISECONDS, end);
    connection.on('error', end);
    connection.on('close', end);
    connection.on('connect', () => connection.write(LIST_IDENTITIES));
    connection.on('data', (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
      const isWhole = got.length >= 4 && got.length >= 4 + got.readUInt32BE(0);
      if (isWhole || got.length > MAX_ANSWER_BYTES) end();
    });
  });
}
