import { doingAll, effect, facts, mark, onInstance, plan, property, vectorsOf } from './builders.ts';

const value = (after: string) => doingAll(effect({ properties: [property('Properties.Description', 'old', after)] }));

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
  ['a name that mixes scripts', doingAll(effect({ physicalId: 'pr\u043ed-table' })), facts(), 'deny'],
  ['a name of one script', doingAll(effect({ physicalId: 'таблица' })), facts(), 'pass'],
  ['a Japanese name with Latin letters', doingAll(effect({ physicalId: 'shop-本番テーブル' })), facts(), 'pass'],
  [
    'a tag key that mixes scripts',
    doingAll(effect({ properties: [property('Tags.\u0435nvironment')] })),
    facts(),
    'deny',
  ],
  ['a tag key of one script', doingAll(effect({ properties: [property('Tags.среда')] })), facts(), 'pass'],
  ['a target that mixes scripts', plan({ target: { ...plan().target, name: 'sh\u043ep' } }), facts(), 'deny'],
  ['an id that is still a reference', doingAll(effect({ physicalId: '{{resolve:ssm:name}}' })), facts(), 'deny'],
  ['an id that is still a variable', onInstance(['StopInstances'], { id: '${' + 'Instance}' }), facts(), 'deny'],
  [
    'a hidden character in a mark',
    doingAll(effect({ marks: [mark('deputy', { text: 'x\u2066y' })] })),
    facts(),
    'deny',
  ],
  ['a hidden character in a note', plan({ notes: ['a\u00adb'] }), facts(), 'deny'],
]);
