/** One change, in the order in which people need it; what is to be decided comes last, when all of it has been delivered. */
import type { Child } from 'hono/jsx';
import type { Change } from '../core/change.ts';
import { makeVisible } from '../core/render-safe.ts';
import { changePage } from '../render/change-page.ts';
import { type GraphNode, graphOf } from '../render/graph.ts';
import type { Row, Section } from '../render/layout.ts';
import { sentenceOf } from '../render/sentence.ts';
import { describeState } from '../render/state-rows.ts';
import type { Subject } from '../render/subject.ts';
import { Picture } from './picture.tsx';
import type { MayDecide, ReviewPorts } from './ports.ts';
import type { Reading } from './reading.ts';
import { Rows, Text } from './rows.tsx';
import { Decide } from './sign.tsx';
import { CHANGE, SIGN } from './words.ts';

/** What changes while the page is open. */
export function living(ports: ReviewPorts, reading: Reading): Child[] {
  const state: Section = {
    key: 'state',
    title: sentenceOf(reading.subject.plan),
    rows: describeState(reading.subject),
  };
  return [<Standing state={state} reading={reading} />, <Decide ports={ports} reading={reading} />];
}

/** The page in pieces, each of which is sent as soon as it is made. */
export function* pieces(ports: ReviewPorts, reading: Reading): Generator<Child> {
  const sections = changePage(reading.subject);
  yield <Standing state={sections[0]!} reading={reading} />;
  yield* contents(reading.subject, sections);
  yield <Decide ports={ports} reading={reading} />;
}

/** INVARIANT: whatever is signed is in it. */
export function* contents(subject: Subject, sections: readonly Section[]): Generator<Child> {
  const anchors = new Map<string, string>();
  const section = (key: Section['key']) => sections.find((one) => one.key === key);
  const groups = groupsOf(section('changes')?.rows ?? [], anchors);
  yield <Look section={section('look')!} />;
  yield <Drawing subject={subject} anchors={anchors} />;
  yield* effects(section('changes')!, CHANGE.whole, groups);
  yield <Plain section={section('agent')!} />;
  yield <Plain section={section('guards')!} />;
  // Long values that a terminal folds stand whole where they are.
  for (const key of ['deleted', 'observed', 'calls'] as const) {
    const one = section(key);
    if (one) yield <Folded section={one} />;
  }
}

/** Its first and its last piece open and close what is around the others. */
export function* effects(section: Section, hint: string, groups = groupsOf(section.rows, new Map())): Generator<Child> {
  yield `<section class="changes"><h2>${titleOf(section.title)}</h2><p class="hint">${hint}</p>`;
  for (const group of groups) yield <Group group={group} />;
  yield '</section>';
}

