/**
 * Who can reach what, as sets of addresses: what a set of rules gains over another.
 *
 * Guarantees: host bits, letter case, zero compression, order, and the way in which a range or a port range is cut
 * into rules make no difference; adjacent ranges are one range; a rule that other rules cover gains nothing; what
 * cannot be read as a range counts as the whole world, and what stands for a value that is not known is a source of its
 * own, so that it hides no other. A gained range is told as the whole range that is reached
 * afterwards (its smallest covering CIDR), so that opening the world in two steps shows the world in the second.
 * Ranges that do not touch, but together are more than a /8 (IPv6: /32) of public addresses, are told as one.
 *
 * Does not cover: the order of rules (network ACLs are read as if every allow counted).
 */
export interface NetworkRule {
  /** CIDR, single address, prefix list (`pl-…`), or security group. */
  range: string;
  /** Name or number; -1 or `all`: every protocol. */
  protocol: string;
  /** -1: all. */
  fromPort: number;
  toPort: number;
}

/** Inclusive. `family` 4 or 6, or the name of something that is no address range (a prefix list, a group). */
interface Range {
  family: string;
  first: bigint;
  last: bigint;
}

const BITS: Record<string, number> = { '4': 32, '6': 128 };
const PROTOCOLS: Record<string, string> = { '6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6', all: '-1', '': '-1' };
/** RFC 1918, 6598, 3927, 1122; unique local, link local, loopback. From memory. */
const PRIVATE_TEXT =
  '10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 169.254.0.0/16 127.0.0.0/8 fc00::/7 fe80::/10 ::1';
/** Scattered public ranges that together are more than this are told as one. */
const SCATTERED: Record<string, bigint> = { '4': 1n << 24n, '6': 1n << 96n };

function address4(text: string): bigint | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const parts = text.split('.').map(Number);
  return parts.every((part) => part < 256) ? parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) : undefined;
}

