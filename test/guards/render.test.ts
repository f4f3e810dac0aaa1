import { expect, it } from 'vitest';
import {
  createdFunction,
  effect,
  facts,
  made,
  mark,
  marked,
  onInstance,
  plan,
  planWithEffects,
  property,
  vectorsOf,
} from './builders.ts';

const value = (after: string) =>
  planWithEffects(effect({ properties: [property('Properties.Description', 'old', after)] }));

const { owner: _nobody, ...free } = effect();
const alone = (over: Partial<typeof free>) => ({ ...free, ...over });
it('names what it is about by its logical id, else its physical id, else its type', () => {
  const { logicalId: _none, ...bare } = free;
  const told = (over: Partial<typeof free>, base: typeof bare = bare) =>
    made('render').judge(planWithEffects({ ...base, why: 'a\u200bb', ...over }), facts()).message;
  expect(told({ logicalId: 'Fn', physicalId: 'fn-1' })).toContain('explanation of Fn ');
  expect(told({ physicalId: 'fn-1' })).toContain('explanation of fn-1 ');
  expect(told({})).toContain('explanation of AWS::Lambda::Function ');
});

// In a plan of many effects that say the same, whatever one of them says otherwise is looked at.
const repeated = () =>
  effect({
    logicalId: 'Fn',
    physicalId: 'fn-1',
    owner: { kind: 'stack', name: 'shop' },
    size: 'small',
    properties: [property('Properties.A', '1', '2'), property('Properties.B', '3', '4')],
    marks: [
      mark('deputy', { principal: 'role', target: { id: 'one' } }),
      mark('deputy', { principal: 'role', target: { id: 'one' } }),
    ],
  });
type Repeated = ReturnType<typeof repeated>;
const PLACES: Record<string, (of: Repeated, text: string) => Partial<Repeated>> = {
  logicalId: (_of, logicalId) => ({ logicalId }),
  physicalId: (_of, physicalId) => ({ physicalId }),
  owner: (_of, name) => ({ owner: { kind: 'stack', name } }),
  type: (_of, type) => ({ type }),
  why: (_of, why) => ({ why }),
  size: (_of, size) => ({ size }),
  path: ({ properties: [first, second] }, path) => ({ properties: [first!, { ...second!, path }] }),
  before: ({ properties: [first, second] }, before) => ({ properties: [first!, { ...second!, before }] }),
  after: ({ properties: [first, second] }, after) => ({ properties: [first!, { ...second!, after }] }),
  text: ({ marks: [first, second] }, text) => ({ marks: [first!, { ...second!, text }] }),
  principal: ({ marks: [first, second] }, principal) => ({ marks: [first!, { ...second!, principal }] }),
  target: ({ marks: [first, second] }, id) => ({ marks: [first!, { ...second!, target: { id } }] }),
};
it.each(Object.entries(PLACES))('reads %s of every effect, however much they repeat each other', (_name, put) => {
  const outcome = (...effects: Repeated[]) => made('render').judge(planWithEffects(...effects), facts()).outcome;
  const deceiving = { ...repeated(), ...put(repeated(), 'a\u202eb') };
  expect(outcome(repeated(), repeated())).toBe('pass');
  expect(outcome(deceiving)).toBe('deny');
  expect(outcome(repeated(), deceiving, repeated())).toBe('deny');
  expect(outcome(repeated(), repeated(), deceiving)).toBe('deny');
});

