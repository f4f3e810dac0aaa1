/** What every guard's definition says of itself, and which options it takes: a policy with any other is refused. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { guards } from '../../guards/index.ts';

const takes = (name: string, options: object) =>
  guards.find((guard) => guard.name === name)!.options.safeParse(options).success;
/** Names of options with values on the edge that pass, and beside it that do not. */
const seats = {
  seats: [
    [1, 9],
    [0, 1.5, '2'],
  ],
} as const;
const cap = [
  [0, 7],
  [-1, 0.5],
] as const;
const count = [
  [1, 7],
  [0, -1, 1.5],
] as const;
const EDGES: Record<string, Record<string, readonly [good: readonly unknown[], bad: readonly unknown[]]>> = {
  'backup-first': {
    max_age_hours: [
      [0.5, 24],
      [0, -1],
    ],
  },
  'blast-radius': {
    max_updated: cap,
    max_lost: cap,
    max_created: cap,
    max_lost_share: [
      [0, 0.5, 1],
      [-0.1, 1.1],
    ],
    share_from_resources: cap,
    never_lost: cap,
  },
  budget: {
    lost_alone: cap,
    hour: [
      [{}, { changes: 0, updated: 1, created: 2, lost: 3 }],
      [{ lost: -1 }, { lost: 0.5 }, { stopped: 1 }, 7],
    ],
    day: [
      [{}, { changes: 0, updated: 1, created: 2, lost: 3 }],
      [{ lost: -1 }, { lost: 0.5 }, { stopped: 1 }, 7],
    ],
  },
  'change-set-only': { untold_role_seats: seats.seats },
  cost: {
    max_monthly_usd: [
      [0, 500, 100_000],
      [-1, 0.5],
    ],
    sizes: [
      [{}, { 'AWS::EC2::Instance': ['t3.*'] }],
      [{ 'AWS::EC2::Instance': [] }, { 'AWS::EC2::Instance': [7] }],
    ],
    max_created: [
      [{}, { 'AWS::EC2::Instance': 0 }],
      [{ 'AWS::EC2::Instance': -1 }, { 'AWS::EC2::Instance': 0.5 }],
    ],
    ...seats,
  },
  deputy: seats,
  exposure: {
    public_ports: [
      [[], [0, 443, 65_535]],
      [[-1], [65_536], [0.5]],
    ],
    destinations: [
      [[], ['123456789012', '*@example.com']],
      [[''], [1]],
    ],
    widest_ipv4_prefix: [
      [0, 32],
      [-1, 33, 0.5],
    ],
    widest_ipv6_prefix: [
      [0, 128],
      [-1, 129, 0.5],
    ],
    ...seats,
  },
  labels: {
    also_deciding_keys: [
      [[], ['team']],
      [[''], ['team', 7]],
    ],
    backup_selection_keys: [[[], ['daily']], [['']]],
  },
  'lost-update': seats,
  ownership: seats,
  pinned: { code_seats: seats.seats, value_seats: seats.seats },
  'plan-budget': { plans_per_hour: count, empty_stacks: count },
  protection: seats,
  rate: { per_hour: count, same_failures: count },
  reach: {
    production_reversible_seats: cap,
    production_seats: cap,
    development_reversible_seats: cap,
    development_seats: cap,
  },
  recreate: {
    min_losses: count,
    min_lost_share: [
      [0.1, 1],
      [0, -0.1, 1.1],
    ],
  },
  'slow-loss': seats,
  'unknown-effect': seats,
};

describe.each(guards.map(({ name }) => name))('the options of %s', (name) => {
  it('may all be left out, and no other is taken', () => {
    expect(takes(name, {})).toBe(true);
    expect(takes(name, { no_such_option: 1 })).toBe(false);
  });
  for (const [option, [good, bad]] of Object.entries(EDGES[name] ?? {}))
    it(`${option} is taken within its bounds only`, () => {
      for (const value of good) expect(takes(name, { [option]: value }), JSON.stringify(value)).toBe(true);
      for (const value of bad) expect(takes(name, { [option]: value }), JSON.stringify(value)).toBe(false);
    });
});

describe('every option', () => {
  it.each(guards)('of $name has values at its bounds', ({ name, options }) => {
    const { properties = {} } = z.toJSONSchema(options, { io: 'input' });
    expect(Object.keys(EDGES[name] ?? {}).sort(), 'Add the option to EDGES above.').toEqual(
      Object.keys(properties).sort(),
    );
  });
});

describe('every guard', () => {
  it.each(guards.map((definition) => [definition.name, definition] as const))(
    '%s judges under the name of its definition',
    (name, definition) => {
      expect(definition.create(definition.options.parse({})).name).toBe(name);
    },
  );
  it('that stands before planning is one of identity, scope, halt and the budget of plans', () => {
    const before = guards.filter(({ beforePlanning }) => beforePlanning).map(({ name }) => name);
    expect(before.sort()).toEqual(['halt', 'identity', 'plan-budget', 'scope']);
  });
  it('that refuses an execution without ending the change is one whose cause passes by itself', () => {
    const passing = guards.filter(({ transient }) => transient).map(({ name }) => name);
    expect(passing.sort()).toEqual(['freeze', 'halt', 'identity', 'rate']);
  });
  it('that holds the road itself together is neither watched only nor excepted', () => {
    const structural = guards.filter((guard) => guard.structural).map(({ name }) => name);
    expect(structural.sort()).toEqual([
      'approval',
      'change-set-only',
      'execution',
      'halt',
      'identity',
      'labels',
      'plan-first',
      'scope',
      'stale',
    ]);
  });
});
