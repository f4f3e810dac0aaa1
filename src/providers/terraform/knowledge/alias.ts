/** What stands for a resource in a value that is not known yet: an id of letters and digits, made of its address. */
import { sha256Hex } from '../../../core/digest.ts';
import { own } from '../../aws/knowledge/marks/index.ts';

const known = new Map<string, string>();
const MOST = 20_000;

/** The same for the same address; two addresses have two. */
export function aliasOf(address: string): string {
  const found = known.get(address);
  if (found !== undefined) return found;
  if (known.size > MOST) known.clear();
  const alias = `Tf${sha256Hex(address).slice(0, 16)}x`;
  known.set(address, alias);
  return alias;
}

export const ownOf = (address: string, attribute?: string): string => own(aliasOf(address), attribute);

const ALIAS = /Tf[0-9a-f]{16}x/g;

/** As people know it. @param addresses by alias. */
export const readable = (text: string, addresses: ReadonlyMap<string, string>): string =>
  text.replaceAll(ALIAS, (alias) => addresses.get(alias) ?? alias);
