/** Our verdict on each property that the documentation speaks of, in classes: where they differ, and why. */
import {
  conditionalRule,
  documentedReplacement,
  interruptsOf,
  loadKnowledge,
} from '../../src/providers/aws/knowledge/index.ts';
import type { Replacement } from '../../src/providers/aws/knowledge/replacement.ts';
import type { CfnLint } from '../tables/cfn-lint.ts';
import { openServiceSpec } from '../tables/service-spec.ts';
import type { GuideLine } from '../tables/user-guide.ts';
import { readWords, type Words } from '../tables/words.ts';
import { saysOtherwise } from '../tables/words-judged.ts';

export interface Row {
  path: string;
  /** In AWS's words. */
  says: string;
  ours: Replacement;
  why: string;
}
export interface Finding {
  title: string;
  why: string;
  rows: Row[];
  mustBeEmpty?: true;
  /** Only their number is told. */
  counted?: true;
}

const knowledge = await loadKnowledge();
const STRICTNESS: Replacement[] = ['never', 'unknown', 'conditional', 'always'];

/** What a plan says of an update of the property: the index and the documented words, the stricter wins. */
export function verdictOn(type: string, path: string): Replacement {
  const both = [knowledge.replacementOf(type, path), documentedReplacement(type, path)] as const;
  return STRICTNESS.indexOf(both[0]) >= STRICTNESS.indexOf(both[1]) ? both[0] : both[1];
}

interface GuideRow extends Row, GuideLine {}
interface GuideClass extends Omit<Finding, 'rows'> {
  holds: (row: GuideRow) => boolean;
}

const says = (row: GuideRow, word: string) => row.requires.startsWith(word);
/** The part of it that replaces has a verdict of its own, and the other parts update in place. */
const PARTLY = new Set(['AWS::MWAA::Environment.NetworkConfiguration']);
const isLowered = ({ type, property }: GuideRow) => conditionalRule(type, property) !== undefined;

const GUIDE_CLASSES: readonly GuideClass[] = [
  {
    title: 'the same',
    why: '"Replacement" and `always`, "No interruption" and `never`.',
    counted: true,
    holds: (row) =>
      (says(row, 'Replacement') && row.ours === 'always') || (says(row, 'No interruption') && row.ours === 'never'),
  },
  {
    title: '"Replacement", conditional here, and judged as a replacement',
    why: 'No fact lowers these: what may replace counts as a replacement.',
    holds: (row) => says(row, 'Replacement') && row.ours === 'conditional' && !isLowered(row),
  },
  {
    title: 'milder: "Replacement", and not always here',
    why: 'Must be empty: the stricter wins.',
    mustBeEmpty: true,
    holds: (row) => says(row, 'Replacement'),
  },
  {
    title: '"Some interruptions", which is conditional replacement or an interruption here too',
    why: 'The same words stand for both.',
    counted: true,
    holds: (row) =>
      says(row, 'Some interruptions') && (row.ours !== 'never' || interruptsOf(row.type, row.property) !== 'no'),
  },
  {
    title: '"Some interruptions", and no interruption here',
    why: 'Rules of a security group and the encryption key of a table change while traffic and requests go on: the words are what CloudFormation calls an update with side effects. Nothing is replaced or away.',
    holds: (row) => says(row, 'Some interruptions'),
  },
  {
    title: '"Updates are not supported"',
    why: 'CloudFormation refuses the update, so nothing is lost. Where a newer source says that it replaces, or the type stores data, it counts as a replacement here; tags are updated in place by now.',
    holds: (row) => says(row, 'Updates are not supported'),
  },
  {
    title: 'stricter: "No interruption", and it may replace here',
    why: 'Each with the source that says so. The guide is of 2023.',
    holds: (row) => says(row, 'No interruption') && (row.ours === 'always' || row.ours === 'conditional'),
  },
  {
    title: 'unknown here',
    why: 'Must be empty: the property is in the tables.',
    mustBeEmpty: true,
    holds: () => true,
  },
];

export function againstGuide(guide: readonly GuideLine[], cfnLint: CfnLint): Finding[] {
  marks ??= specificationMarks();
  const known = marks;
  const rows = guide
    .filter(({ type, property }) => knowledge.hasProperty(type, property))
    .map((line): GuideRow => {
      const path = `${line.type}.${line.property}`;
      return {
        ...line,
        path,
        says: line.requires,
        ours: verdictOn(line.type, line.property),
        why: PARTLY.has(path)
          ? 'a part of it replaces (SubnetIds); the guide says so of its parts too'
          : sourceOf(line, known, cfnLint),
      };
    });
  return classed(GUIDE_CLASSES, rows);
}

