/**
 * How each level stands, from what was tried. Pure.
 *
 * INVARIANT: the word of the client's user lowers a level and never lifts one: what lifts is found by the server.
 */
import { type Client, isApart, LEVELS, type Level, type StandingOfLevel } from '../core/assurance.ts';
import type { TriedWrite } from '../core/outside.ts';
import { bestProofOf } from '../people/key.ts';
import type { Person } from '../people/person.ts';
import type { Entrance } from './authorized-keys.ts';
import type { Reached } from './reach.ts';

export interface Tried {
  client: Client;
  /** By the client's user. */
  reached: readonly Reached[];
  /** Of the server's own files, in sentences. */
  exposed: readonly string[];
  /** Into the server's user by ssh; null: the client did not come that way. */
  entrance: Pick<Entrance, 'isClosed' | 'why'> | null;
  people: readonly Pick<Person, 'name' | 'keys'>[];
  /** The policy takes no approval without a touch, in any environment. */
  touchIsAsked: boolean;
  /** By the credentials that plan; undefined: they were not reached. */
  writes: readonly TriedWrite[] | undefined;
  /** In a policy that its owners signed. */
  declared: readonly Level[];
}
type Found = Pick<StandingOfLevel, 'standing' | 'why'>;

const proven = (why: string): Found => ({ standing: 'proven', why });
const unknown = (why: string): Found => ({ standing: 'unknown', why });
const refuted = (why: string): Found => ({ standing: 'refuted', why });

export function levelsOf(tried: Tried): StandingOfLevel[] {
  const found: Record<Level, Found> = {
    L1: apart(tried),
    L2: byHardware(tried),
    L3: unknown('this cannot be tried from here'),
    L4: deniedByCloud(tried),
  };
  return LEVELS.map((level) => {
    const { standing, why } = found[level];
    const isDeclared = standing === 'unknown' && tried.declared.includes(level);
    return isDeclared
      ? { level, standing: 'declared', why: `the owners of the policy signed it; not tried: ${why}` }
      : { level, standing, why };
  });
}

/** What the client's user holds that is not the server's. */
const OWN = /^(?:cloud credentials|credentials of the machine|key of )/;
const placed = ({ what, how, at }: Reached): string => `its user can ${how} ${what} (${at})`;

function apart({ client, reached, exposed, entrance }: Tried): Found {
  if (client.kind === 'same_user') return refuted(client.why);
  const touched = reached.find(({ what }) => !OWN.test(what));
  if (touched) return refuted(placed(touched));
  const writing = reached.find(({ what }) => what === 'cloud credentials that can write');
  if (writing) return refuted(placed(writing));
  if (exposed[0] !== undefined) return refuted(exposed[0]);
  if (entrance?.isClosed === false) return refuted(entrance.why);
  if (!isApart(client)) return unknown(client.why);
  if (entrance?.isClosed === null) return unknown(entrance.why);
  const credentials = reached.find(
    ({ what }) => what !== 'cloud credentials that cannot write' && !/^key of /.test(what),
  );
  if (credentials) return unknown(`${placed(credentials)}, and it was not tried what they can do`);
  return proven(client.why);
}

function byHardware({ people, reached, touchIsAsked }: Tried): Found {
  const usable = touchIsAsked ? undefined : reached.find(({ what }) => /^key of /.test(what));
  if (usable) return refuted(placed(usable));
  const keys = people.flatMap(({ name, keys: all }) => all.map((key) => ({ name, key })));
  if (keys.length === 0) return unknown('no person has a key');
  const hard = keys.filter(({ key }) => bestProofOf(key) !== 'software');
  const soft = keys.find((one) => !hard.includes(one));
  if (hard.length === 0) return refuted(`no person has a security key or passkey; ${soft?.name} has a software key`);
  if (soft && !touchIsAsked) return refuted(`${soft.name} can approve with a software key (${soft.key.fingerprint})`);
  return proven(
    'only a security key or passkey can approve, and a signature without a touch is refused; the make of the keys is the word of those who listed them',
  );
}

function deniedByCloud({ writes, reached }: Tried): Found {
  const writing = reached.find(({ what }) => what === 'cloud credentials that can write');
  if (writing) return refuted(placed(writing));
  const allowed = writes?.find(({ answer }) => answer === 'allowed');
  if (allowed) return refuted(`the credentials that plan may do ${allowed.operation}`);
  if (!writes || writes.length === 0) return unknown('the cloud was not reached');
  if (writes.every(({ answer }) => answer === 'denied_by_organisation'))
    return proven('the organization itself denies the credentials that plan every write that was tried');
  return writes.every(({ answer }) => answer !== 'unknown')
    ? unknown('the credentials that plan cannot write; other principals were not tried')
    : unknown('the cloud gave no clear answer');
}
