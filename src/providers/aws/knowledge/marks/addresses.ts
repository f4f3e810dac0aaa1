/**
 * Addresses that the stack did not name: e-mail, telephone, the origin behind a distribution.
 *
 * Guarantees: a domain is known only by what stands in the stack as it is, never by what the change writes beside it.
 * Does not cover: who owns a domain; the guard `exposure` lets those pass that the policy names.
 */
import type { Json } from '../../../../core/digest.ts';
import type { MarkContext } from './finder.ts';
import { foreignBucketsIn, foreignSitesIn } from './openings.ts';
import { listOf, stringsIn } from './read.ts';

type Value = Json | undefined;

const textsByContext = new WeakMap<MarkContext, string>();

/** Every text of the resources as they are, in small letters, one a line. */
function textsBefore(context: MarkContext): string {
  const known = textsByContext.get(context);
  if (known !== undefined) return known;
  const texts = Object.values(context.before).flatMap(({ properties }) =>
    [...stringsIn(properties, '')].map(([, text]) => text.toLowerCase()),
  );
  const all = `\n${texts.join('\n')}\n`;
  textsByContext.set(context, all);
  return all;
}

const PHONE = /^\+\d{7,15}$/;

export function newAddressesIn(value: Value, context: MarkContext): string[] {
  const before = textsBefore(context);
  return listOf(value)
    .map(String)
    .filter((address) => {
      if (PHONE.test(address)) return !before.includes(`\n${address}\n`);
      const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
      return /^[^:/]{1,64}@/.test(address) && domain !== '' && !before.includes(`@${domain}\n`);
    });
}

/** `bucket.s3.eu-west-1.amazonaws.com` of a bucket whose owner is this account is none. */
export function foreignOriginsIn(value: Value, context: MarkContext): string[] {
  const before = textsBefore(context);
  return foreignSitesIn(value).filter(
    (host) =>
      !before.includes(`\n${host.toLowerCase()}\n`) &&
      (!/\.s3[.-].{0,60}amazonaws\.com/i.test(host) || foreignBucketsIn(host, context).length > 0),
  );
}
