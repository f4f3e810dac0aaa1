/** Effects as rows: every leaf of each; what is the same is told once, with the names of all that it is true of. */
import { counted } from '../core/counted.ts';
import { type Effect, effectName } from '../core/effect.ts';
import { absoluteTime } from '../core/instant.ts';
import { leavesOf } from '../core/leaves.ts';
import type { Mark } from '../core/mark.ts';
import type { Thing } from '../core/picture.ts';
import type { Plan } from '../core/plan.ts';
import { type Row, rowOf, type Tone } from './layout.ts';
import { changedRows, pathText, valueRows, type Whole } from './leaf-rows.ts';
import { lineOf as line, nameIn } from './names.ts';
import type { Judged } from './subject.ts';
import { quoted } from './values.ts';
import { worstFirst } from './worst-first.ts';

const TONES: Record<Effect['reversibility'], Tone> = {
  reversible: 'good',
  recoverable: 'warn',
  irreversible: 'bad',
  unknown: 'bad',
};

export function effectRows(subject: Judged, whole: Whole[]): Row[] {
  const { plan, picture, change } = subject;
  const things = new Map((picture?.things ?? []).map((thing) => [`${thing.kind} ${thing.id}`, thing]));
  const thingOf = (effect: Effect) => things.get(`resource ${effect.logicalId ?? ''}`);
  const groups = grouped(worstFirst(plan.effects, change.judgement), thingOf);
  return groups.flatMap((group) =>
    group.length === 1 ? one(plan, group[0]!, thingOf(group[0]!), whole) : several(plan, group, thingOf, whole),
  );
}

/** Effects of the same kind and type stand together where all that is said of them but names and values is the same. */
function grouped(effects: readonly Effect[], thingOf: (effect: Effect) => Thing | undefined): Effect[][] {
  const groups = new Map<string, Effect[]>();
  for (const [index, effect] of effects.entries()) {
    const shape = shapeOf(effect, thingOf(effect));
    const key = shape ?? `alone ${index}`;
    const group = groups.get(key);
    if (group) group.push(effect);
    else groups.set(key, [effect]);
  }
  return [...groups.values()];
}

function shapeOf(effect: Effect, thing: Thing | undefined): string | undefined {
  const { logicalId: _id, physicalId: _name, within: _parent, properties, ...rest } = effect;
  if (effect.kind === 'create' && thing?.after) {
    const paths = [...leavesOf(thing.after, '')].map(([path]) => path);
    return JSON.stringify([rest, properties, paths]);
  }
  return JSON.stringify([rest, properties]);
}

function nameRow(plan: Plan, effect: Effect): string {
  const name = nameIn(plan, effect);
  const isNamedByIt = effect.logicalId === undefined;
  const parent = effect.within === undefined ? '' : `, its name within ${quoted(effect.within)}`;
  return (effect.physicalId && !isNamedByIt ? `${name} (${line(effect.physicalId)})` : name) + parent;
}

function headParts(effect: Effect): string[] {
  const { kind, type, reversibility, interrupts, holds, owner, revision, size, monthlyUsd, contents, noBackup } =
    effect;
  return [
    `${kind} ${line(type)}`,
    reversibility,
    ...(interrupts === 'no' ? [] : [`interrupts: ${interrupts}`]),
    ...(holds === 'nothing' ? [] : [`stores: ${holds}`]),
    ...(revision ? ['a revision'] : []),
    ...(size === undefined ? [] : [`size ${quoted(size)}`]),
    ...(monthlyUsd === undefined ? [] : [`cost ${monthlyUsd < 0 ? '' : '+'}${monthlyUsd} USD a month`]),
    ...(contents === undefined ? [] : [`contents ${contents}`]),
    ...(effect.disks === undefined ? [] : [`disks ${effect.disks.map(quoted).join(', ')}`]),
    ...(noBackup === undefined ? [] : [noBackup ? 'no backup possible' : 'backup possible']),
    ...(owner === undefined ? [] : [`of ${owner.kind.replaceAll('_', ' ')} ${line(owner.name)}`]),
  ];
}

/** @param start what stands before the facts that are true of all of them. */
function headRow(start: string, name: string, group: readonly Effect[]): Row {
  const [first] = group as [Effect];
  const { parts = [], text } = rowOf(headParts(first));
  const begins = { name, kind: first.kind, ids: group.map(effectName) };
  return { indent: 2, text: start + text, parts, begins, tone: TONES[first.reversibility] };
}

