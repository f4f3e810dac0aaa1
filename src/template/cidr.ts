/** Fn::Cidr: splits an address block. */

/**
 * @param block `10.0.0.0/16` or an IPv6 block.
 * @param hostBits size of each part, in bits below the address's width (AWS's `cidrBits`).
 * @returns undefined when the block is malformed or too small for that many parts.
 */
export function splitCidr(block: string, count: number, hostBits: number): string[] | undefined {
  const [address = '', prefixText = ''] = block.split('/');
  const width = address.includes(':') ? 128 : 32;
  const base = width === 128 ? parseIpv6(address) : parseIpv4(address);
  const prefix = Number(prefixText);
  if (base === undefined || !/^\d+$/.test(prefixText) || prefix > width) return undefined;
  if (!Number.isInteger(hostBits) || hostBits < 1 || hostBits > width - prefix) return undefined;
  if (!Number.isInteger(count) || count < 1 || count > 256) return undefined;
  if (BigInt(count) > 1n << BigInt(width - prefix - hostBits)) return undefined;
  const network = (base >> BigInt(width - prefix)) << BigInt(width - prefix);
  const format = width === 128 ? formatIpv6 : formatIpv4;
  return Array.from(
    { length: count },
    (_, index) => `${format(network + (BigInt(index) << BigInt(hostBits)))}/${width - hostBits}`,
  );
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const [head = '', tail, ...rest] = text.split('::');
  if (rest.length > 0) return undefined;
  const groupsOf = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right];
  if (!groups.every((group) => /^[\da-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

function formatIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
}

function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  );
  const text = groups.join(':');
  const longest = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)]
    .map((match) => match[0])
    .sort((a, b) => b.length - a.length)[0];
  if (longest === undefined) return text;
  const at = text.indexOf(longest);
  return `${text.slice(0, at)}::${text.slice(at + longest.length).replace(/^:/, '')}`;
}
