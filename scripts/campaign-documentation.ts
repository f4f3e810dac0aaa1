/**
 * `npm run campaign:documentation -- GUIDE`: our verdict against what AWS writes: the "Update requires" lines of the
 * CloudFormation User Guide, and the words of the service specification's own text. Result: docs/results/documentation.md.
 *
 * GUIDE: a folder with the guide's pages, a git directory that has them, or a URL to clone; by default the public
 * repository of the guide. The pages are read from a temporary folder and never kept.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { againstGuide, againstWords, type Finding } from './documentation/compare.ts';
import { commitOf, machine } from './seen-on.ts';
import { readCfnLint } from './tables/cfn-lint.ts';
import { serviceSpecVersion } from './tables/service-spec.ts';
import { readGuide } from './tables/user-guide.ts';

/** The last commit that has the pages: the guide of December 2023, the last that AWS published so. */
const COMMIT = '19dc52cd';
const PUBLIC = 'https://github.com/awsdocs/aws-cloudformation-user-guide';

const given = process.argv[2] ?? PUBLIC;
const temporary = mkdtempSync(join(tmpdir(), 'user-guide-'));
try {
  const guide = readGuide(pagesOf(given));
  if (guide.length === 0) throw new Error(`${given} has no pages with "Update requires" lines.`);
  const cfnLint = readCfnLint();
  if (!cfnLint) throw new Error('python3 has no cfn-lint here. Install it (pip install cfn-lint) and run this again.');
  const lines = againstGuide(guide, cfnLint);
  const words = againstWords();
  writeFileSync('docs/results/documentation.md', page(guide.length, lines, words, cfnLint.version));
  for (const [name, findings] of Object.entries({ guide: lines, words }))
    console.log(`${name}: ${findings.map(({ title, rows }) => `${rows.length} ${title}`).join('; ')}`);
  if ([...lines, ...words].some(({ mustBeEmpty, rows }) => mustBeEmpty && rows.length > 0)) process.exitCode = 1;
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

function pagesOf(place: string): string {
  if (existsSync(join(place, 'doc_source'))) return join(place, 'doc_source');
  if (existsSync(place) && readdirSync(place).some((name) => name.endsWith('.md'))) return place;
  const repository = existsSync(place) ? place : join(temporary, 'repository');
  if (repository !== place) execFileSync('git', ['clone', '--quiet', '--bare', place, repository]);
  const archive = execFileSync('git', ['-C', repository, 'archive', COMMIT, 'doc_source'], { maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', temporary], { input: archive });
  return join(temporary, 'doc_source');
}

function page(lineCount: number, lines: readonly Finding[], words: readonly Finding[], lint: string): string {
  const commit = commitOf();
  const section = ({ title, why, rows, counted }: Finding) => [
    `### ${title}: ${rows.length}`,
    '',
    why,
    '',
    ...(rows.length === 0 || counted
      ? []
      : ['| property | AWS writes | here | why |', '|---|---|---|---|', ...rows.map(row), '']),
  ];
  return [
    '# Verdicts against the documentation',
    '',
    `\`npm run campaign:documentation\` at ${commit}, ${machine()}.`,
    `Sources: awsdocs/aws-cloudformation-user-guide ${COMMIT} (December 2023), @aws-cdk/aws-service-spec ${serviceSpecVersion()},`,
    `cfn-lint ${lint}. The pages are fetched for the run and are no part of this repository.`,
    '',
    'Verdicts: `always` replaces; `conditional` may replace, and counts as a replacement unless a fact decides otherwise; `never`',
    'updates in place. The stricter of all sources counts.',
    '',
    '## "Update requires" in the CloudFormation User Guide',
    '',
    `${lineCount} lines of properties of resources; ${total(lines)} of them are of properties that still exist.`,
    '',
    ...lines.flatMap(section),
    '## Words of the service specification',
    '',
    `${total(words)} properties, nested ones too, whose text speaks of a replacement, of recreating, or of what cannot be changed.`,
    '',
    ...words.flatMap(section),
  ].join('\n');
}

function total(findings: readonly Finding[]): number {
  return findings.reduce((sum, { rows }) => sum + rows.length, 0);
}

function row({ path, says, ours, why }: Finding['rows'][number]): string {
  return `| \`${path}\` | ${says.replaceAll('|', '\\|')} | ${ours} | ${why} |`;
}
