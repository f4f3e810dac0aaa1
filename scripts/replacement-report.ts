/**
 * `npm run campaign:replacement`: our verdict against cfn-lint's createOnlyProperties, an independent source; every
 * difference, in classes, in docs/results/replacement-vs-cfn-lint.md. Needs python3 with cfn-lint.
 */

import { writeFileSync } from 'node:fs';
import { loadKnowledge } from '../src/providers/aws/knowledge/index.ts';
import type { Replacement } from '../src/providers/aws/knowledge/replacement.ts';
import { commitOf, machine } from './seen-on.ts';
import { readCfnLint } from './tables/cfn-lint.ts';
import { readServiceSpec, serviceSpecVersion } from './tables/service-spec.ts';
import type { Mark } from './tables/shapes.ts';
import { lookUp } from './tables/shapes.ts';

const cfnLint = readCfnLint();
if (!cfnLint) throw new Error('python3 has no cfn-lint here. Install it (pip install cfn-lint) and run this again.');
const knowledge = await loadKnowledge();
const specification = readServiceSpec();

interface Difference {
  path: string;
  ours: Replacement;
  theirs: Mark;
  specification: Mark | 'unknown';
}

/** A class of differences: which, and why they are no mistake of the index, or what a reader must know. */
const CLASSES: { title: string; why: string; holds: (difference: Difference) => boolean }[] = [
  {
    title: 'create-only in cfn-lint, milder in our index',
    why: 'Must be empty: the stricter wins.',
    holds: ({ ours, theirs }) => theirs === 'always' && ours !== 'always',
  },
  {
    title: 'conditional in cfn-lint, never or unknown in our index',
    why: 'Must be empty: the stricter wins.',
    holds: ({ ours, theirs }) => theirs === 'conditional' && (ours === 'never' || ours === 'unknown'),
  },
  {
    title: 'conditional in cfn-lint, always in our index',
    why: 'The service specification says that an update replaces. The condition is not in the data, so the stricter one counts.',
    holds: ({ ours, theirs }) => theirs === 'conditional' && ours === 'always',
  },
  {
    title: 'updatable in cfn-lint, unknown in our index',
    why: 'An identifier, or an attribute in the specification: only AWS sets it, whatever a region’s schema says.',
    holds: ({ ours, theirs }) => theirs === 'never' && ours === 'unknown',
  },
  {
    title: 'updatable in cfn-lint, a part of it replaces in our index',
    why: 'Only the service specification marks the part, which is a property of a nested definition.',
    holds: ({ ours, theirs, specification }) =>
      theirs === 'never' && ours === 'conditional' && specification === 'never',
  },
  {
    title: 'updatable in cfn-lint, conditional in our index',
    why: 'From the service specification, mostly where the documentation has "Some interruptions".',
    holds: ({ ours, theirs }) => theirs === 'never' && ours === 'conditional',
  },
  {
    title: 'updatable in cfn-lint, always in our index',
    why: 'From the service specification, whose schemas are newer than cfn-lint\'s, or which has the documentation\'s word for it\n(by hand, in November 2026: 96 of 113 are "Replacement" in the CloudFormation user guide of December 2023, 7 are not, 10 are not there).',
    holds: ({ ours, theirs }) => theirs === 'never' && ours === 'always',
  },
];

const found: Difference[][] = CLASSES.map(() => []);
let compared = 0;
let agreed = 0;
for (const [type, names] of cfnLint.properties) {
  const readOnly = new Set(cfnLint.readOnly.get(type));
  const marks = new Map(
    cfnLint.marks.get(type)!.map(({ path, mark }) => [path.filter((n) => n !== '*').join('.'), mark]),
  );
  for (const path of new Set([...names.filter((name) => !readOnly.has(name)), ...marks.keys()])) {
    const theirs = marks.get(path) ?? 'never';
    const ours = knowledge.replacementOf(type, path);
    compared += 1;
    // A property with a nested part that replaces is conditional here as a whole, and the part has a row of its own.
    const inPart = theirs === 'never' && [...marks.keys()].some((other) => other.startsWith(`${path}.`));
    if (ours === theirs || (inPart && ours === 'conditional')) agreed += 1;
    else {
      const specified = lookUp(specification.get(type)?.properties, path.split('.'));
      const difference = { path: `${type}.${path}`, ours, theirs, specification: specified };
      const index = CLASSES.findIndex(({ holds }) => holds(difference));
      if (index < 0) throw new Error(`No class for ${JSON.stringify(difference)}. Add one that explains it.`);
      found[index]!.push(difference);
    }
  }
}

