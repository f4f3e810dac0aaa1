/** By which tables a type is judged, besides what it holds: a word for each, in docs/resource-types.md. */
import { protectedBy } from '../../src/providers/aws/knowledge/deletion-protection.ts';
import { DOCUMENTED } from '../../src/providers/aws/knowledge/documented.ts';
import { conditionalRules } from '../../src/providers/aws/knowledge/live-facts.ts';
import { DEPUTIES, DIRECT, UNBOUNDED } from '../../src/providers/aws/knowledge/marks/deputies-table.ts';
import { EXPOSURE, OPEN_BY_DEFAULT } from '../../src/providers/aws/knowledge/marks/exposure-table.ts';
import { MOVING, PINS } from '../../src/providers/aws/knowledge/marks/pins-table.ts';
import { PROTECTION, PROTECTS } from '../../src/providers/aws/knowledge/marks/protection-table.ts';
import { ACCOUNT_WIDE, REACH } from '../../src/providers/aws/knowledge/marks/reach-table.ts';
import { rowsByType } from '../../src/providers/aws/knowledge/marks/rows.ts';
import { REMOVAL, SLOW_LOSS } from '../../src/providers/aws/knowledge/marks/slow-loss-table.ts';
import { parentProperties } from '../../src/providers/aws/knowledge/parents.ts';
import { sizeProperties } from '../../src/providers/aws/knowledge/sizes.ts';
import { UPGRADES } from '../../src/providers/aws/knowledge/upgrades.ts';

const typesIn = (table: string): string[] => [...rowsByType(table).keys()];
const ofPaths = (paths: readonly string[]): string[] => paths.map((path) => path.slice(0, path.indexOf('.')));

/** Word, what it stands for, the file below src/providers/aws/knowledge, and the types. */
const TABLES: readonly [word: string, meaning: string, file: string, types: Iterable<string>][] = [
  [
    'words',
    'replacements that only AWS’s words tell',
    'documented.ts',
    ofPaths(DOCUMENTED.flatMap((row) => row.properties)),
  ],
  [
    'facts',
    'a fact decides whether an update replaces',
    'live-facts.ts',
    ofPaths(conditionalRules.flatMap((row) => row.properties)),
  ],
  ['upgrade', 'a version that no update lowers again', 'upgrades.ts', Object.keys(UPGRADES)],
  ['size', 'the property that decides the price', 'sizes.ts', sizeProperties.keys()],
  ['deletion protection', 'the property by which a deletion is refused', 'deletion-protection.ts', protectedBy.keys()],
  ['name', 'the parent that its name is unique in', 'parents.ts', parentProperties.keys()],
  [
    'loss',
    'data that expires, capacity and traffic that are cut',
    'marks/slow-loss-table.ts',
    [...typesIn(SLOW_LOSS), ...REMOVAL.keys()],
  ],
  [
    'protection',
    'protections, logs and backups that are switched off',
    'marks/protection-table.ts',
    [...typesIn(PROTECTION), ...PROTECTS],
  ],
  [
    'exposure',
    'what is opened to more people',
    'marks/exposure-table.ts',
    [...typesIn(EXPOSURE), ...OPEN_BY_DEFAULT.map(({ type }) => type)],
  ],
  [
    'deputy',
    'what runs code or calls under a role',
    'marks/deputies-table.ts',
    [...DEPUTIES.keys(), ...DIRECT.keys(), ...UNBOUNDED.keys()],
  ],
  ['reach', 'what changes things outside of the stack', 'marks/reach-table.ts', [...REACH.keys(), ...ACCOUNT_WIDE]],
  [
    'pins',
    'code and values that are read again at execution',
    'marks/pins-table.ts',
    [...PINS, ...MOVING].map(({ type }) => type),
  ],
];

const wordsByType = new Map<string, string[]>();
for (const [word, , , types] of TABLES)
  for (const type of new Set(types)) wordsByType.set(type, [...(wordsByType.get(type) ?? []), word]);

export const judgedBy = (type: string): string => (wordsByType.get(type) ?? []).join(', ');

/** @returns each word, explained, with its source. */
export const legend = (): string[] =>
  TABLES.map(
    ([word, meaning, file]) =>
      `- \`${word}\`: ${meaning} (src/providers/aws/knowledge/${file}, where each row has its source).`,
  );
