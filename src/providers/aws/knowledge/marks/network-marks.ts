/** What a network gain is called, and which gains open nothing to anybody outside. */
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext } from './finder.ts';
import { isUnknownSource, type NetworkRule } from './network.ts';
import { shown } from './read.ts';
import { own, ownIdsIn } from './tokens.ts';

/** Members of a group of this stack, or of one elsewhere that lets nobody of the internet in, are nobody outside. */
export function isInside(range: string, { after, before, groupsRead }: MarkContext): boolean {
  const [id] = ownIdsIn(range);
  if (id !== undefined && range === own(id)) return (after[id] ?? before[id])?.type === 'AWS::EC2::SecurityGroup';
  return groupsRead?.get(range)?.length === 0;
}

const UNKNOWN_SOURCE = 'a source that is unknown until execution';
const sourceText = (range: string) => (isUnknownSource(range) ? UNKNOWN_SOURCE : shown(range));
export const words = ({ range, protocol, fromPort, toPort }: NetworkRule) =>
  `${sourceText(range)}, ${protocol === '-1' ? 'all protocols' : protocol}${fromPort < 0 ? '' : fromPort === toPort ? ` ${fromPort}` : ` ${fromPort}–${toPort}`}`;

export function exposeMark(path: string, gain: NetworkRule, verb: string, { groupsRead }: MarkContext): Mark {
  const network = { ...gain, range: sourceText(gain.range) };
  const group = /^sg-|^pl-/.test(gain.range) ? { target: { id: gain.range } } : {};
  const open = groupsRead?.get(gain.range) ?? [];
  const itself = open.length === 0 ? '' : ` ${gain.range} is itself open to ${open.join(', ')}.`;
  return { kind: 'expose', path, text: `${verb} ${words(gain)}.${itself}`, network, ...group };
}
