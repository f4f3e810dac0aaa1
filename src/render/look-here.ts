/** What a reviewer must look at first, and what they need not look for. */
import { counted } from '../core/counted.ts';
import { couldBeLoss, type Effect } from '../core/effect.ts';
import type { Mark, MarkKind } from '../core/mark.ts';
import type { Plan } from '../core/plan.ts';
import type { Verdict } from '../core/verdict.ts';
import { type Row, rowOf } from './layout.ts';
import { pathText } from './leaf-rows.ts';
import { lineOf, nameIn } from './names.ts';
import type { Named, NamedKind } from './newly-named.ts';
import { type Judged, namedIn, stopping } from './subject.ts';
import { quoted } from './values.ts';
import { verdictText } from './verdict-text.ts';
import { nameRanges } from './worst-first.ts';

const KIND_WORDS: Record<NamedKind, string> = {
  account: 'FOREIGN ACCOUNT',
  everybody: 'EVERYBODY',
  principal: 'PRINCIPAL',
  command: 'RUNS',
  key: 'KEY',
  host: 'HOST',
  image: 'IMAGE',
  layer: 'LAYER',
  code: 'CODE FROM',
  bucket: 'BUCKET',
  unguarded: 'OPEN OR UNPROTECTED',
  condition: 'CONDITION REMOVED',
};

export function lookHere(subject: Judged): Row[] {
  const { judgement } = subject.change;
  return [
    ...(subject.policyOfNow ?? []).map((text): Row => ({ text: `! ${text}`, tone: 'bad' })),
    ...stopping(judgement)
      .filter(isOfEffects)
      .map((verdict) => verdictRow(subject.plan, verdict)),
    ...[...Map.groupBy(namedIn(subject), ({ kind }) => kind).values()].flatMap(rowsOfKind),
    ...markRows(subject.plan, stopping(judgement)),
  ];
}

/** What only counts the approvals that the policy asks for stands with how the change stands. */
export const isOfEffects = ({ outcome, effects }: Verdict) => outcome === 'deny' || effects?.length !== 0;

const verdictRow = (plan: Plan, verdict: Verdict): Row => ({
  text: `! ${verdictText(plan, verdict)}`,
  tone: verdict.outcome === 'deny' ? 'bad' : 'warn',
});

/** More of one kind do not stand each under a line of their own: what comes after them must be seen too. */
const EACH = 4;

function rowsOfKind(named: readonly Named[]): Row[] {
  const [{ kind } = { kind: 'host' as const }] = named;
  const told = named.length <= EACH ? named.map((one) => [one]) : familiesOf(named);
  if (told.length <= EACH) return told.flatMap(familyRows);
  return [
    { text: `! ${KIND_WORDS[kind]}, ${told.length} of them:`, tone: 'warn' },
    ...told.map((family): Row => {
      const { where, others, value } = textsOf(family);
      return { indent: 4, text: `${value} (in ${where}${others})`, tone: 'warn' };
    }),
  ];
}

/** The smallest first: one among many of another family is the one to look at. */
const familiesOf = (named: readonly Named[]): Named[][] =>
  [...Map.groupBy(named, ({ family }) => family).values()].sort((a, b) => a.length - b.length);

function familyRows(family: readonly Named[]): Row[] {
  const { where, others, value } = textsOf(family);
  return [
    { text: `! ${KIND_WORDS[family[0]!.kind]}, in ${where}${others}:`, tone: 'warn' },
    { indent: 4, text: value, tone: 'warn' },
  ];
}

function textsOf(family: readonly Named[]) {
  const [first = '', ...more] = [...new Set(family.flatMap(({ places }) => places))];
  const [thing, ...path] = first.split(' ');
  const value = quoted(family[0]!.value);
  return {
    where: `${lineOf(thing ?? '')} ${pathText(path.join(' '))}`,
    others: more.length > 0 ? `, and ${counted(more.length, 'other place')}` : '',
    value: family.length === 1 ? value : `${value}, and ${family.length - 1} more of ${family[0]!.family}`,
  };
}

/** Marks that take or give away something. A protection that is raised is not one to look at first. */
const MARK_WORDS: Partial<Record<MarkKind, string>> = {
  expose: 'EXPOSES',
  deputy: 'ACTS BY ITSELF',
  disconnect: 'DISCONNECTS',
  unprotect: 'LESS PROTECTED',
  expire: 'EXPIRES',
  disable: 'STOPS WORKING',
  overwrite: 'OVERWRITES',
  reach: 'REACHES OUTSIDE',
  unpinned: 'READ AGAIN LATER',
};

/** Equal facts stand once, with everything that they are told of; not again what a guard has told. */
function markRows(plan: Plan, told: readonly Verdict[]): Row[] {
  const byFact = new Map<string, { mark: Mark; names: string[] }>();
  for (const effect of plan.effects)
    for (const mark of effect.marks) {
      if (MARK_WORDS[mark.kind] === undefined || told.some(({ message }) => message.includes(mark.text))) continue;
      const key = `${mark.kind} ${mark.text}`;
      const known = byFact.get(key) ?? { mark, names: [] };
      byFact.set(key, known);
      const name = nameIn(plan, effect);
      if (!known.names.includes(name)) known.names.push(name);
    }
  return [...byFact.values()].map(({ mark, names }) => ({
    text: `! ${MARK_WORDS[mark.kind]}, ${nameRanges(names)}: ${lineOf(mark.text)}`,
    tone: 'warn' as const,
  }));
}

const OPENS: readonly NamedKind[] = ['account', 'everybody', 'unguarded', 'condition', 'layer'];
const thingOf = (place: string) => lineOf(place.split(' ', 1)[0]!);

/** `data loss: none · public: none · …`: what was looked for and not found is said, so that silence clears nothing. */
export function negatives(subject: Judged): Row {
  const { effects } = subject.plan;
  const named = namedIn(subject);
  const names = (list: readonly Effect[]) => [...new Set(list.map((effect) => nameIn(subject.plan, effect)))];
  const told = (list: readonly string[]) =>
    list.length === 0 ? 'none' : list.length <= 3 ? list.join(', ') : counted(list.length, 'resource');
  const exposed = effects.filter(
    ({ marks, kind }) => kind === 'expose' || marks.some((mark) => mark.kind === 'expose'),
  );
  // What is named and opens something counts too, whether a table knows it or not.
  const opening = named.filter(({ kind }) => OPENS.includes(kind)).flatMap(({ places }) => places.map(thingOf));
  const losing = effects.filter(
    (effect) => couldBeLoss(effect) && (effect.holds === 'data' || effect.holds === 'unknown'),
  );
  const expiring = effects.filter(
    ({ kind, marks }) => kind === 'expire' || marks.some((mark) => mark.kind === 'expire'),
  );
  const commands = named.filter(({ kind }) => kind === 'command').flatMap(({ places }) => places.map(thingOf));
  return rowOf([
    `data loss: ${told(names([...losing, ...expiring]))}`,
    `exposures: ${told([...new Set([...names(exposed), ...opening])])}`,
    `commands on hosts: ${told([...new Set(commands)])}`,
    `interrupts: ${told(names(effects.filter(({ interrupts }) => interrupts !== 'no')))}`,
  ]);
}
