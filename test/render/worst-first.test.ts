import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hold } from '../../src/core/guard.ts';
import { decide } from '../../src/core/verdict.ts';
import { answerPlan, describeEffects } from '../../src/render/agent/answer.ts';
import { mustBeNamed, nameRanges, worstFirst } from '../../src/render/worst-first.ts';
import { createdFunction, deletedTable, effect, many, mark, plan } from '../guards/builders.ts';

const holding = (...effects: string[]) => decide([{ ...hold('exposure', 2, 'it opens', ''), effects }]);
const everything = createdFunction({ logicalId: 'ZRole', type: 'AWS::IAM::Role', marks: [mark('expose')] });

describe('the order in which effects are told', () => {
  it('is by what the guards hold, then what cannot be undone, then marks', () => {
    const effects = [
      effect({ logicalId: 'Plain' }),
      effect({ logicalId: 'Marked', marks: [mark('deputy')] }),
      deletedTable(),
      everything,
    ];
    expect(worstFirst(effects, holding('ZRole')).map(({ logicalId }) => logicalId)).toEqual([
      'ZRole',
      'Table',
      'Marked',
      'Plain',
    ]);
  });
});

describe('an answer about many effects', () => {
  it('tells the one role that opens everything among forty creations first', () => {
    const effects = [...many(40, { kind: 'create' }), everything];
    expect(describeEffects(effects, holding('ZRole')).items[0]).toMatch(/^create ZRole /);
  });
  it('names all that is held or lost, also what is not told in full', () => {
    const losses = Array.from({ length: 150 }, (_, index) => deletedTable({ logicalId: `Table${index}` }));
    const held = Array.from({ length: 30 }, (_, index) => createdFunction({ logicalId: `Role${index}` }));
    const answer = answerPlan(
      plan({ effects: [...losses, ...held, ...many(60)] }),
      holding(...held.map(({ logicalId }) => logicalId!)),
      { goals: [], assurance: 'L0', provider: {}, scope: 'production (main)', open: [], changeId: null },
    );
    const text = JSON.stringify(answer.effects);
    expect(text).toMatch(/Table\d+-149|Table149/);
    expect(text).toMatch(/Role\d+-\d+|Role29/);
    expect(text).not.toContain('R59');
  });
  it('keeps what is for people from agents', () => {
    const secret = effect({
      properties: [
        { path: 'Properties.UserData:3', before: 'old line', after: 'new line', replaces: 'never', peopleOnly: true },
      ],
    });
    const { items } = describeEffects([secret], holding());
    expect(items[0]).toContain('UserData:3');
    expect(items[0]).not.toContain('line');
  });
});

describe('what must be named', () => {
  it('is what is held, denied, lost or could be lost, and nothing else', () => {
    const isNamed = mustBeNamed(holding('Fn'));
    expect(
      [effect(), deletedTable(), effect({ logicalId: 'Other' }), effect({ logicalId: 'U', kind: 'unknown' })].map(
        isNamed,
      ),
    ).toEqual([true, true, false, true]);
  });
});

describe('ranges of names', () => {
  it.each([
    [['Q0', 'Q1', 'Q2', 'Topic'], 'Q0-2, Topic'],
    [['Q1', 'Q3'], 'Q1, Q3'],
    [['Q01', 'Q02'], 'Q01-2'],
    [['A'], 'A'],
  ])('%j stand as %s', (names, told) => expect(nameRanges(names)).toBe(told));
  it('tell every name', () => {
    const name = fc
      .tuple(fc.constantFrom('Queue', 'Table', 'T'), fc.nat(60))
      .map(([stem, number]) => `${stem}${number}`);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), (names) => {
        const told = nameRanges(names)
          .split(', ')
          .flatMap((part) => {
            const [, stem = '', from = '', to = from] = /^(\D+)(\d+)(?:-(\d+))?$/.exec(part)!;
            return Array.from(
              { length: Number(to) - Number(from) + 1 },
              (_, index) => `${stem}${Number(from) + index}`,
            );
          });
        expect(told.sort()).toEqual([...names].sort());
      }),
    );
  });
});
