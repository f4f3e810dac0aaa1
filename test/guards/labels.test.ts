import { createdFunction, effect, facts, onInstance, planWithEffects, property, vectorsOf } from './builders.ts';

const tag = (path: string, before?: string, after?: string) =>
  planWithEffects(effect({ properties: [property(path, before, after)] }));
const list = (value: string, ...others: string[]) =>
  JSON.stringify([{ Key: 'environment', Value: value }, ...others.map((Key) => ({ Key, Value: 'x' }))]);
const followed = planWithEffects(
  effect({ properties: [property('Tags')] }),
  effect({ kind: 'tag', type: 'AWS::CloudFormation::Stack', properties: [property('Tags.team', 'a', 'b')] }),
);

vectorsOf('labels', [
  ['the environment tag of the stack changes', tag('Tags.environment', 'a', 'b'), facts(), 'deny'],
  ['in other letters', tag('Tags.Environment', 'a', 'b'), facts(), 'deny'],
  ['it is set where it was not', tag('Tags.environment', undefined, 'b'), facts(), 'deny'],
  ['it is removed', tag('Tags.environment', 'a'), facts(), 'deny'],
  ['another tag changes', tag('Tags.team', 'a', 'b'), facts(), 'pass'],
  ['the same value again', tag('Tags.environment', 'a', 'a'), facts(), 'pass'],
  ['a tag that a scope reads', tag('Tags.tier', 'a', 'b'), facts({ decidingTags: ['tier'] }), 'deny'],
  ['a tag by which backups choose', tag('Tags.backup', 'daily'), facts(), 'deny'],
  ['one listed in the policy', tag('Tags.owner', 'a', 'b'), facts(), 'deny', { also_deciding_keys: ['owner'] }],
  ['a deciding tag in the template, as a list', tag('Properties.Tags', list('a'), list('b')), facts(), 'deny'],
  ['another tag beside a deciding one', tag('Properties.Tags', list('a'), list('a', 'team')), facts(), 'pass'],
  ['a deciding tag removed from the list', tag('Properties.Tags', list('a'), '[]'), facts(), 'deny'],
  [
    'the tags in the template, as a map',
    tag('Properties.Tags', '{"environment":"a"}', '{"environment":"b"}'),
    facts(),
    'deny',
  ],
  ['one tag of the template by its path', tag('Properties.Tags.environment', 'a', 'b'), facts(), 'deny'],
  ['tags whose value is cut', tag('Properties.Tags', list('a'), '[{"Key":"environme…'), facts(), 'deny'],
  ['tags without values', tag('Properties.Tags'), facts(), 'deny'],
  ['tags of a user pool', tag('Properties.UserPoolTags', '{"a":"b"}', '{"a":"c"}'), facts(), 'pass'],
  ['tags that follow from the stack, whose own are shown', followed, facts(), 'pass'],
  [
    'tags that follow from something not shown',
    planWithEffects(effect({ properties: [property('Tags')] })),
    facts(),
    'deny',
  ],
  [
    'a resource made with a tag',
    planWithEffects(createdFunction({ properties: [property('Properties.Tags', undefined, list('a'))] })),
    facts(),
    'pass',
  ],
  [
    'plan_tags on an instance',
    onInstance(['CreateTags'], {}, [effect({ kind: 'tag', properties: [property('Tags.environment', 'a', 'b')] })]),
    facts(),
    'deny',
  ],
  [
    'tags that follow from the stack, whose own are shown beside others',
    planWithEffects(
      effect({ properties: [property('Tags')] }),
      effect({ properties: [property('Properties.X', 'a', 'b'), property('Tags.team', 'a', 'b')] }),
    ),
    facts(),
    'pass',
  ],
]);
