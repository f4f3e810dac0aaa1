import {
  call,
  createdFunction,
  creating,
  deletedFunction,
  deletedTable,
  deleting,
  effect,
  facts,
  factsWithHistory,
  hoursAgo,
  inDevelopment,
  inDisposable,
  many,
  observedStack,
  onInstance,
  plan,
  planWithEffects,
  property,
  vectorsOf,
} from './builders.ts';

const replaced = deletedTable({
  kind: 'replace',
  retention: { attribute: 'UpdateReplacePolicy', effective: 'Delete' },
});
const of = (size: number, lost: number) =>
  plan({ effects: many(lost, { kind: 'delete' }), ...observedStack({ resourceCount: size }) });
const named = (name: string) => createdFunction({ properties: [property('Properties.TopicName', undefined, name)] });

const unnamed = (path: string) => deletedFunction({ properties: [property(path, 'costs')] });

vectorsOf('recreate', [
  ['a table is replaced', planWithEffects(replaced), facts(), 'deny'],
  ['a table is replaced in development', planWithEffects(replaced), inDevelopment(), 'hold(1)'],
  ['a table is replaced where all is disposable', planWithEffects(replaced), inDisposable(), 'note'],
  [
    'a table is replaced and the old one retained',
    planWithEffects({ ...replaced, retention: { attribute: 'UpdateReplacePolicy', effective: 'Retain' } }),
    facts(),
    'deny',
  ],
  ['a table may be replaced', planWithEffects({ ...replaced, kind: 'unknown' }), facts(), 'deny'],
  [
    'an address is replaced',
    planWithEffects({ ...replaced, type: 'AWS::EC2::EIP', holds: 'identity' }),
    facts(),
    'deny',
  ],
  ['something stateless is replaced', planWithEffects(effect({ kind: 'replace' })), facts(), 'hold(2)'],
  [
    'something stateless is replaced in development',
    planWithEffects(effect({ kind: 'replace' })),
    inDevelopment(),
    'hold(1)',
  ],
  ['something stateless may be replaced', planWithEffects(effect({ kind: 'unknown' })), facts(), 'hold(2)'],
  [
    'a type that nobody judged is replaced',
    planWithEffects(effect({ kind: 'replace', holds: 'unknown' })),
    facts(),
    'hold(2)',
  ],
  ['a revision is replaced', planWithEffects(effect({ kind: 'replace', revision: true })), facts(), 'pass'],
  ['all revisions are replaced', planWithEffects(...many(9, { kind: 'replace', revision: true })), facts(), 'pass'],
  ['five of sixteen lost', of(16, 5), facts(), 'deny'],
  ['five of seventeen lost', of(17, 5), facts(), 'pass'],
  ['four of four lost', of(4, 4), facts(), 'pass'],
  ['five of sixteen lost in development', of(16, 5), inDevelopment(), 'hold(1)'],
  [
    'five of sixteen, four of them a while ago',
    of(12, 1),
    factsWithHistory({ lostHere: { names: ['a', 'b', 'c', 'd'], sizeBefore: 16 } }),
    'deny',
  ],
  [
    'the same again is not lost twice',
    of(12, 1),
    factsWithHistory({ lostHere: { names: ['R0', 'b', 'c', 'd'], sizeBefore: 16 } }),
    'pass',
  ],
  [
    'nothing more is lost',
    planWithEffects(effect()),
    factsWithHistory({ lostHere: { names: ['a', 'b', 'c', 'd', 'e'], sizeBefore: 9 } }),
    'pass',
  ],
  ['the stack was padded first', of(110, 5), factsWithHistory({ lostHere: { names: [], sizeBefore: 10 } }), 'deny'],
  ['all of a stack is lost by deleting it', deleting(many(9, { kind: 'delete' })), facts(), 'pass'],
  [
    'of a stack that never completed',
    plan({ ...of(5, 5), ...observedStack({ neverCompleted: true }) }),
    facts(),
    'pass',
  ],
  [
    'the physical name is removed and added',
    planWithEffects(deletedFunction({ physicalId: 'costs' }), named('costs')),
    facts(),
    'deny',
  ],
  [
    'of an ARN the last part is the name',
    planWithEffects(deletedFunction({ physicalId: 'arn:aws:sns:r:1:costs' }), named('costs')),
    facts(),
    'deny',
  ],
  [
    'another type has the name from now on',
    planWithEffects(
      deletedFunction({ type: 'AWS::SQS::Queue', physicalId: 'costs' }),
      createdFunction({ type: 'AWS::SNS::Topic', physicalId: 'costs' }),
    ),
    facts(),
    'pass',
  ],
  [
    'the same name within another parent',
    planWithEffects(
      deletedFunction({ physicalId: 'a:live', within: '["a"]' }),
      createdFunction({ physicalId: 'live', within: '["b"]' }),
    ),
    facts(),
    'pass',
  ],
  [
    'the same name within the same parent',
    planWithEffects(
      deletedFunction({ physicalId: 'a:live', within: '["a"]' }),
      createdFunction({ physicalId: 'live', within: '["a"]' }),
    ),
    facts(),
    'deny',
  ],
  [
    'a name within a parent that was removed today, of which only the name is known',
    planWithEffects(createdFunction({ physicalId: 'live', within: '["b"]' })),
    factsWithHistory({ lostHere: { names: ['a:live'], sizeBefore: 9 } }),
    'deny',
  ],
  ['another name is added', planWithEffects(deletedFunction({ physicalId: 'costs' }), named('other')), facts(), 'pass'],
  [
    'a name is added that was removed today',
    planWithEffects(named('costs')),
    factsWithHistory({ lostHere: { names: ['costs'], sizeBefore: 9 } }),
    'deny',
  ],
  ['the stack was deleted today', creating(), factsWithHistory({ deletedAt: hoursAgo(2) }), 'deny'],
  [
    'the stack was deleted today, says the cloud',
    creating([createdFunction()], { recentlyDeleted: [{ stackId: 'x', deletedAt: hoursAgo(2) }] }),
    facts(),
    'deny',
  ],
  [
    'the stack that was deleted never completed',
    creating([createdFunction()], {
      recentlyDeleted: [{ stackId: 'x', deletedAt: hoursAgo(2), neverCompleted: true }],
    }),
    facts(),
    'pass',
  ],
  [
    'one that never completed, and one that had',
    creating([createdFunction()], {
      recentlyDeleted: [
        { stackId: 'x', deletedAt: hoursAgo(2), neverCompleted: true },
        { stackId: 'y', deletedAt: hoursAgo(9) },
      ],
    }),
    facts(),
    'deny',
  ],
  ['it is deleted a second time', deleting(), factsWithHistory({ deletedAt: hoursAgo(2) }), 'pass'],
  ['the share is set higher', of(16, 5), facts(), 'pass', { min_lost_share: 0.5 }],
  ['an update', plan(), facts(), 'pass'],
  [
    'something stateless is replaced where all is disposable',
    planWithEffects(effect({ kind: 'replace' })),
    inDisposable(),
    'note',
  ],
  [
    'it is deleted a second time, with another call',
    plan({ ...deleting(), calls: [call('CancelUpdateStack'), call('DeleteStack')] }),
    factsWithHistory({ deletedAt: hoursAgo(2) }),
    'pass',
  ],
  [
    'a name in the template is removed and added',
    planWithEffects(unnamed('Properties.TopicName'), named('costs')),
    facts(),
    'deny',
  ],
  ['the name of a part is no name', planWithEffects(unnamed('Metadata.PhysicalName'), named('costs')), facts(), 'pass'],
  [
    'the names of servers are no name',
    planWithEffects(unnamed('Properties.NameServers'), named('costs')),
    facts(),
    'pass',
  ],
  [
    'names that are not known are not one name',
    planWithEffects(
      deletedFunction({ properties: [property('Properties.TopicName')] }),
      createdFunction({ properties: [property('Properties.TopicName')] }),
    ),
    facts(),
    'pass',
  ],
  ['exactly the share, and as many', of(20, 6), facts(), 'deny'],
  [
    'properties that are no names',
    planWithEffects(
      deletedFunction({ properties: [property('Properties.X', 'costs')] }),
      createdFunction({ properties: [property('Properties.X', undefined, 'costs')] }),
    ),
    facts(),
    'pass',
  ],
  [
    'five instances that stand alone end',
    onInstance(['TerminateInstances'], {}, many(5, { kind: 'delete' })),
    facts(),
    'pass',
  ],
]);
