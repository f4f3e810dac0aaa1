/**
 * How CloudFormation reads YAML: version 1.1 without timestamps, binary, sets, aliases and hash merges
 * (AWS CloudFormation User Guide, "Template format"). Of two equal keys the last wins, in YAML as in JSON.
 */
import {
  type CollectionTag,
  type Document,
  isScalar,
  LineCounter,
  parseDocument,
  type ScalarTag,
  type Tags,
  visit,
  type YAMLError,
} from 'yaml';

export const SHORT_FORMS =
  'And Base64 Cidr Equals FindInMap GetAtt GetAZs GetStackOutput If ImportValue Join Length Not Or Select Split Sub ToJsonString Transform Ref Condition Contains EachMemberEquals EachMemberIn RefAll ValueOf ValueOfAll'.split(
    ' ',
  );
/** `Fn::Sub` of `Sub`. */
export const longName = (short: string) => (short === 'Ref' || short === 'Condition' ? short : `Fn::${short}`);

function splitGetAtt(value: string): string[] {
  const dot = value.indexOf('.');
  return dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)];
}

type Node = { toJSON(key: unknown, context: unknown): unknown };
const under = (key: string) => (node: unknown) =>
  ({ toJSON: (at: unknown, context: unknown) => ({ [key]: (node as Node).toJSON(at, context) }) }) as never;

/** A tag for each node kind a short form may stand on. */
const shortFormTags: (ScalarTag | CollectionTag)[] = SHORT_FORMS.flatMap((short): (ScalarTag | CollectionTag)[] => {
  const key = longName(short);
  return [
    {
      tag: `!${short}`,
      resolve: (text: string) => ({ [key]: short === 'GetAtt' ? splitGetAtt(text) : text }) as never,
    },
    { tag: `!${short}`, collection: 'seq', resolve: under(key) },
    { tag: `!${short}`, collection: 'map', resolve: under(key) },
  ];
});

const NOT_READ = /:(?:timestamp|binary|omap|pairs|set|merge)$/;
const NUMBER = /^[-+]?(?:0|[1-9][0-9_]*)$/;

const BOOLEAN = { true: /^(?:yes|true|on)$/i, false: /^(?:no|false|off)$/i };

/**
 * The library's YAML 1.1 tags, without what CloudFormation leaves out, and without three readings that nobody who
 * writes a template means: base-60 numbers (`02:00` is a time of day), an account id such as `012345678901` as a
 * decimal number, and a single `y` or `n` as a boolean.
 */
function readTags(tags: Tags): Tags {
  return tags.flatMap((tag): Tags => {
    if (typeof tag !== 'object') return [tag];
    if (NOT_READ.test(tag.tag) || ('format' in tag && tag.format === 'TIME')) return [];
    if (tag.tag.endsWith(':int') && !('format' in tag)) return [asWritten({ ...tag, test: NUMBER } as ScalarTag)];
    if (tag.tag.endsWith(':float')) return [asWritten(onlyNumbers(tag as ScalarTag))];
    if (tag.tag.endsWith(':int')) return [asWritten(tag as ScalarTag)];
    if (!tag.tag.endsWith(':bool')) return [tag];
    const isTrue = 'test' in tag && tag.test?.test('true') === true;
    return [{ ...tag, test: isTrue ? BOOLEAN.true : BOOLEAN.false } as ScalarTag];
  });
}

/**
 * What is no number stays text. The library takes an exponent without digits before it, such as cfn-lint's `E9007`, for
 * a number, which is then NaN (yaml 2.9.1, version 1.1); JSON has none of NaN and infinity either.
 */
function onlyNumbers(tag: ScalarTag): ScalarTag {
  return {
    ...tag,
    resolve(text, ...rest) {
      const read = tag.resolve(text, ...rest);
      return Number.isFinite(isScalar(read) ? read.value : read) ? read : text;
    },
  };
}

/** A number prints as it was written: 987654321987654321 is more than a number of ours can hold. */
function asWritten(tag: ScalarTag): ScalarTag {
  return { ...tag, stringify: (item) => item.source ?? String(item.value) };
}

const OPTIONS = { version: '1.1', uniqueKeys: false, merge: false, strict: true, logLevel: 'silent' } as const;

/** To be changed and printed again: comments, short forms and the digits of numbers stay as written. */
export function editableDocument(text: string): Document {
  return read(text, readTags).document;
}

/**
 * The nodes as written, short forms too, each with its place in `source`: the text, or the text with quoted lines
 * indented as `read` must. With source tokens, so that tags and separators have places.
 */
export function readSource(text: string): { document: Document; source: string } {
  return read(text, readTags, { keepSourceTokens: true });
}

/** A tag that CloudFormation refuses: read as text it would be a value. `rain` replaces its own before it sends a template. */
const FOREIGN_TAG = /^Unresolved tag: !(?!Rain::)/;

/**
 * @returns the document with short forms made long; its first error, where there is one, has line and column.
 */
export function readDocument(text: string): { document: Document; error?: YAMLError } {
  const { document } = read(text, (tags) => [...readTags(tags), ...shortFormTags]);
  const error = document.errors[0] ?? document.warnings.find(({ message }) => FOREIGN_TAG.test(message));
  return error ? { document, error } : { document };
}

const MAX_REPAIRS = 200;
/** Each repair reads the whole text again: of a long one fewer are made. */
const MAX_REPAIRED_CHARACTERS = 2_000_000;

/**
 * A quoted text may go on at the column of its own key: CloudFormation's parser takes that, YAML 1.2's rules do not.
 * Leading blanks of such a line never count, so indenting it changes nothing else.
 */
function read(
  text: string,
  customTags: (tags: Tags) => Tags,
  more: { keepSourceTokens?: boolean } = {},
): { document: Document; source: string } {
  const parse = (source: string) => {
    const options = { ...OPTIONS, ...more, lineCounter: new LineCounter(), customTags };
    const document = parseDocument(source, options) as unknown as Document;
    // A key is its text: `No` names a condition, `012345670123` an account.
    visit(document, {
      Pair: (_key, { key }) => {
        if (isScalar(key) && typeof key.value !== 'string' && key.source !== undefined) key.value = key.source;
      },
    });
    return document;
  };
  const first = { document: parse(text), source: text };
  let { document } = first;
  let lines: string[] | undefined;
  for (let repairs = 0; repairs < MAX_REPAIRS && repairs * text.length < MAX_REPAIRED_CHARACTERS; repairs += 1) {
    const unclosed = document.errors.find(({ message }) => message.startsWith('Missing closing'));
    const line = unclosed?.linePos?.[0].line;
    if (line === undefined) return { document, source: lines?.join('\n') ?? text };
    lines ??= text.split('\n');
    if (lines[line] === undefined) return first;
    const own = /^ */.exec(lines[line - 1] ?? '')![0].length;
    lines[line] = ' '.repeat(own + 1) + lines[line].trimStart();
    document = parse(lines.join('\n'));
  }
  return first;
}