function address6(text: string): bigint | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const tail = dotted ? address4(dotted[2]!) : undefined;
  if (dotted && tail === undefined) return undefined;
  const hex = tail === undefined ? text : `${dotted![1]}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  const halves = hex.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - halves.flat().length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0)) return undefined;
  const groups = [...halves[0]!, ...Array<string>(missing).fill('0'), ...(halves[1] ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

function parseRange(text: string): Range | undefined {
  const [address = '', length, ...more] = text.trim().split('/');
  const family = address.includes(':') ? '6' : '4';
  const value = family === '6' ? address6(address) : address4(address);
  const bits = BITS[family]!;
  if (value === undefined || more.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
  const prefix = Number(length ?? bits);
  if (prefix > bits) return undefined;
  const size = 1n << BigInt(bits - prefix);
  const first = (value / size) * size;
  return { family, first, last: first + size - 1n };
}

function addressText(value: bigint, family: string): string {
  if (family === '4') return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  const zeros = [...groups.join(':').matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)].sort(
    (a, b) => b[0].length - a[0].length,
  )[0];
  if (!zeros) return groups.join(':');
  const text = groups.join(':');
  const [head, tail] = [text.slice(0, zeros.index), text.slice(zeros.index + zeros[0].length)];
  return `${head.replace(/:$/, '')}::${tail.replace(/^:/, '')}`;
}

/** The smallest CIDR that covers a range. */
function covering({ family, first, last }: Range): string {
  const bits = BITS[family];
  if (bits === undefined) return family;
  let prefix = bits;
  while (prefix > 0 && first >> BigInt(bits - prefix) !== last >> BigInt(bits - prefix)) prefix -= 1;
  const size = 1n << BigInt(bits - prefix);
  return `${addressText((first / size) * size, family)}/${prefix}`;
}

/** `10.1.2.3/8` → `10.0.0.0/8`; a single address gets its length. What is no range (a group, a prefix list) stays. */
export function normaliseRange(text: string): string {
  const range = parseRange(text);
  return range ? covering(range) : text;
}

function merged(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) =>
    a.family === b.family ? (a.first < b.first ? -1 : 1) : a.family < b.family ? -1 : 1,
  );
  const result: Range[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last?.family === range.family && range.first <= last.last + 1n) {
      if (range.last > last.last) last.last = range.last;
    } else result.push({ ...range });
  }
  return result;
}

/** Adjacent and overlapping ranges as one; each told by the smallest CIDR that covers it. */
export function mergeRanges(ranges: readonly string[]): string[] {
  return merged(ranges.map(rangeOf)).map(covering);
}

/** Does it stand for a value that only the execution knows? */
export const isUnknownSource = (text: string): boolean => /\u{27e6}(?:import:|\?)|\{\{resolve:|\u{fffd}/u.test(text);

const WORLD: Range = { family: '4', first: 0n, last: (1n << 32n) - 1n };

/** A group or prefix list is a family of its own; anything else that is not a range is the world. */
function rangeOf(text: string): Range {
  const named =
    /^[a-z]{2,3}-[0-9a-z]+$|^\u{27e6}own:[^\u{27e7}]+\u{27e7}$/iu.test(text.trim()) || isUnknownSource(text);
  return parseRange(text) ?? (named ? { family: text.trim(), first: 0n, last: 0n } : WORLD);
}

const covers = (ranges: readonly Range[], { family, first, last }: Range): boolean =>
  ranges.some((range) => range.family === family && range.first <= first && range.last >= last);

interface Box {
  range: Range;
  protocol: string;
  from: number;
  to: number;
}
const LAST_PORT = 65_535;
const hasPorts = (protocol: string) => protocol === 'tcp' || protocol === 'udp';

function boxOf(rule: NetworkRule): Box {
  const text = rule.protocol.trim().toLowerCase();
  const protocol = PROTOCOLS[text] ?? text;
  const all = !hasPorts(protocol) || rule.fromPort < 0 || !(rule.toPort >= rule.fromPort);
  return {
    range: rangeOf(rule.range),
    protocol,
    from: all ? 0 : rule.fromPort,
    to: all ? LAST_PORT : Math.min(rule.toPort, LAST_PORT),
  };
}

const PRIVATE = PRIVATE_TEXT.split(' ').map((text) => parseRange(text)!);

/** More public addresses than a /8 in ranges that do not touch: one range over all of them. */
function gathered(ranges: readonly Range[]): Range[] {
  return ['4', '6'].flatMap((family) => {
    const open = ranges.filter((range) => range.family === family && !covers(PRIVATE, range));
    const size = open.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
    const [first, last] = [open[0]?.first ?? 0n, open.at(-1)?.last ?? 0n];
    return open.length > 1 && size > SCATTERED[family]! ? [{ family, first, last }] : [];
  });
}

/**
 * What the rules after reach that the rules before did not: merged over rules, ports and ranges. Sorted, so that the
 * same rules in another order give the same answer.
 */
export function networkGain(before: readonly NetworkRule[], after: readonly NetworkRule[]): NetworkRule[] {
  const [was, is] = [before.map(boxOf), after.map(boxOf)];
  const gains: NetworkRule[] = [];
  const protocols = [...new Set(is.map(({ protocol }) => protocol))].sort();
  for (const protocol of protocols) {
    const cuts = new Set([0, LAST_PORT + 1]);
    const relevant = (box: Box) => box.protocol === protocol || box.protocol === '-1';
    for (const box of [...was, ...is].filter(relevant)) cuts.add(box.from).add(box.to + 1);
    const edges = [...cuts].sort((a, b) => a - b);
    const open = new Map<string, { fromPort: number; toPort: number }>();
    for (const [index, from] of edges.slice(0, -1).entries()) {
      const to = edges[index + 1]! - 1;
      const at = (boxes: Box[], wanted: (box: Box) => boolean) =>
        merged(boxes.filter((box) => wanted(box) && box.from <= from && box.to >= to).map(({ range }) => range));
      const reachedBefore = at(was, relevant);
      const toldAlready = protocol === '-1' ? [] : at(is, (box) => box.protocol === '-1');
      const reached = at(is, relevant);
      const gained = reached.filter((range) => !covers(reachedBefore, range) && !covers(toldAlready, range));
      const together = gained.length > 0 ? gathered(reached) : [];
      for (const range of merged([...gained, ...together]).map(covering)) {
        const last = open.get(range);
        if (last && last.toPort === from - 1) last.toPort = to;
        else {
          const ports = { fromPort: from, toPort: to };
          open.set(range, ports);
          gains.push(Object.assign(ports, { range, protocol }));
        }
      }
    }
  }
  return gains
    .map(({ range, protocol, fromPort, toPort }) =>
      hasPorts(protocol) ? { range, protocol, fromPort, toPort } : { range, protocol, fromPort: -1, toPort: -1 },
    )
    .sort((a, b) => a.protocol.localeCompare(b.protocol) || a.fromPort - b.fromPort || a.range.localeCompare(b.range));
}

/** Is there anything that both rules reach? */
export function overlaps(a: NetworkRule, b: NetworkRule): boolean {
  const [one, other] = [boxOf(a), boxOf(b)];
  return (
    (one.protocol === other.protocol || one.protocol === '-1' || other.protocol === '-1') &&
    one.from <= other.to &&
    other.from <= one.to &&
    one.range.family === other.range.family &&
    one.range.first <= other.range.last &&
    other.range.first <= one.range.last
  );
}
