/**
 * The rows of the one model of a change, as HTML: the same sentences as `countersign show`, set in columns.
 *
 * INVARIANT: every row is in it, whole. SECURITY: text is escaped by the renderer, stands apart from text of either
 * direction beside it, and a line that is not ours keeps its mark.
 */
import type { Child } from 'hono/jsx';
import { type Leaf, type Row, shownText } from '../render/layout.ts';
import { sameEnds } from '../render/values.ts';
import { CHANGE } from './words.ts';

/** Values of which less is the same are marked as a whole. */
const SAME_FROM = 12;

export function Rows({ rows }: { rows: readonly Row[] }): Child {
  return <>{runsOf(rows).map(runOf)}</>;
}

type Shape = 'leaf' | 'line' | 'row';
const shapeOf = ({ leaf, mark }: Row): Shape => (leaf ? 'leaf' : mark === undefined ? 'row' : 'line');

/** Rows that stand together: the leaves of a table, the lines of a text. */
function runsOf(rows: readonly Row[]): Row[][] {
  const runs: Row[][] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    const goesOn = run && shapeOf(row) !== 'row' && shapeOf(run[0]!) === shapeOf(row);
    if (goesOn) run.push(row);
    else runs.push([row]);
  }
  return runs;
}

function runOf(run: readonly Row[]): Child {
  const [first] = run as [Row];
  if (first.leaf) return <Leaves leaves={run.map(({ leaf }) => leaf!)} />;
  if (first.mark !== undefined)
    return (
      <div class="lines">
        {run.map((row) => (
          <Lines row={row} />
        ))}
      </div>
    );
  return <OneRow row={first} />;
}

const DEEP = 4;
const classOf = ({ tone, indent = 0 }: Row): string => `row ${tone ?? 'plain'}${indent >= DEEP ? ' deep' : ''}`;

function OneRow({ row }: { row: Row }): Child {
  if (row.command) return <Command text={row.text} />;
  if (row.names)
    return (
      <ul class="names">
        {row.names.map((name) => (
          <li>
            <bdi class="value">{shownText(name)}</bdi>
          </li>
        ))}
      </ul>
    );
  if (row.parts)
    return (
      <ul class={`parts ${classOf(row)}`}>
        {row.parts.map((part) => (
          <li>
            <Text text={part} />
          </li>
        ))}
      </ul>
    );
  const [, about, text] = WARNING.exec(row.text) ?? [];
  return (
    <p class={classOf(row)}>
      {about === undefined ? null : <strong>{about}</strong>}
      <Text text={text ?? row.text} />
    </p>
  );
}

/** `! HELD for 1 approval by GUARD_…: ` is ours; what follows names things of others. */
const WARNING = /^! ([A-Z][A-Za-z0-9_ ]*:) (.*)$/s;

/** SECURITY: a text with line breaks of its own stays one block, whose further lines are set in. */
export function Text({ text }: { text: string }): Child {
  const [first = '', ...more] = shownText(text).split('\n');
  return (
    <bdi class="text">
      {first}
      {more.map((line) => (
        <span class="goes-on">{line}</span>
      ))}
    </bdi>
  );
}

const MARKS: Readonly<Record<string, string>> = {
  '-': 'removed',
  '+': 'added',
  '\u2502': 'same',
  'agent\u2502': 'agent',
};

function Lines({ row }: { row: Row }): Child {
  const mark = row.mark!.trim();
  const sign = mark.replace(/\u2502$/, '') || ' ';
  return (
    <>
      {shownText(row.text)
        .split('\n')
        .map((line) => (
          <p class={`line ${MARKS[mark] ?? 'same'}`}>
            <span class="mark">{sign}</span>
            <bdi class="value">{line}</bdi>
          </p>
        ))}
    </>
  );
}

export function Command({ text }: { text: string }): Child {
  return (
    <p class="command" data-copy="">
      <code>{shownText(text)}</code>
    </p>
  );
}

function Leaves({ leaves }: { leaves: readonly Leaf[] }): Child {
  const isNew = leaves.every(({ before, after }) => before === undefined && after !== undefined);
  const { path, before, after, value } = CHANGE.columns;
  return (
    <table class={isNew ? 'leaves made' : 'leaves'}>
      <thead>
        <tr>
          <th scope="col">{path}</th>
          {isNew ? (
            <th scope="col">{value}</th>
          ) : (
            <>
              <th scope="col">{before}</th>
              <th scope="col">{after}</th>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {leaves.map((leaf) => (
          <LeafRow leaf={leaf} isNew={isNew} />
        ))}
      </tbody>
    </table>
  );
}

function LeafRow({ leaf: { path, before, after }, isNew }: { leaf: Leaf; isNew: boolean }): Child {
  const name = (
    <th scope="row">
      <bdi>{path}</bdi>
    </th>
  );
  if (isNew)
    return (
      <tr>
        {name}
        <td>
          <bdi class="value">{after}</bdi>
        </td>
      </tr>
    );
  if (before === undefined && after === undefined)
    return (
      <tr>
        {name}
        <td colspan={2}>changes; the value is not shown</td>
      </tr>
    );
  return (
    <tr>
      {name}
      <td data-column={CHANGE.columns.before}>
        <Side text={before} other={after} tag="del" />
      </td>
      <td data-column={CHANGE.columns.after}>
        <Side text={after} other={before} tag="ins" />
      </td>
    </tr>
  );
}

/** One side of a difference. What the other has too is not marked, where that is much. */
interface Sides {
  text: string | undefined;
  other: string | undefined;
  tag: 'del' | 'ins';
}

function Side({ text, other, tag: Tag }: Sides): Child {
  if (text === undefined) return <span class="absent">–</span>;
  const { start, end } = other === undefined ? { start: 0, end: 0 } : sameEnds(other, text);
  if (start + end < SAME_FROM)
    return (
      <bdi class="value">
        <Tag>{text}</Tag>
      </bdi>
    );
  return (
    <bdi class="value">
      {text.slice(0, start)}
      <Tag>{text.slice(start, text.length - end)}</Tag>
      {text.slice(text.length - end)}
    </bdi>
  );
}
