/**
 * Takes what is sensitive out of the words of the program and of its providers, before anybody is told them.
 *
 * SECURITY: Terraform itself prints sensitive values: in conditions that call nonsensitive(), in copies that lost their
 * mark, in the errors of providers. So every value that the state, the plan or the environment knows as sensitive is taken
 * out, plain or encoded, wherever it stands.
 * Does not cover: what `effects/secrets.ts` does not; a value that nothing calls sensitive.
 */
import { needlesOf } from './needles.ts';

export type Hide = (text: string) => string;

export function hiding(...values: readonly Iterable<string>[]): Hide {
  const needles = needlesOf(values.flatMap((some) => [...some]));
  return (text) => needles.replaced(text, () => '(sensitive)');
}

const KEY = /\["((?:[^"\\]|\\.)*)"\]/g;

/** Of an address, only keys of instances are values; the names are the configuration's own. */
export const withoutKeys = (address: string, hide: Hide): string =>
  address.replaceAll(KEY, (_, key: string) => `["${hide(key)}"]`);
