import {
  added,
  call,
  creating,
  deleting,
  doingAll,
  effect,
  facts,
  gone,
  hoursAgo,
  inDevelopment,
  inDisposable,
  many,
  observing,
  onInstance,
  plan,
  property,
  remembering,
  removed,
  vectorsOf,
} from './builders.ts';

const replaced = gone({ kind: 'replace', retention: { attribute: 'UpdateReplacePolicy', effective: 'Delete' } });
const of = (size: number, lost: number) =>
  plan({ effects: many(lost, { kind: 'delete' }), ...observing({ resourceCount: size }) });
const named = (name: string) => added({ properties: [property('Properties.TopicName', undefined, name)] });

const unnamed = (path: string) => removed({ properties: [property(path, 'costs')] });

vectorsOf('recreate', [
  ['a table is replaced', doingAll(replaced), facts(), 'deny'],
  ['a table is replaced in development', doingAll(replaced), inDevelopment(), 'hold(1)'],
  ['a table is replaced where all is disposable', doingAll(replaced), inDisposable(), 'note'],
  [
    'a table is replaced and the old one retained',
    doingAll({ ...replaced, retention: { attribute: 'UpdateReplacePolicy', effective: 'Retain' } }),
    facts(),
    'deny',
  ],
  ['a table may be replaced', doingAll({ ...replaced, kind: 'unknown' }), facts(), 'deny'],
  ['an address is replaced', doingAll({ ...replaced, type: 'AWS::EC2::EIP', holds: 'identity' }), facts(), 'deny'],
  ['something stateless is replaced', doingAll(effect({ kind: 'replace' })), facts(), 'hold(2)'],
  ['something stateless is replaced in development', doingAll(effect({ kind: 'replace' })), inDevelopment(), 'hold(1)'],
  ['something stateless may be replaced', doingAll(effect({ kind: 'unknown' })), facts(), 'hold(2)'],
  [
    'a type that nobody judged is replaced',
    doingAll(effect({ kind: 'replace', holds: 'unknown' })),
    facts(),
    'hold(2)',
  ],
  ['a revision is replaced', doingAll(effect({ kind: 'replace', revision: true })), facts(), 'pass'],
  ['all revisions are replaced', doingAll(...many(9, { kind: 'replace', revision: true })), facts(), 'pass'],
  ['five of sixteen lost', of(16, 5), facts(), 'deny'],
  ['five of seventeen lost', of(17, 5), facts(), 'pass'],
  ['four of four lost', of(4, 4), facts(), 'pass'],
  ['five of sixteen lost in development', of(16, 5), inDevelopment(), 'hold(1)'],
  [
    'five of sixteen, four of them a while ago',
    of(12, 1),
    remembering({ lostHere: { names: ['a', 'b', 'c', 'd'], sizeBefore: 16 } }),
    'deny',
  ],
  [
    'the same again is not lost twice',
    of(12, 1),
    remembering({ lostHere: { names: ['R0', 'b', 'c', 'd'], sizeBefore: 16 } }),
    'pass',
  ],
  [
    'nothing more is lost',
    doingAll(effect()),
    remembering({ lostHere: { names: ['a', 'b', 'c', 'd', 'e'], sizeBefore: 9 } }),
    'pass',
  ],
  ['the stack was padded first', of(110, 5), remembering({ lostHere: { names: [], sizeBefore: 10 } }), 'deny'],
  ['all of a stack is lost by deleting it', deleting(many(9, { kind: 'delete' })), facts(), 'pass'],
  ['of a stack that never completed', plan({ ...of(5, 5), ...observing({ neverCompleted: true }) }), facts(), 'pass'],
  [
    'the physical name is removed and added',
    doingAll(removed({ physicalId: 'costs' }), named('costs')),
    facts(),
    'deny',
  ],
  [
    'of an ARN the last part is the name',
    doingAll(removed({ physicalId: 'arn:aws:sns:r:1:costs' }), named('costs')),
    facts(),
    'deny',
  ],
  ['another name is added', doingAll(removed({ physicalId: 'costs' }), named('other')), facts(), 'pass'],
  [
    'a name is added that was removed today',
    doingAll(named('costs')),
    remembering({ lostHere: { names: ['costs'], sizeBefore: 9 } }),
    'deny',
  ],
  ['the stack was deleted today', creating(), remembering({ deletedAt: hoursAgo(2) }), 'deny'],
  [
    'the stack was deleted today, says the cloud',
    creating([added()], { recentlyDeleted: [{ stackId: 'x', deletedAt: hoursAgo(2) }] }),
    facts(),
    'deny',
  ],
  [
    'the stack that was deleted never completed',
    creating([added()], { recentlyDeleted: [{ stackId: 'x', deletedAt: hoursAgo(2), neverCompleted: true }] }),
    facts(),
    'pass',
  ],
  [
    'one that never completed, and one that had',
    creating([added()], {
      recentlyDeleted: [
        { stackId: 'x', deletedAt: hoursAgo(2), neverCompleted: true },
        { stackId: 'y', deletedAt: hoursAgo(9) },
      ],
    }),
    facts(),
    'deny',
  ],
  ['it is deleted a second time', deleting(), remembering({ deletedAt: hoursAgo(2) }), 'pass'],
  ['the share is set higher', of(16, 5), facts(), 'pass', { min_lost_share: 0.5 }],
  ['an update', plan(), facts(), 'pass'],
  [
    'something stateless is replaced where all is disposable',
    doingAll(effect({ kind: 'replace' })),
    inDisposable(),
    'note',
  ],
  [
    'it is deleted a second time, with another call',
    plan({ ...deleting(), calls: [call('CancelUpdateStack'), call('DeleteStack')] }),
    remembering({ deletedAt: hoursAgo(2) }),
    'pass',
  ],
  [
    'a name in the template is removed and added',
    doingAll(unnamed('Properties.TopicName'), named('costs')),
    facts(),
    'deny',
  ],
  ['the name of a part is no name', doingAll(unnamed('Metadata.PhysicalName'), named('costs')), facts(), 'pass'],
  ['the names of servers are no name', doingAll(unnamed('Properties.NameServers'), named('costs')), facts(), 'pass'],
  [
    'names that are not known are not one name',
    doingAll(
      removed({ properties: [property('Properties.TopicName')] }),
      added({ properties: [property('Properties.TopicName')] }),
    ),
    facts(),
    'pass',
  ],
  ['exactly the share, and as many', of(20, 6), facts(), 'deny'],
  [
    'properties that are no names',
    doingAll(
      removed({ properties: [property('Properties.X', 'costs')] }),
      added({ properties: [property('Properties.X', undefined, 'costs')] }),
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
