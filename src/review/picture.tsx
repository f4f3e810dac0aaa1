/**
 * The graph of a change as a drawing: laid out here, so that the browser runs nothing for it.
 *
 * Limits: it is no record. Every node is drawn with its whole name, unless many are drawn as one.
 */
import { Graph as Dagre, layout } from '@dagrejs/dagre';
import type { Child } from 'hono/jsx';
import type { Graph, GraphNode } from '../render/graph.ts';
import { CHANGE } from './words.ts';

interface Point {
  x: number;
  y: number;
}
interface Box extends Point {
  width: number;
  height: number;
}
interface Drawing {
  boxes: ReadonlyMap<string, Box>;
  lines: readonly Point[][];
  frame: Box;
}

const NODE_WIDTH = 200;
const GAP = 16;
/** Isolated nodes stand in so many columns. */
const COLUMNS = 3;
const CHARACTERS_IN_LINE = 23;
const LINE_HEIGHT = 18;
const PADDING = 18;

/** Names break anywhere, so the height follows from their length. */
const heightOf = ({ label, type }: GraphNode): number => {
  const lines = (text: string) => Math.ceil([...text].length / CHARACTERS_IN_LINE);
  return PADDING + LINE_HEIGHT * (1 + lines(label) + lines(type));
};

function draw({ nodes, uses }: Graph): Drawing {
  const linked = new Set(uses.flat());
  const first = drawLinked(
    nodes.filter(({ id }) => linked.has(id)),
    uses,
  );
  const top = first.frame.height === 0 ? 0 : first.frame.y + first.frame.height + 2 * GAP;
  const boxes = new Map([
    ...first.boxes,
    ...inColumns(
      nodes.filter(({ id }) => !linked.has(id)),
      { x: first.frame.x, y: top },
    ),
  ]);
  return { boxes, lines: first.lines, frame: frameOf([...boxes.values()], first.lines.flat()) };
}

function drawLinked(nodes: readonly GraphNode[], uses: Graph['uses']): Drawing {
  const graph = new Dagre<object, Box, { points: Point[] }>();
  graph.setGraph({ rankdir: 'LR', nodesep: GAP, ranksep: 56, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({ points: [] }));
  for (const node of nodes) graph.setNode(node.id, { x: 0, y: 0, width: NODE_WIDTH, height: heightOf(node) });
  for (const [user, used] of uses) graph.setEdge(user, used);
  if (nodes.length > 0) layout(graph as never);
  const boxes = new Map(nodes.map(({ id }): [string, Box] => [id, graph.node(id)]));
  const lines = uses.map(([user, used]) => graph.edge(user, used).points);
  return { boxes, lines, frame: frameOf([...boxes.values()], lines.flat()) };
}

function inColumns(nodes: readonly GraphNode[], from: Point): [string, Box][] {
  const bottoms = Array.from({ length: COLUMNS }, () => from.y);
  return nodes.map((node, index): [string, Box] => {
    const column = index % COLUMNS;
    const height = heightOf(node);
    const y = bottoms[column]! + height / 2;
    bottoms[column]! += height + GAP;
    return [node.id, { x: from.x + column * (NODE_WIDTH + GAP) + NODE_WIDTH / 2, y, width: NODE_WIDTH, height }];
  });
}

/** Bends of lines lie outside of what the layout calls its width, and count. */
function frameOf(boxes: readonly Box[], points: readonly Point[]): Box {
  if (boxes.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
  const xs = [...boxes.flatMap(({ x, width }) => [x - width / 2, x + width / 2]), ...points.map(({ x }) => x)];
  const ys = [...boxes.flatMap(({ y, height }) => [y - height / 2, y + height / 2]), ...points.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

const MARGIN = 4;
const round = (value: number) => Math.round(value * 10) / 10;

/** @param anchorOf where the rows of a node are on the page. */
export function Picture({ graph, anchorOf }: { graph: Graph; anchorOf(node: GraphNode): string | undefined }): Child {
  const { boxes, lines, frame } = draw(graph);
  const [width, height] = [frame.width + 2 * MARGIN, frame.height + 2 * MARGIN].map(round) as [number, number];
  // In the order in which they are read, so that the keyboard goes that way too.
  const top = (id: string) => Math.round(boxes.get(id)!.y - boxes.get(id)!.height / 2);
  const nodes = [...graph.nodes].sort((a, b) => top(a.id) - top(b.id) || boxes.get(a.id)!.x - boxes.get(b.id)!.x);
  const viewBox = [frame.x - MARGIN, frame.y - MARGIN, width, height].map(round).join(' ');
  return (
    <figure class="picture">
      <section class="scroll" tabindex={0} aria-label={CHANGE.picture}>
        {/* biome-ignore lint/a11y/noSvgWithoutTitle: its nodes are text and links, and the figure has a caption. */}
        <svg viewBox={viewBox} width={width} height={height}>
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">
              <path d="M0 0 8 4 0 8z" class="arrow" />
            </marker>
          </defs>
          {lines.map((points) => (
            <path class="uses" d={pathOf(points)} marker-end="url(#arrow)" />
          ))}
          {nodes.map((node) => (
            <NodeBox node={node} box={boxes.get(node.id)!} anchor={anchorOf(node)} />
          ))}
        </svg>
      </section>
      <figcaption>
        {CHANGE.pictureOf(
          graph.nodes.reduce((sum, { names }) => sum + names.length, 0),
          graph.uses.length,
        )}
        {graph.isGrouped ? ` ${CHANGE.grouped}` : ''}
        {graph.leftOut > 0 ? ` ${CHANGE.leftOut(graph.leftOut)}` : ''}
      </figcaption>
    </figure>
  );
}

const pathOf = (points: readonly Point[]): string =>
  points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');

function NodeBox({ node, box, anchor }: { node: GraphNode; box: Box; anchor: string | undefined }): Child {
  const { kind, label, type, isLost, storesData } = node;
  const word = kind === 'outside' ? 'uses it' : kind;
  const name = <bdi class="node-name">{label}</bdi>;
  return (
    <foreignObject
      x={round(box.x - box.width / 2)}
      y={round(box.y - box.height / 2)}
      width={box.width}
      height={box.height}
    >
      <div class={`node ${kind}${isLost ? ' lost' : ''}`}>
        <span class="node-kind">
          {word}
          {isLost && storesData ? ' · stores data' : ''}
        </span>
        {anchor === undefined ? name : <a href={anchor}>{name}</a>}
        <span class="node-type">{type}</span>
      </div>
    </foreignObject>
  );
}