let marks: ReadonlyMap<string, string> | undefined;

/** The source of a verdict that is not `never`. */
function sourceOf({ type, property }: GuideLine, marks: ReadonlyMap<string, string>, cfnLint: CfnLint): string {
  const path = `${type}.${property}`;
  const mark = marks.get(path);
  const lint = (cfnLint.marks.get(type) ?? []).filter(({ path: [name] }) => name === property);
  const where = lint.some(({ regions, of }) => regions < of) ? ', in some regions' : '';
  const rule = conditionalRule(type, property);
  return [
    ...(mark === undefined ? [] : [`marked in the specification (${mark})`]),
    ...(lint.length > 0
      ? [`${lint.some(({ path: { length } }) => length === 1) ? '' : 'a part is '}create-only in cfn-lint${where}`]
      : []),
    ...(documentedReplacement(type, property) === 'never' ? [] : ['the documentation’s words']),
    ...(rule === undefined ? [] : [`decided by the fact ${rule.fact}`]),
  ].join('; ');
}

function specificationMarks(): Map<string, string> {
  const found = new Map<string, string>();
  const db = openServiceSpec();
  for (const { cloudFormationType, properties, additionalReplacementProperties = [] } of db.all('resource')) {
    for (const [name, { causesReplacement = 'no' }] of Object.entries(properties))
      if (causesReplacement !== 'no') found.set(`${cloudFormationType}.${name}`, causesReplacement);
    for (const [name] of additionalReplacementProperties) found.set(`${cloudFormationType}.${name}`, 'a part: yes');
    for (const name of Object.keys(properties))
      if (
        !found.has(`${cloudFormationType}.${name}`) &&
        knowledge.replacementOf(cloudFormationType, name) === 'conditional'
      )
        found.set(`${cloudFormationType}.${name}`, 'a part: yes or maybe');
  }
  return found;
}

interface WordRow extends Row, Words {}
interface WordClass extends Omit<Finding, 'rows'> {
  holds: (row: WordRow) => boolean;
}

const WORD_CLASSES: readonly WordClass[] = [
  {
    title: 'always replaces here',
    why: 'A mark says so too.',
    counted: true,
    holds: ({ ours }) => ours === 'always',
  },
  {
    title: 'conditional here, by a mark',
    why: 'A mark says so too.',
    counted: true,
    holds: ({ path, ours }) => ours === 'conditional' && documentedOf(path) === 'never',
  },
  {
    title: 'conditional here, by the words alone',
    why: 'No schema marks them; src/providers/aws/knowledge/documented.ts has each with its source.',
    holds: ({ ours }) => ours === 'conditional',
  },
  {
    title: 'updated in place here, since the words speak of something else',
    why: 'Read one by one.',
    holds: ({ path }) => saysOtherwise(path) !== undefined,
  },
  {
    title: 'milder: the words say that it replaces or cannot change, and it is updated in place here',
    why: 'Must be empty: `npm run tables` refuses such a property until somebody has read it.',
    mustBeEmpty: true,
    holds: () => true,
  },
];

const parted = (path: string): [string, string] => {
  const dot = path.indexOf('.');
  return [path.slice(0, dot), path.slice(dot + 1)];
};
const documentedOf = (path: string) => documentedReplacement(...parted(path));

let words: Words[] | undefined;

export function againstWords(): Finding[] {
  words ??= readWords();
  const rows = words.map(
    (words): WordRow => ({ ...words, ours: verdictOn(...parted(words.path)), why: saysOtherwise(words.path) ?? '' }),
  );
  return classed(WORD_CLASSES, rows);
}

/** Properties whose words nobody has judged: neither marked, nor documented as replacing, nor about something else. */
export const unjudgedWords = (): string[] =>
  againstWords()
    .find(({ mustBeEmpty }) => mustBeEmpty)!
    .rows.map(({ path }) => path);

/** Each row in the first class that holds. */
function classed<R extends Row>(
  classes: readonly (Omit<Finding, 'rows'> & { holds: (row: R) => boolean })[],
  rows: R[],
) {
  const groups = Map.groupBy(rows, (row) => classes.findIndex(({ holds }) => holds(row)));
  return classes.map(({ holds: _, ...rest }, index): Finding => ({ ...rest, rows: groups.get(index) ?? [] }));
}
