/**
 * Everything that a person needs to decide on a change, in the order in which they need it.
 *
 * Guarantees: whatever is signed is in it, whole; first one sentence, then how it stands, what to look at and what was
 * looked for and not found; calls last. SECURITY: no line is the agent's but those that are marked so.
 */

import { counted } from '../core/counted.ts';
import { withDoublesVisible } from '../core/deceptive-text.ts';
import type { Json } from '../core/digest.ts';
import { changedLeaves, leavesOf } from '../core/leaves.ts';
import { makeVisible } from '../core/render-safe.ts';
import { effectRows } from './effect-rows.ts';
import { type Row, rowOf, type Section } from './layout.ts';
import { changedRows, valueRows, type Whole } from './leaf-rows.ts';
import { isOfEffects, lookHere, negatives } from './look-here.ts';
import { lineOf as line } from './names.ts';
import { sentenceOf } from './sentence.ts';
import { describeState } from './state-rows.ts';
import { type Judged, leavesOfPlan, type Subject } from './subject.ts';
import { quoted } from './values.ts';
import { verdictText } from './verdict-text.ts';

export function changePage(subject: Subject): Section[] {
  const [look, changes, ...rest] = planPage(subject);
  return [
    { key: 'state', title: sentenceOf(subject.plan), rows: describeState(subject) },
    look!,
    changes!,
    { key: 'agent', title: 'THE AGENT SAYS (unproven)', rows: agentsWords(subject) },
    ...rest,
  ];
}

/** The same of a plan that nobody has proposed: first `look`, then `changes`, then the rest. */
export function planPage(subject: Judged): Section[] {
  const whole: Whole[] = [];
  const look = lookHere(subject);
  const effects = effectRows(subject, whole);
  const stack = stackRows(subject, whole);
  return [
    {
      key: 'look',
      title: look.length > 0 ? 'LOOK HERE' : '',
      rows: [...look, { ...negatives(subject), own: true }],
    },
    {
      key: 'changes',
      title: `CHANGES (${subject.plan.effects.length}), worst first`,
      rows: [...effects, ...stack, ...countRows(subject)],
    },
    { key: 'guards', title: 'GUARDS', rows: guardRows(subject) },
    ...section('deleted', 'WHAT IS DELETED, AS IT WAS', deletedRows(subject)),
    ...section('whole', 'LONG VALUES, WHOLE', wholeRows(whole)),
    { key: 'observed', title: 'OBSERVED', rows: observedRows(subject) },
    { key: 'calls', title: 'CALLS THAT WOULD BE MADE', rows: callRows(subject) },
  ];
}

const section = (key: Section['key'], title: string, rows: Row[]): Section[] =>
  rows.length > 0 ? [{ key, title, rows }] : [];

const theTarget = ({ target }: Judged['plan']): string => `the ${target.kind}`;

/** What belongs to the stack or workspace as a whole and is no effect of its own. */
function stackRows({ plan, picture }: Judged, whole: Whole[]): Row[] {
  // An effect on the stack itself tells them already.
  const told = plan.effects
    .filter(({ logicalId }) => logicalId === undefined)
    .flatMap(({ properties }) => properties.map(({ path }) => path));
  return (picture?.things ?? [])
    .filter(({ kind, after }) => kind === 'stack' && after !== null)
    .flatMap(({ id, before, after }) => {
      const leaves = changedLeaves(before ?? {}, after!, '')
        .map((leaf) => ({ ...leaf, path: leaf.path.replace(/^\./, '') }))
        .filter(({ path }) => !told.some((one) => path === one || path.startsWith(`${one}.`)));
      const rows = changedRows(leaves, 4, id || theTarget(plan), whole);
      return rows.length > 0
        ? [{ indent: 2, text: id === '' ? `The ${plan.target.kind} itself` : `The nested stack ${line(id)}` }, ...rows]
        : [];
    });
}

/** Kinds of values that reviewers ask after: said also where there is none. */
const ASKED: [name: string, path: RegExp, of?: Judged['plan']['target']['kind']][] = [
  ['environment', /\.Environment\b/],
  ['outputs', /^Outputs\./],
  ['parameters', /^Parameters\./],
  ['metadata', /^Metadata\b/],
  [
    'code',
    /\.(?:Code|ZipFile|S3Key|S3ObjectVersion|ImageUri|Image|DefinitionString|Definition|UserData|Body|Layers)\b/,
  ],
  ['tags', /(?:^|\.)\w*Tags?\b/],
  ['stack settings', /^(?:RoleARN|NotificationARNs|RollbackConfiguration)\b/, 'stack'],
];

