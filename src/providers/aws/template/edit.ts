/**
 * The `set` input: changes single values in a template's text.
 *
 * Guarantee: outside of the values that are set or removed every byte stays (comments, short forms, the digits of long
 * numbers). Each edit replaces one range of the text and is then read back: the new text must mean what the old one
 * meant with this one edit, else it is refused. Edits are made in the order in which they are given.
 */
import { CountersignError } from '../../../core/errors.ts';
import type { TemplateEdit } from '../ports.ts';
import { readSource } from './dialect.ts';
import { keysOf, locate } from './edit-path.ts';
import { splice } from './edit-text.ts';
import { readJsonSource } from './json-source.ts';
import { isRecord, jsonOf, parseTemplate, readTemplate } from './parse.ts';

/**
 * @param edits paths such as `Resources.Fn.Properties.MemorySize`, with `[0]` or `.0` for list items. The path of a
 *   whole resource, output, parameter, condition, mapping or metadata entry adds or removes it.
 * @throws CountersignError INPUT_INVALID naming the nearest part that exists, INPUT_TEMPLATE_INVALID.
 */
export function editTemplate(text: string, edits: readonly TemplateEdit[]): string {
  parseTemplate(text);
  let edited = text;
  let meaning = readTemplate(text);
  for (const edit of edits) {
    checkEdit(edit);
    const { document, source } = placesIn(edited);
    const spot = locate(document, keysOf(edit.path), edit);
    edited = splice(source, spot);
    meaning = changed(meaning, spot.meaningPath, edit);
    if (!isWrittenAs(edited, meaning))
      throw new CountersignError(
        'INPUT_INVALID',
        `set: ${edit.path} cannot be edited in place as this template is written.`,
        'Send the whole template with template.',
      );
  }
  parseTemplate(edited);
  return edited;
}

const placesIn = (text: string) =>
  jsonOf(text) === undefined ? readSource(text) : { document: readJsonSource(text), source: text };

/** Text that begins with a brace is read as JSON by CloudFormation: it must stay JSON, which is YAML's stricter half. */
function isWrittenAs(text: string, meaning: unknown): boolean {
  try {
    const read = text.trimStart().startsWith('{') ? (jsonOf(text) ?? readTemplate(text)) : readTemplate(text);
    return JSON.stringify(read) === JSON.stringify(meaning);
  } catch {
    return false;
  }
}

function checkEdit({ path, value, remove }: TemplateEdit): void {
  const refuse = (what: string, remedy: string) => {
    throw new CountersignError('INPUT_INVALID', `set: ${path} ${what}.`, remedy);
  };
  if (remove) {
    if (value !== undefined) refuse('has both value and remove', 'Send {path, value} or {path, remove: true}.');
    return;
  }
  if (value === undefined)
    refuse('has no value', 'Send {path, value}. To remove it, send {path, remove: true}: null does not remove.');
  if (holds(value, (part) => part === null))
    refuse(
      'would contain a null, which CloudFormation does not accept',
      'Leave it out of the value; {path, remove: true} removes a value that is there.',
    );
  if (holds(value, (part) => typeof part === 'number' && Number.isInteger(part) && !Number.isSafeInteger(part)))
    refuse('has a number of more than 15 digits, which JSON clients round', 'Send it as text, in quotes.');
}

const holds = (value: unknown, is: (part: unknown) => boolean): boolean =>
  is(value) || (typeof value === 'object' && value !== null && Object.values(value).some((one) => holds(one, is)));

/** What the text must mean afterwards, computed without looking at the text. */
function changed(meaning: unknown, [key = '', ...rest]: readonly string[], edit: TemplateEdit): unknown {
  const removes = rest.length === 0 && edit.remove === true;
  if (Array.isArray(meaning)) {
    const index = Number(key);
    const next = removes ? [] : [rest.length > 0 ? changed(meaning[index], rest, edit) : edit.value];
    return [...meaning.slice(0, index), ...next, ...meaning.slice(index + 1)];
  }
  const map = isRecord(meaning) ? meaning : {};
  if (removes) return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key));
  const inner = Object.hasOwn(map, key) ? map[key] : undefined;
  return { ...map, [key]: rest.length > 0 ? changed(inner, rest, edit) : edit.value };
}