/** `LOOK HERE` is for terminals. */
function titleOf(title: string): string {
  const [capitals = ''] = /^[A-Z ,']+(?![a-z])/.exec(title) ?? [];
  return title === '' ? '' : title[0] + capitals.slice(1).toLowerCase() + title.slice(Math.max(1, capitals.length));
}

function Standing({ state, reading }: { state: Section; reading: Reading }): Child {
  const { change } = reading.subject;
  const [first, ...rows] = state.rows;
  const [environment = '', ...where] = first?.parts ?? [];
  const mine = reading.may.find(({ person }) => person === reading.me);
  return (
    <section id="standing" data-living="" class="standing">
      <p class="back">
        <a href="/">{CHANGE.back}</a>
      </p>
      <h1>
        <Text text={state.title} />
      </h1>
      <ul class="parts where">
        <li class={`environment ${change.environment}`}>{environment}</li>
        {where.map((part, index) => (
          <li class={index === where.length - 1 ? `state ${change.state}` : ''}>
            <Text text={part} />
          </li>
        ))}
      </ul>
      <Rows rows={rows} />
      {change.state === 'pending' && mine ? <Mine mine={mine} change={change} /> : null}
      {change.state === 'pending' || change.state === 'approved' ? (
        <p class="to-decision">
          <a href="#decide">{CHANGE.toDecision}</a>
        </p>
      ) : null}
      <Progress reading={reading} />
    </section>
  );
}

/** How the person who looks stands to it. */
function Mine({ mine: { person, may, why }, change }: { mine: MayDecide; change: Change }): Child {
  const hasSigned = change.approvals.some((one) => one.person === person && !one.isVoid);
  if (may) return null;
  return (
    <p class={`row boxed ${hasSigned ? 'good' : 'warn'}`}>
      <Text text={hasSigned ? SIGN.signed : SIGN.cannot(why ?? '')} />
    </p>
  );
}

function Progress({ reading: { subject, progress, receipt } }: { reading: Reading }): Child {
  const { outcome, startedAt } = subject.change;
  if (startedAt === null) return null;
  return (
    <div class="progress">
      <h2>{CHANGE.progress}</h2>
      {progress.length === 0 ? <p class="hint">{CHANGE.noProgress}</p> : null}
      <ol>
        {progress.map(({ at, text }) => (
          <li>
            <time datetime={at}>{at.slice(11, 19)}</time> <Text text={text} />
          </li>
        ))}
      </ol>
      {outcome === null ? null : (
        <>
          <h2>{CHANGE.outcome}</h2>
          <ul class="calls">
            {outcome.calls.map(({ step, operation, outcome: end }) => (
              <li>
                <Text text={`${step} ${operation}: ${end}`} />
              </li>
            ))}
          </ul>
        </>
      )}
      {receipt === null ? null : <Receipt receipt={receipt} id={subject.change.id} />}
    </div>
  );
}

function Receipt({ receipt, id }: { receipt: NonNullable<Reading['receipt']>; id: string }): Child {
  return (
    <details class="receipt">
      <summary>{CHANGE.receipt}</summary>
      {'text' in receipt ? (
        <>
          <p>
            <a href={`/changes/${id}/receipt`} download={`${id}.receipt`}>
              {CHANGE.saveReceipt}
            </a>
          </p>
          <pre tabindex={0}>{makeVisible(receipt.text, Number.POSITIVE_INFINITY)}</pre>
        </>
      ) : (
        <p class="row">
          <Text text={`${receipt.why} ${receipt.remedy}`} />
        </p>
      )}
    </details>
  );
}

export function Look({ section: { title, rows } }: { section: Section }): Child {
  const warnings = rows.filter(({ parts }) => parts === undefined);
  const negatives = rows.filter(({ parts }) => parts !== undefined);
  return (
    <section class="look">
      {warnings.length > 0 ? <h2>{titleOf(title)}</h2> : null}
      <Rows rows={warnings} />
      {negatives.map(({ parts = [] }) => (
        <dl class="looked">
          {parts.map((part) => {
            const [what, ...found] = part.split(': ');
            return (
              <div class={found.join(': ') === 'none' ? 'none' : 'found'}>
                <dt>{what}</dt>
                <dd>
                  <Text text={found.join(': ')} />
                </dd>
              </div>
            );
          })}
        </dl>
      ))}
    </section>
  );
}

function Drawing({ subject, anchors }: { subject: Subject; anchors: ReadonlyMap<string, string> }): Child {
  const graph = graphOf(subject);
  if (graph.nodes.length === 0) return null;
  const anchorOf = ({ names }: GraphNode) => anchors.get(names[0] ?? '');
  return <Picture graph={graph} anchorOf={anchorOf} />;
}

interface RowGroup {
  id: string | undefined;
  head: Row | undefined;
  rows: Row[];
}

/** @param anchors takes where the rows of each effect are. */
function groupsOf(rows: readonly Row[], anchors: Map<string, string>): RowGroup[] {
  const groups: RowGroup[] = [];
  for (const row of rows) {
    const { begins, indent = 0 } = row;
    if (begins) {
      const id = `e${groups.length}`;
      for (const name of begins.ids) if (!anchors.has(name)) anchors.set(name, `#${id}`);
      groups.push({ id, head: row, rows: [] });
    } else if (groups.length === 0 || (indent < 4 && groups.at(-1)!.head !== undefined))
      groups.push({ id: undefined, head: undefined, rows: [row] });
    else groups.at(-1)!.rows.push(row);
  }
  return groups;
}

function Group({ group: { id, head, rows } }: { group: RowGroup }): Child {
  if (!head?.begins)
    return (
      <div class="about-all">
        <Rows rows={rows} />
      </div>
    );
  const { name, kind } = head.begins;
  const [what = '', ...facts] = head.parts ?? [];
  return (
    <article class={`effect ${head.tone ?? ''}`} id={id}>
      <h3>
        <span class={`kind ${kind}`}>{kind}</span>
        <Text text={name} />
      </h3>
      <ul class="parts facts">
        {[what.replace(`${kind} `, ''), ...facts].map((part) => (
          <li>
            <Text text={part} />
          </li>
        ))}
      </ul>
      <Rows rows={rows} />
    </article>
  );
}

export function Plain({ section: { key, title, rows } }: { section: Section }): Child {
  return (
    <section class={key}>
      <h2>{titleOf(title)}</h2>
      <Rows rows={rows} />
    </section>
  );
}

/** Long, and looked at least: closed at first, and delivered with the rest. */
function Folded({ section: { key, title, rows } }: { section: Section }): Child {
  return (
    <details class={key}>
      <summary>
        {titleOf(title)} <span class="count">{rows.filter(({ indent }) => indent === rows[0]?.indent).length}</span>
      </summary>
      <Rows rows={rows} />
    </details>
  );
}