function countRows(subject: Judged): Row[] {
  if (subject.picture === null) return [{ text: notChecked(subject), own: true }];
  const paths = leavesOfPlan(subject).map(({ path }) => path);
  const { kind } = subject.plan.target;
  const counts = ASKED.filter(([, , of = kind]) => of === kind || kind === 'resources').map(([name, pattern]) => {
    const count = paths.filter((path) => pattern.test(path)).length;
    return `${name}: ${count === 0 ? 'none' : counted(count, 'value')}`;
  });
  return [rowOf(counts, { own: true }), { text: notChecked(subject), own: true }];
}

const UNREAD: [what: string, path: RegExp, value: RegExp | undefined][] = [
  ['code (shown by name only)', /\.(?:ZipFile|InlineCode|FunctionCode)\b/, undefined],
  [
    'code and documents in S3',
    /\.(?:S3Key|S3Bucket|S3ObjectKey|BodyS3Location|DefinitionS3Location|TemplateURL|CodeUri)\b/,
    undefined,
  ],
  ['container images', /\.(?:Image|ImageUri)$/, undefined],
  ['commands on a host (shown by name only)', /\.UserData\b|AWS::CloudFormation::Init/, undefined],
  ['values read only at execution', /./, /\{\{resolve:|\$\{not known yet\}/],
  ['secret values (tags show whether they differ)', /./, /\*{4}/],
];

function notChecked(subject: Judged): string {
  const leaves = leavesOfPlan(subject);
  const found = UNREAD.filter(([, path, value]) =>
    leaves.some(
      (leaf) => path.test(leaf.path) && (value === undefined || value.test(`${leaf.before ?? ''} ${leaf.after ?? ''}`)),
    ),
  ).map(([what]) => what);
  const unknown = subject.plan.effects
    .filter(({ kind, holds }) => kind === 'unknown' || holds === 'unknown')
    .map(({ type }) => type);
  const types = [...new Set(unknown)].sort();
  return `not checked: ${[...found, ...(types.length > 0 ? [`types that the tables do not know (${types.map(line).join(', ')})`] : [])].join('; ') || 'nothing'}`;
}

/** Each line carries the mark: text with line breaks of its own cannot pose as ours. */
function agentsWords({ change }: Subject): Row[] {
  const name = change.agent === null ? [] : [`it calls itself ${quoted(line(change.agent))}`];
  const said = [
    ...name,
    withDoublesVisible(makeVisible(change.reason, Number.POSITIVE_INFINITY)),
    ...(change.ticket === null ? [] : [`ticket ${withDoublesVisible(line(change.ticket))}`]),
  ];
  return said.map((text) => ({ indent: 2, mark: 'agent\u2502 ', text }));
}

function guardRows({ change, plan }: Judged): Row[] {
  const { verdicts } = change.judgement;
  const told = verdicts.filter(
    (verdict) => verdict.outcome === 'note' || (verdict.outcome === 'hold' && !isOfEffects(verdict)),
  );
  const passed = verdicts.filter(({ outcome }) => outcome === 'pass').length;
  return [
    ...told.map((verdict) => ({ indent: 2, text: verdictText(plan, verdict) })),
    { indent: 2, text: `${counted(passed, 'guard')} passed`, own: true },
    ...plan.notes.map((note) => ({ indent: 2, text: `note: ${line(note)}` })),
  ];
}

/** Equal things that go are told apart from one another by their names, which stand with each. */
function deletedRows({ plan, picture }: Judged): Row[] {
  return (picture?.things ?? [])
    .filter(({ after, before }) => after === null && before !== null)
    .flatMap(({ id, type, before }) => [
      { indent: 2, text: `${line(id) || theTarget(plan)} (${line(type)})` },
      ...valueRows([...leavesOf(before as Json, '')], 4),
    ]);
}

const wholeRows = (whole: readonly Whole[]): Row[] =>
  whole.flatMap(({ name, before, after }) => [
    { indent: 2, text: line(name) },
    { indent: 2, mark: '  - ', text: before, tone: 'quiet' as const },
    { indent: 2, mark: '  + ', text: after },
  ]);

function observedRows({ plan }: Judged): Row[] {
  const leaves = [...leavesOf(plan.observed as Json, '')].map(([path, text]): [string, string] => [
    path.replace(/^\./, ''),
    text,
  ]);
  return leaves.map(([path, text]) => ({ indent: 2, text: `${line(path)}: ${quoted(text)}`, tone: 'quiet' as const }));
}

function callRows({ plan }: Judged): Row[] {
  return plan.calls.flatMap(({ step, provider, service, operation, input, account, region }) => [
    {
      indent: 2,
      text: `${line(step)} ${line(provider)} ${line(service)}:${line(operation)} in ${line(account)}/${line(region)}`,
    },
    { indent: 4, text: JSON.stringify(input) },
  ]);
}
