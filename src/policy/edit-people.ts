/**
 * Edits of who may sign, in the policy's own text: comments and order stay. Nothing of it is in force before the policy
 * is adopted, with the signatures that the policy in force asks for.
 */
import { type Document, isMap, isSeq, parseDocument, YAMLMap, YAMLSeq } from 'yaml';
import { CountersignError } from '../core/errors.ts';
import { parseKey } from '../people/key.ts';

export interface NewPerson {
  name: string;
  signsInAs: readonly string[];
  roles: readonly string[];
  keys: readonly string[];
}
export type KeyList = 'keys' | 'break_glass';

const missing = (message: string, remedy: string) => new CountersignError('INPUT_NOT_FOUND', message, remedy);

/** @returns the text with them. @throws INPUT_INVALID for a name that is there already. */
export function addPeople(text: string, people: readonly NewPerson[]): string {
  return edited(text, (document) => {
    for (const { name, signsInAs, roles, keys } of people) {
      if (document.hasIn(['people', name]))
        throw new CountersignError(
          'INPUT_INVALID',
          `${name} is in the policy already.`,
          `Give ${name} another key with: countersign people enroll ${name} --key FILE`,
        );
      if (!isMap(document.get('people', true))) document.set('people', new YAMLMap());
      const lists = { signs_in_as: signsInAs, roles, keys };
      const given = Object.entries(lists).filter(([, list]) => list.length > 0);
      document.setIn(['people', name], document.createNode(Object.fromEntries(given)));
    }
  });
}

export function enrollKey(text: string, name: string, line: string, list: KeyList = 'keys'): string {
  return edited(text, (document) => {
    requirePerson(document, name);
    listOf(document, name, list).add(document.createNode(line));
  });
}

/** In the place of the old one. @param fingerprint may be left out where there is one key. */
export function rotateKey(text: string, name: string, line: string, fingerprint?: string): string {
  return edited(text, (document) => {
    requirePerson(document, name);
    const { list, index } = placeOf(document, name, fingerprint);
    listOf(document, name, list).set(index, document.createNode(line));
  });
}

/** The person stays, so that who they are is still known. @param fingerprint without it, all of their keys. */
export function revokeKey(text: string, name: string, fingerprint?: string): string {
  return edited(text, (document) => {
    requirePerson(document, name);
    if (fingerprint !== undefined) {
      const { list, index } = placeOf(document, name, fingerprint);
      return void listOf(document, name, list).delete(index);
    }
    for (const list of ['keys', 'break_glass'] as const) document.deleteIn(['people', name, list]);
  });
}

function edited(text: string, edit: (document: Document) => void): string {
  const document = parseDocument(text);
  if (document.errors.length > 0)
    throw new CountersignError(
      'CONFIG_POLICY_INVALID',
      `The policy is not YAML: ${document.errors[0]!.message}`,
      'Fix it, then run countersign policy check.',
    );
  edit(document);
  return withLinesOf(text, written(document));
}

const written = (document: Document) => document.toString({ lineWidth: 0 });

/**
 * The writer has a layout of its own: a line that the edit left alone stays as its author wrote it, so that the people
 * who sign the policy are shown the edit and nothing else.
 */
function withLinesOf(text: string, after: string): string {
  const own = text.split('\n');
  const bare = own.map(withoutSpace);
  let from = 0;
  const lines = after.split('\n').map((line) => {
    const index = bare.indexOf(withoutSpace(line), from);
    if (index < 0) return line;
    from = index + 1;
    return own[index]!;
  });
  const kept = lines.join('\n');
  const again = parseDocument(kept);
  return again.errors.length === 0 && written(again) === after ? kept : after;
}

const withoutSpace = (line: string) => line.replaceAll(/\s/g, '');

function requirePerson(document: Document, name: string): void {
  if (!document.hasIn(['people', name]))
    throw missing(`There is no person ${name} in the policy.`, `Add them first: countersign people add ${name}`);
  if (!isMap(document.getIn(['people', name], true))) document.setIn(['people', name], new YAMLMap());
}

function listOf(document: Document, name: string, list: KeyList): YAMLSeq {
  const found = document.getIn(['people', name, list], true);
  if (isSeq(found)) return found;
  const made = new YAMLSeq();
  document.setIn(['people', name, list], made);
  return made;
}

function placeOf(document: Document, name: string, fingerprint: string | undefined): { list: KeyList; index: number } {
  const places = (['keys', 'break_glass'] as const).flatMap((list) =>
    linesOf(document, name, list).map((line, index) => ({ list, index, fingerprint: fingerprintOf(line) })),
  );
  const found =
    fingerprint === undefined
      ? places.filter(({ list }) => list === 'keys')
      : places.filter((one) => one.fingerprint === fingerprint);
  if (found.length === 1) return found[0]!;
  if (fingerprint === undefined && found.length > 1)
    throw new CountersignError(
      'INPUT_INVALID',
      `${name} has ${found.length} keys: ${found.map((one) => one.fingerprint).join(', ')}.`,
      'Name one with --fingerprint.',
    );
  throw missing(`${name} has no such key in the policy.`, 'See the keys with: countersign policy check --json');
}

function linesOf(document: Document, name: string, list: KeyList): string[] {
  const value = document.getIn(['people', name, list], true);
  return isSeq(value) ? value.items.map((_item, index) => String(value.get(index))) : [];
}

export function fingerprintOf(line: string): string | undefined {
  try {
    return parseKey(line).fingerprint;
  } catch {
    return undefined;
  }
}
