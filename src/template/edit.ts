/** Small edits on a template's text: everything else, comments and short forms included, stays as it was. */
import { type Document, isAlias, isCollection, isMap, isScalar, isSeq, type Scalar, visit } from 'yaml';
import { CountersignError } from '../core/errors.ts';
import { parseTemplate } from './parse.ts';
import { readDocument } from './yaml.ts';

export interface TemplateEdit {
  /** `Resources.Fn.Properties.MemorySize`, list items as `[0]` or `.0`, keys with dots as `["a.b"]`. */
  path: string;
  /** Plain data, functions in their long form; null removes (null is no value in CloudFormation). */
  value: unknown;
}

const EDITABLE_SECTIONS = new Set([
  'Resources',
  'Parameters',
  'Conditions',
  'Mappings',
  'Outputs',
  'Metadata',
]);

/**
 * @returns the edited text: JSON stays JSON, YAML stays YAML.
 * @throws CountersignError INPUT_INVALID for a path that leads nowhere, naming the nearest parent that exists;
 *   whatever `parseTemplate` throws for the template before or after.
 */
export function editTemplate(text: string, edits: readonly TemplateEdit[]): string {
  parseTemplate(text);
  const { document } = readDocument(text);
  for (const { path, value } of edits) applyEdit(document, path, value);
  const edited = isJson(text) ? jsonText(document, text) : document.toString(yamlLayout(text));
  parseTemplate(edited);
  return edited;
}

function applyEdit(document: Document.Parsed, path: string, value: unknown): void {
  const segments = pathSegments(path);
  const [section = ''] = segments;
  if (!EDITABLE_SECTIONS.has(section)) {
    throw refused(
      `${path} is outside of what can be set`,
      `Begin the path with one of ${[...EDITABLE_SECTIONS].join(', ')}.`,
    );
  }
  if (segments.length < 2) throw refused(`${path} is a whole section`, 'Name something inside the section.');
  let parent: unknown = document.contents;
  for (const [depth, segment] of segments.slice(0, -1).entries()) {
    const child = childOf(parent, segment);
    if (!isCollection(child)) {
      const existing = segments.slice(0, child === undefined ? depth : depth + 1).join('.') || 'the template';
      const why = isAlias(child)
        ? 'is an alias'
        : child === undefined
          ? `has no ${segment}`
          : 'is a single value';
      throw refused(
        `${path} leads nowhere: ${existing} ${why}`,
        `Set ${existing} as a whole, or correct the path.`,
      );
    }
    parent = child;
  }
  setChild(document, parent, segments.at(-1) ?? '', value, path);
}

function childOf(parent: unknown, segment: string): unknown {
  if (isSeq(parent)) return /^\d+$/.test(segment) ? parent.items[Number(segment)] : undefined;
  return isMap(parent) ? parent.items.find(({ key }) => keyText(key) === segment)?.value : undefined;
}

function keyText(key: unknown): string {
  return isScalar(key) ? (key.source ?? String(key.value)) : String(key);
}

function setChild(
  document: Document.Parsed,
  parent: unknown,
  segment: string,
  value: unknown,
  path: string,
): void {
  if (isSeq(parent)) {
    const index = Number(segment);
    if (
      !/^\d+$/.test(segment) ||
      index > parent.items.length ||
      (value === null && index === parent.items.length)
    ) {
      throw refused(
        `${path} leads nowhere: the list has ${parent.items.length} items`,
        'Use an index from 0, or the next free one to append.',
      );
    }
    if (value === null) parent.items.splice(index, 1);
    else parent.items[index] = nodeFor(document, value, parent.items[index]);
    return;
  }
  if (!isMap(parent)) throw refused(`${path} leads nowhere`, 'Correct the path.');
  const at = parent.items.findIndex(({ key }) => keyText(key) === segment);
  if (value === null) {
    if (at < 0) throw refused(`${path} is not there to be removed`, 'Leave the edit out.');
    parent.items.splice(at, 1);
    return;
  }
  const pair = parent.items[at];
  if (pair) pair.value = nodeFor(document, value, pair.value);
  else parent.items.push(document.createPair(segment, nodeFor(document, value, undefined)));
}

/** A fresh node, so that no old tag stays on a new value; the comment beside the old value stays. */
function nodeFor(document: Document.Parsed, value: unknown, old: unknown): unknown {
  const node = document.createNode(value, { aliasDuplicateObjects: false });
  visit(node, {
    Scalar: (_key, scalar: Scalar) => {
      // Digits that CloudFormation's reader could take for a number, a time or an octal stay text.
      if (typeof scalar.value === 'string' && /^[\d.:_+-]+$/.test(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  if (isScalar(old)) {
    if (old.comment) node.comment = old.comment;
    if (old.commentBefore) node.commentBefore = old.commentBefore;
  }
  return node;
}

/** `A.B[0]["c.d"].1` -> `['A', 'B', '0', 'c.d', '1']` */
function pathSegments(path: string): string[] {
  const segments: string[] = [];
  const pattern = /\.?(?:\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+))/y;
  while (pattern.lastIndex < path.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(path);
    if (!match)
      throw refused(
        `${path} is no path: it cannot be read from character ${at + 1} on`,
        'Write it like Resources.Fn.Properties.Tags[0].Value.',
      );
    segments.push(match[1]?.replace(/\\(.)/g, '$1') ?? match[2] ?? match[3] ?? '');
  }
  if (segments.length === 0)
    throw refused('an edit has an empty path', 'Write it like Resources.Fn.Properties.MemorySize.');
  return segments;
}

function refused(message: string, remedy: string): CountersignError {
  return new CountersignError('INPUT_INVALID', message, remedy);
}

function isJson(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function jsonText(document: Document.Parsed, original: string): string {
  const indent = /\n([ \t]+)"/.exec(original)?.[1] ?? (original.includes('\n') ? '  ' : '');
  return JSON.stringify(document.toJS(), null, indent) + (original.endsWith('\n') ? '\n' : '');
}

/** Long lines are not folded again, and lists stay indented, or not, as the text had it. */
function yamlLayout(text: string): { lineWidth: number; indentSeq: boolean; indent: number } {
  const nested = /^( *)[^\s#-][^\n]*:[ \t]*\n( *)- /m.exec(text);
  const indent = /^[A-Za-z][^\n]*:[ \t]*\n( +)\S/m.exec(text)?.[1]?.length ?? 2;
  return { lineWidth: 0, indentSeq: nested === null || nested[1] !== nested[2], indent };
}