vectorsOf('render', [
  ['plain text', plan(), facts(), 'pass'],
  ['a bidirectional character in a value', value('safe\u202eevil'), facts(), 'deny'],
  ['the same, made visible on the way', value('safe\\u{202e}evil'), facts(), 'deny'],
  ['a zero-width character in a value', value('pro\u200bd'), facts(), 'deny'],
  ['a control character in a value', value('a\u0007b'), facts(), 'deny'],
  ['a newline in a value', value('a\nb'), facts(), 'pass'],
  ['a letter written as an escape', value('\\u{41}'), facts(), 'pass'],
  ['a value in another script', value('продакшн'), facts(), 'pass'],
  ['mixed scripts in a value', value('о prod'), facts(), 'pass'],
  ['a name that mixes scripts', planWithEffects(effect({ physicalId: 'pr\u043ed-table' })), facts(), 'deny'],
  ['a name of one script', planWithEffects(effect({ physicalId: 'таблица' })), facts(), 'pass'],
  ['a Japanese name with Latin letters', planWithEffects(effect({ physicalId: 'shop-本番テーブル' })), facts(), 'pass'],
  [
    'a tag key that mixes scripts',
    planWithEffects(effect({ properties: [property('Tags.\u0435nvironment')] })),
    facts(),
    'deny',
  ],
  ['a tag key of one script', planWithEffects(effect({ properties: [property('Tags.среда')] })), facts(), 'pass'],
  ['a target that mixes scripts', plan({ target: { ...plan().target, name: 'sh\u043ep' } }), facts(), 'deny'],
  ['an id that is still a reference', planWithEffects(effect({ physicalId: '{{resolve:ssm:name}}' })), facts(), 'deny'],
  ['an id that is still a variable', onInstance(['StopInstances'], { id: '${' + 'Instance}' }), facts(), 'deny'],
  [
    'a hidden character in a mark',
    planWithEffects(effect({ marks: [mark('deputy', { text: 'x\u2066y' })] })),
    facts(),
    'deny',
  ],
  ['a hidden character in a note', plan({ notes: ['a\u00adb'] }), facts(), 'deny'],
  [
    'an id of the target that mixes scripts',
    plan({ target: { ...plan().target, ids: ['i-\u043e1'] } }),
    facts(),
    'deny',
  ],
  ['mixed scripts in a note', plan({ notes: ['\u043ene'] }), facts(), 'pass'],
  ['a logical id that mixes scripts', planWithEffects(effect({ logicalId: 'T\u0430ble' })), facts(), 'deny'],
  [
    'a name that AWS will give in part',
    planWithEffects(createdFunction({ physicalId: '\u{27e6}AWS::StackName\u{27e7}-x' })),
    facts(),
    'pass',
  ],
  [
    'the same of what is there already',
    planWithEffects(effect({ physicalId: '\u{27e6}AWS::StackName\u{27e7}-x' })),
    facts(),
    'deny',
  ],
  [
    'a name that is made later and mixes scripts',
    planWithEffects(createdFunction({ physicalId: '\u{27e6}x\u{27e7}pr\u043ed' })),
    facts(),
    'deny',
  ],
  [
    'an owner that mixes scripts',
    planWithEffects(effect({ owner: { kind: 'stack', name: 'sh\u043ep' } })),
    facts(),
    'deny',
  ],
  ['a hidden character where nobody owns it', planWithEffects(alone({ why: 'a\u200bb' })), facts(), 'deny'],
  ['a type that mixes scripts', planWithEffects(effect({ type: 'AWS::S3::B\u0443cket' })), facts(), 'deny'],
  ['mixed scripts in an explanation', planWithEffects(effect({ why: '\u043ene' })), facts(), 'pass'],
  ['a hidden character in an explanation', planWithEffects(effect({ why: 'a\u200bb' })), facts(), 'deny'],
  ['mixed scripts in a size', planWithEffects(effect({ size: 't\u0437.micro' })), facts(), 'pass'],
  ['a hidden character in a size', planWithEffects(effect({ size: 't3\u200b' })), facts(), 'deny'],
  [
    'mixed scripts in an old value',
    planWithEffects(effect({ properties: [property('P', '\u043ene', 'x')] })),
    facts(),
    'pass',
  ],
  [
    'a hidden character in an old value',
    planWithEffects(effect({ properties: [property('P', 'a\u200bb', 'x')] })),
    facts(),
    'deny',
  ],
  [
    'a property path that mixes scripts',
    planWithEffects(effect({ properties: [property('Pr\u043ep')] })),
    facts(),
    'deny',
  ],
  ['mixed scripts in a mark', planWithEffects(marked('deputy', { text: '\u043ene' })), facts(), 'pass'],
  ['a hidden character in a principal', planWithEffects(marked('expose', { principal: 'a\u200bb' })), facts(), 'deny'],
  ['mixed scripts in a principal', planWithEffects(marked('expose', { principal: '\u043ene' })), facts(), 'pass'],
  [
    'a hidden character in what is reached',
    planWithEffects(marked('reach', { target: { id: 'a\u200bb' } })),
    facts(),
    'deny',
  ],
  [
    'mixed scripts in what is reached',
    planWithEffects(marked('reach', { target: { id: '\u043ene' } })),
    facts(),
    'pass',
  ],
  [
    'an unresolved name beside a suspicious text',
    planWithEffects(marked('reach', { text: '\u043ene' })),
    facts(),
    'pass',
  ],
]);