/** What is said of an effect besides its leaves. */
function factRows({ why, retention, recoveryPoint, marks, properties, tagKeys }: Effect): Row[] {
  const hidden = properties.filter(({ peopleOnly }) => peopleOnly).map(({ path }) => pathText(path));
  const replacing = properties.filter(({ replaces }) => replaces !== 'never');
  const words = (replaces: string) =>
    replacing.filter((one) => one.replaces === replaces).map(({ path }) => pathText(path));
  return [
    { indent: 4, text: line(why), tone: 'quiet' },
    ...[...new Set(replacing.map(({ replaces }) => replaces))]
      .sort()
      .map((replaces) => ({ indent: 4, text: `replaces (${replaces}): ${words(replaces).join(', ')}` })),
    ...(tagKeys ? [{ indent: 4, text: `tags that change: ${tagKeys.map(quoted).join(', ')}` }] : []),
    ...(hidden.length > 0 ? [{ indent: 4, text: `not shown to agents: ${hidden.join(', ')}` }] : []),
    ...(retention ? [{ indent: 4, text: `${retention.attribute} in force: ${retention.effective}` }] : []),
    ...(recoveryPoint
      ? [
          {
            indent: 4,
            text: `recovery point ${line(recoveryPoint.id)}, complete ${absoluteTime(recoveryPoint.completedAt)}`,
          },
        ]
      : []),
    ...marks.map(({ kind, path, text, bound, principal, target, reads, receives, network }): Row => {
      const more = [
        ...(bound === undefined ? [] : [bound.replaceAll('_', ' ')]),
        ...(principal === undefined ? [] : [`by ${quoted(principal)}`]),
        ...(target === undefined
          ? []
          : [
              `target ${quoted(target.id)}${target.stack === undefined ? '' : ` of ${target.stack === null ? 'no stack' : quoted(target.stack)}`}`,
            ]),
        ...(reads === undefined ? [] : [`reads ${reads}`]),
        ...(receives === undefined ? [] : [receiversText(receives)]),
        ...(network === undefined
          ? []
          : [`${quoted(network.range)} ${quoted(network.protocol)} ${network.fromPort}-${network.toPort}`]),
      ];
      return {
        indent: 4,
        text: `${kind} at ${pathText(path)}: ${line(text)}${more.length > 0 ? ` (${more.join(', ')})` : ''}`,
        tone: kind === 'protect' ? 'plain' : 'warn',
      };
    }),
  ];
}

/** Who would be sent what. Quoted each, so that no name can look like two. */
const receiversText = ({ names, logs }: NonNullable<Mark['receives']>): string =>
  `${logs ? 'logs' : 'data'} to ${names.length > 0 ? names.map(quoted).join(' and ') : 'a receiver that is not told'}`;

function one(plan: Plan, effect: Effect, thing: Thing | undefined, whole: Whole[]): Row[] {
  const made = effect.kind === 'create' && thing?.after ? [...leavesOf(thing.after, '')] : [];
  return [
    headRow(`${nameRow(plan, effect)}: `, nameRow(plan, effect), [effect]),
    ...propertyRows(plan, effect, whole),
    ...valueRows(made, 4),
    ...factRows(effect),
  ];
}

const propertyRows = (plan: Plan, effect: Effect, whole: Whole[]): Row[] =>
  changedRows(effect.properties, 4, nameIn(plan, effect), whole);

function several(
  plan: Plan,
  group: readonly Effect[],
  thingOf: (effect: Effect) => Thing | undefined,
  whole: Whole[],
): Row[] {
  const [first] = group as [Effect];
  const made = group.map((effect) =>
    effect.kind === 'create' && thingOf(effect)?.after ? [...leavesOf(thingOf(effect)!.after!, '')] : [],
  );
  const key = ([path, text]: readonly [string, string]) => `${path}\n${text}`;
  const common = new Set(
    (made[0] ?? []).map(key).filter((leaf) => made.every((leaves) => leaves.some((one) => key(one) === leaf))),
  );
  const own = group.map((effect, index) => ({
    name: nameRow(plan, effect),
    rows: valueRows(
      made[index]!.filter((leaf) => !common.has(key(leaf))),
      6,
    ),
  }));
  const differing = own.filter(({ rows }) => rows.length > 0);
  const alike = own.filter(({ rows }) => rows.length === 0).map(({ name }) => name);
  return [
    headRow(`${group.length} \u00d7 `, counted(group.length, 'resource'), group),
    { indent: 4, text: alike.join(', '), names: alike },
    ...propertyRows(plan, first, whole),
    ...valueRows(
      (made[0] ?? []).filter((leaf) => common.has(key(leaf))),
      4,
    ),
    ...differing.flatMap(({ name, rows }): Row[] => [{ indent: 4, text: name }, ...rows]),
    ...factRows(first),
  ].filter(({ text }) => text !== '');
}
