/** Fn::Cidr: the first `count` blocks of `bits` host bits inside a block, in order. IPv4 and IPv6. */

/** @returns undefined where the blocks do not fit, or the block is none. `count` is 1 to 256 as in CloudFormation. */
export function cidrBlocks(block: string, count: number, bits: number): string[] | undefined {
  const [address = '', prefixText = ''] = block.split('/');
  const isV6 = address.includes(':');
  const width = isV6 ? 128 : 32;
  const base = isV6 ? fromV6(address) : fromV4(address);
  const prefix = Number(prefixText);
  const isBlock = base !== undefined && Number.isInteger(prefix) && prefix >= 0 && prefix <= width;
  const isCount = Number.isInteger(count) && count >= 1 && count <= 256;
  if (!isBlock || !isCount || !Number.isInteger(bits) || bits < 1 || bits > width - prefix) return undefined;
  const size = 1n << BigInt(bits);
  if (BigInt(count) * size > 1n << BigInt(width - prefix)) return undefined;
  const first = (base >> BigInt(width - prefix)) << BigInt(width - prefix);
  return Array.from({ length: count }, (_, index) => {
    const start = first + BigInt(index) * size;
    return `${isV6 ? toV6(start) : toV4(start)}/${width - bits}`;
  });
}

function fromV4(text: string): bigint | undefined {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(Number.isInteger(part) && part >= 0 && part <= 255)))
    return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}
const toV4 = (value: bigint) => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');

function fromV6(text: string): bigint | undefined {
  const [head = '', tail] = text.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const gap = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(Math.max(0, gap)).fill('0'), ...groups(tail)];
  if (all.length !== 8 || all.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}
function toV6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16));
  return groups.join(':').replace(/(?:^|:)0(?::0)+(?::|$)/, '::');
}
