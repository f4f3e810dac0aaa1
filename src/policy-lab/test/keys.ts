/**
 * Throw-away keys, so that a replay can sign for the people of a policy without anybody's real key. They live in this
 * process and are gone with it.
 */

import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { NAMESPACE } from '../../approvals/ssh-signature.ts';
import { type PublicKey, parsePublicKey, sshString } from '../../people/ssh-key.ts';
import type { Policy } from '../../policy/model.ts';

/** Security keys that verify their user: what they sign is enough wherever a policy asks for more than software. */
const TYPE = 'sk-ssh-ed25519@openssh.com';
const APPLICATION = 'ssh:';
const PRESENT_AND_VERIFIED = 5;

export interface TestKey {
  publicKey: PublicKey;
  /** Armored, as `ssh-keygen -Y sign` writes it. */
  sign(statement: string): string;
}

/** Every person who has a key gets a test key in its place; who has none can sign nothing here either. */
export function withTestKeys(policy: Policy): { policy: Policy; keyOf(person: string): TestKey } {
  const keys = new Map<string, TestKey>();
  const keyOf = (person: string): TestKey => {
    const key = keys.get(person) ?? makeKey();
    keys.set(person, key);
    return key;
  };
  const people = policy.people.map((person) =>
    person.keys.length === 0 ? person : { ...person, keys: [keyOf(person.name).publicKey] },
  );
  return { policy: { ...policy, people }, keyOf };
}

function makeKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const blob = Buffer.concat([text(TYPE), sshString(raw), text(APPLICATION)]);
  return {
    publicKey: parsePublicKey(`${TYPE} ${blob.toString('base64')}`),
    sign: (statement) => sshSignature(statement, blob, privateKey),
  };
}

/** PROTOCOL.sshsig of openssh-portable. */
function sshSignature(statement: string, blob: Buffer, privateKey: KeyObject): string {
  const digest = createHash('sha512').update(statement).digest();
  const about = [text(NAMESPACE), text(''), text('sha512')];
  const signed = Buffer.concat([Buffer.from('SSHSIG'), ...about, sshString(digest)]);
  const version = Buffer.from([0, 0, 0, 1]);
  const tail = Buffer.from([PRESENT_AND_VERIFIED, 0, 0, 0, 0]);
  const touched = Buffer.concat([sha256(Buffer.from(APPLICATION)), tail, sha256(signed)]);
  const signature = Buffer.concat([text(TYPE), sshString(sign(null, touched, privateKey)), tail]);
  const whole = Buffer.concat([Buffer.from('SSHSIG'), version, sshString(blob), ...about, sshString(signature)]);
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}

const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();

const text = (value: string): Buffer => sshString(Buffer.from(value));
