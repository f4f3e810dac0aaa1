/**
 * Finds many texts in a text, in one walk.
 *
 * Guarantees: of two that start at one place the longer is found; each is also found as base64 of itself, in a URL, and
 * as JSON escapes it. The walk looks at each character once, whatever the number of texts.
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

function formsOf(value: string): Set<string> {
  const bytes = Buffer.from(value, 'utf8');
  const forms = [
    value,
    JSON.stringify(value).slice(1, -1),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    encoded(value),
  ];
  return new Set(forms.filter((form, index) => form.length >= (index < 2 ? SHORTEST : 8)));
}

/** A lone surrogate has no form in a URL. */
const encoded = (value: string): string => (value.isWellFormed() ? encodeURIComponent(value) : value);
