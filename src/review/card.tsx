/**
 * A plan or a change as a card in the client of an agent: what the page says of it, to be read only. Nothing on it can be
 * pressed, and nothing that is typed or clicked there approves anything.
 *
 * SECURITY: it passes through the agent's client, so it is made of what agents are told: effects without the values that
 * are for people only, and no picture. It is no place to sign from, and says so.
 */
import type { Child } from 'hono/jsx';
import type { Change } from '../core/change.ts';
import type { Plan } from '../core/plan.ts';
import { changePage, planPage } from '../render/change-page.ts';
import { type Row, rowOf, type Section } from '../render/layout.ts';
import { sentenceOf } from '../render/sentence.ts';
import type { Judged, Subject } from '../render/subject.ts';
import { effects, Look, Plain } from './change.tsx';
import { Rows, Text } from './rows.tsx';
import { CARD } from './words.ts';

/** What hosts of apps pass on without trouble. */
const MOST_CHARACTERS = 150_000;

/** @returns HTML of one element, every text in it escaped. */
export function changeCard(subject: Subject): string {
  const told = { ...subject, ...forAgents(subject.plan) };
  const [state, ...sections] = changePage(told);
  return card(sentenceOf(told.plan), state!.rows, sections, CARD.howToSign(subject.change.id));
}

export function planCard(judged: Judged): string {
  const told = { ...judged, ...forAgents(judged.plan) };
  return card(sentenceOf(told.plan), planRows(told), planPage(told), CARD.notProposed);
}

function forAgents(plan: Plan): Pick<Judged, 'plan' | 'picture'> {
  const shown = plan.effects.map((effect) => ({
    ...effect,
    properties: effect.properties.map(({ before, after, ...rest }) => ({
      ...rest,
      ...(rest.peopleOnly || before === undefined ? {} : { before }),
      ...(rest.peopleOnly || after === undefined ? {} : { after }),
    })),
  }));
  return { plan: { ...plan, effects: shown }, picture: null };
}

function planRows({ plan, change: { judgement } }: { plan: Plan; change: Pick<Change, 'judgement'> }): Row[] {
  const { account, region } = plan.target;
  return [rowOf([CARD.decisions[judgement.decision], `${account}/${region}`, plan.id])];
}

function card(title: string, state: readonly Row[], sections: readonly Section[], foot: string): string {
  const section = (key: Section['key']) => sections.find((one) => one.key === key);
  const agent = section('agent');
  const head = (
    <section class="standing">
      <h1>
        <Text text={title} />
      </h1>
      <Rows rows={state} />
    </section>
  );
  const end = [
    ...(agent ? [<Plain section={agent} />] : []),
    <Plain section={section('guards')!} />,
    <p class="hint">{foot}</p>,
  ];
  const always = [head, <Look section={section('look')!} />, ...end].map(textOf).join('').length;
  const told: string[] = [];
  let [room, left] = [MOST_CHARACTERS - always, 0];
  for (const piece of effects(section('changes')!, CARD.hint)) {
    const text = textOf(piece);
    // What opens and closes is text of its own.
    if (typeof piece !== 'string' && text.length > room) left += 1;
    else {
      told.push(text);
      room -= text.length;
    }
  }
  const rest = left === 0 ? [] : [<p class="row warn">{CARD.more(left)}</p>];
  return `<main class="card">${[head, <Look section={section('look')!} />, ...rest].map(textOf).join('')}${told.join('')}${end.map(textOf).join('')}</main>`;
}

const textOf = (piece: Child): string => String(piece);