const commit = commitOf();
const total = [...cfnLint.marks.values()].flat();
const lines = [
  "# Replacement verdicts against cfn-lint's createOnlyProperties",
  '',
  `\`npm run campaign:replacement\` at ${commit}, ${machine()}.`,
  `Sources: cfn-lint ${cfnLint.version} (${cfnLint.marks.size} types of all regions: ${total.filter(({ mark }) => mark === 'always').length} create-only`,
  `and ${total.filter(({ mark }) => mark === 'conditional').length} conditionally create-only properties), @aws-cdk/aws-service-spec ${serviceSpecVersion()}.`,
  '',
  `Every top-level property of every type there, and every nested one that it marks: ${compared} compared, ${agreed} the same,`,
  `${compared - agreed} different. The index is made of both sources and the stricter wins, so what counts is that the second and third`,
  'class below are empty. The last column is what the service specification alone says.',
  '',
  ...CLASSES.flatMap(({ title, why }, index) => {
    const rows = found[index]!;
    const table = ['| property | here | cfn-lint | specification |', '|---|---|---|---|'];
    const row = (each: Difference) => `| \`${each.path}\` | ${each.ours} | ${each.theirs} | ${each.specification} |`;
    return [
      `## ${index + 1}. ${title}: ${rows.length}`,
      '',
      why,
      '',
      ...(rows.length > 0 ? [...table, ...rows.map(row), ''] : []),
    ];
  }),
];
lines.push(...regional(), ...onlyOneSource());
lines.push(
  '## The third source',
  '',
  "AWS's own words, of the User Guide and of the specification: docs/results/documentation.md.",
  '',
);
writeFileSync('docs/results/replacement-vs-cfn-lint.md', lines.join('\n'));
console.log(CLASSES.map(({ title }, index) => `${found[index]!.length} ${title}`).join('\n'));
console.log(`${compared} compared, ${agreed} the same`);

/** What some regions' schemas mark and others' do not: it counts everywhere. */
function regional(): string[] {
  const marked = [...cfnLint!.marks].flatMap(([type, marks]) =>
    marks
      .filter(({ regions, of }) => regions < of)
      .map(({ path, mark, regions, of }) => ({ path: `${type}.${path.join('.')}`, mark, regions, of })),
  );
  return [
    `## Marked in some regions only: ${marked.length}`,
    '',
    'A schema that lags behind, or a region where the service can do less. The stricter counts in every region.',
    '',
    '| property | mark | regions |',
    '|---|---|---|',
    ...marked.map(({ path, mark, regions, of }) => `| \`${path}\` | ${mark} | ${regions} of ${of} |`),
    '',
  ];
}

/** Properties of types that both sources have. Each is known; what the other does not have cannot disagree. */
function onlyOneSource(): string[] {
  const theirs: string[] = [];
  const specified: string[] = [];
  for (const [type, names] of cfnLint!.properties) {
    const known = specification.get(type);
    if (!known) continue;
    const settable = names.filter((name) => knowledge.hasProperty(type, name));
    theirs.push(...settable.filter((name) => !known.properties.has(name)).map((name) => `${type}.${name}`));
    specified.push(
      ...[...known.properties.keys()].filter((name) => !names.includes(name)).map((name) => `${type}.${name}`),
    );
  }
  const types = [...cfnLint!.properties.keys()];
  const list = (paths: string[]) => paths.map((path) => `\`${path}\``).join(', ');
  return [
    '## Properties that one source alone has',
    '',
    `Known all the same. cfn-lint alone: ${list(theirs) || 'none'}. The specification alone: ${specified.length} of types that both have: ${list(specified)}.`,
    '',
    `Types that cfn-lint alone has: ${list(types.filter((type) => !specification.has(type))) || 'none'}; the specification alone has ${[...specification.keys()].filter((type) => !types.includes(type)).length}.`,
    '',
  ];
}
