/** Texts that a careless decoder reads as the same receipt. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** @param padded a receipt whose `extra` ends in `==`. */
export function otherWritings(padded: string): Record<string, string> {
  const inExtra = (change: (base64: string) => string) =>
    padded.replace(/^extra (.*)$/m, (_line, base64) => `extra ${change(base64)}`);
  return {
    'a padding bit': inExtra((text) =>
      text.replace(/(.)==$/, (_all, last) => `${ALPHABET[ALPHABET.indexOf(last) + 1]}==`),
    ),
    'no padding': inExtra((text) => text.replace(/=+$/, '')),
    'a space inside': inExtra((text) => `${text.slice(0, 8)} ${text.slice(8)}`),
    'junk behind the padding': inExtra((text) => `${text}AAAA`),
    'junk that is no base64': inExtra((text) => `${text.slice(0, 8)}!${text.slice(8)}`),
    'text behind the checkpoint': `${padded}\nmore\n`,
    'a made-up signature line': `${padded}— witness AAAAAAAA\n`,
    'a made-up signature block': `${padded}\n— witness AAAAAAAA\n`,
    'other line ends': padded.replaceAll('\n', '\r\n'),
    'no final line end': padded.slice(0, -1),
    'a leading zero': padded.replace(/^index /m, 'index 0'),
    'no padding in a hash': padded.replace(/^([A-Za-z0-9+/]{43})=$/m, '$1'),
    'another alphabet': padded.replace(/^([A-Za-z0-9+/]{43}=)$/gm, (line) =>
      line.replaceAll('+', '-').replaceAll('/', '_'),
    ),
    'a byte order mark': `\uFEFF${padded}`,
  };
}
