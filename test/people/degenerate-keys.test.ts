import { describe, expect, it } from 'vitest';
import { parsePublicKey } from '../../src/people/ssh-key.ts';
import { policyWith, read } from '../policy/plans.ts';

const PRIME = 2n ** 255n - 19n;
/** Little-endian, with the sign of x in the highest bit. */
function encoded(y: bigint, sign = 0n): Buffer {
  return Buffer.from((y | (sign << 255n)).toString(16).padStart(64, '0'), 'hex').reverse();
}
function line(point: Buffer, type = 'ssh-ed25519'): string {
  const part = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const application = type.startsWith('sk-') ? [part(Buffer.from('ssh:'))] : [];
  return `${type} ${Buffer.concat([part(Buffer.from(type)), part(point), ...application]).toString('base64')}`;
}
/** The y of a point of order 8 and of its opposite (RFC 7748's list of points of low order, on the Edwards curve). */
const ORDER_8 = BigInt(
  `0x${Buffer.from('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'hex').reverse().toString('hex')}`,
);

describe('an Ed25519 key', () => {
  const small = [0n, 1n, PRIME - 1n, ORDER_8, PRIME - ORDER_8].flatMap((y) => [encoded(y), encoded(y, 1n)]);
  it.each(small.map((point) => [point.toString('hex'), point]))('of small order is refused: %s', (_hex, point) => {
    for (const type of ['ssh-ed25519', 'sk-ssh-ed25519@openssh.com'])
      expect(() => parsePublicKey(line(point, type))).toThrow(/degenerate/);
  });

  it.each([0n, 1n, 5n, 18n])('that is not canonical is refused: p + %s', (more) => {
    for (const sign of [0n, 1n]) expect(() => parsePublicKey(line(encoded(PRIME + more, sign)))).toThrow(/canonical/);
  });

  it('that is no point of the curve, or of another length, is refused', () => {
    expect(() => parsePublicKey(line(encoded(2n)))).toThrow(/not on its curve/);
    expect(() => parsePublicKey(line(encoded(9n).subarray(1)))).toThrow(/32 bytes/);
  });

  it('that is the base point’s is read', () => {
    expect(parsePublicKey(line(encoded((4n * inverse(5n)) % PRIME))).type).toBe('ssh-ed25519');
  });

  it('that is degenerate makes its policy invalid', () => {
    expect(() => read(policyWith('', { people: `  alice: { keys: ["${line(encoded(1n))}"] }` }))).toThrow(/degenerate/);
  });
});

/** Fermat. */
function inverse(value: bigint): bigint {
  let [result, square] = [1n, value];
  for (let rest = PRIME - 2n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}

describe('a name that every object has', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])('is refused: %s', (name) => {
    const people = `  alice: {}\n  ${name}: {}`;
    expect(() => read(policyWith('', { people }))).toThrow(new RegExp(name));
    const scopes = `  - { account: ${name}, stacks: ["*"] }`;
    expect(() => read(policyWith('', { scopes }))).toThrow(/scopes.0.account/);
    expect(() => read(policyWith(`guards: { ${name}: {} }`))).toThrow(new RegExp(name));
    const exception = `{ guard: recreate, stack: s, resource: R, until: 2026-12-05, owner: ${name}, reason: r }`;
    expect(() => read(policyWith(`exceptions: [${exception}]`))).toThrow(/exceptions.0.owner/);
  });
});
