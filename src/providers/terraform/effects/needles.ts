/**
 * Finds many texts in a text, in one walk.
 *
 * Guarantees: of two that start at one place the longer is found; each is also found in base64 (alone, or behind other
 * bytes), in hexadecimal, in a URL, and as JSON escapes it. The walk looks at each character once, whatever the number of texts.
 */

/** A shorter part of a text says too little. */
const SHORTEST = 4;
const TABLE = 65_536;
const slot = (text: string, at: number) =>
  (text.charCodeAt(at) * 31 + text.charCodeAt(at + 1) * 7 + text.charCodeAt(at + 2)) & (TABLE - 1);

export function needlesOf(values: Iterable<string>): {
  replaced(text: string, by: (needle: string) => string): string;
} {
  const seen = new Uint8Array(TABLE);
  const byStart = new Map<string, [needle: string, value: string][]>();
  for (const value of values)
    for (const needle of formsOf(value)) {
      const start = needle.slice(0, SHORTEST);
      seen[slot(needle, 0)] = 1;
      const known = byStart.get(start);
      if (known) known.push([needle, value]);
      else byStart.set(start, [[needle, value]]);
    }
  for (const list of byStart.values()) list.sort(([a], [b]) => b.length - a.length);
  if (byStart.size === 0) return { replaced: (text) => text };
  return {
    replaced(text, by) {
      let [made, from] = ['', 0];
      for (let at = 0; at <= text.length - SHORTEST; at += 1) {
        if (seen[slot(text, at)] === 0) continue;
        const hit = byStart.get(text.slice(at, at + SHORTEST))?.find(([needle]) => text.startsWith(needle, at));
        if (!hit) continue;
        made += text.slice(from, at) + by(hit[1]);
        at += hit[0].length - 1;
        from = at + 1;
      }
      return from === 0 ? text : made + text.slice(from);
    },
  };
}

/** An encoded form that is shorter says too little. */
const SHORTEST_ENCODED = 8;

function formsOf(value: string): Set<string> {
  const bytes = Buffer.from(value, 'utf8');
  const escaped = inText(value);
  const plain = [value, escaped, inText(escaped), byGo(escaped), inText(byGo(escaped))];
  const encoded = [...['base64', 'base64url'].flatMap((as) => inBase64(bytes, as as 'base64')), ...inUrl(value)];
  return new Set([
    ...plain.filter((form) => form.length >= SHORTEST),
    ...[...encoded, bytes.toString('hex')].filter((form) => form.length >= SHORTEST_ENCODED),
  ]);
}

/** As it stands in JSON text. */
const inText = (value: string): string => JSON.stringify(value).slice(1, -1);

/** As Terraform's jsonencode() and every provider write it: encoding/json of Go. */
const byGo = (text: string): string =>
  text.replaceAll(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Alone, and what is sure of it behind other bytes: a character of base64 has six bits. */
const inBase64 = (bytes: Buffer, encoding: 'base64' | 'base64url'): string[] => [
  bytes.toString(encoding),
  ...[0, 1, 2].map((behind) =>
    Buffer.concat([Buffer.alloc(behind), bytes])
      .toString(encoding)
      .slice(Math.ceil((behind * 8) / 6), Math.floor(((behind + bytes.length) * 8) / 6)),
  ),
];

/** As browsers, Go and curl write it, in digits of either case. A lone surrogate has no form in a URL. */
function inUrl(value: string): string[] {
  if (!value.isWellFormed()) return [];
  const encoded = encodeURIComponent(value);
  const strict = encoded.replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = new URLSearchParams({ a: value }).toString().slice(2);
  return [encoded, strict, strict.replaceAll('%20', '+'), query].flatMap((form) => [
    form,
    form.replaceAll(/%[0-9A-F]{2}/g, (digits) => digits.toLowerCase()),
  ]);
}
