/**
 * `npm run campaign:mutation`: every guard and the pipeline with one thing changed at a time; which changes does no
 * test see? docs/results/mutation.md says so, each survivor with a reason (`mutation/survivors.ts`).
 *
 * `-- --report` writes the page again from the last reports, without running anything.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { survivors } from './mutation/survivors.ts';

interface Mutant {
  mutatorName: string;
  replacement: string;
  status: 'Killed' | 'Survived' | 'Timeout' | 'NoCoverage' | 'RuntimeError' | 'Ignored';
  location: { start: { line: number; column: number }; end: { line: number; column: number } };
}
interface Report {
  files: Record<string, { source: string; mutants: Mutant[] }>;
}
const PARTS = [
  { name: 'guards', what: '`guards/`' },
  { name: 'core', what: 'What the pipeline is made of' },
  { name: 'road', what: 'The pipeline itself' },
  { name: 'terraform', what: 'Workspaces: what is refused, what became of an apply, and marks by tables' },
];

if (!process.argv.includes('--report'))
  for (const { name } of PARTS)
    execFileSync('npx', ['stryker', 'run', `scripts/mutation/${name}.stryker.json`], { stdio: 'inherit' });

const cell = (text: string) =>
  `\`${text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('`', 'ˋ').slice(0, 110)}\``;
const count = (mutants: readonly Mutant[], ...statuses: Mutant['status'][]) =>
  mutants.filter(({ status }) => statuses.includes(status)).length;
function row(name: string, mutants: readonly Mutant[]): string {
  const found = count(mutants, 'Killed', 'Timeout');
  const valid = found + count(mutants, 'Survived', 'NoCoverage');
  const numbers = [
    count(mutants, 'Killed'),
    count(mutants, 'Timeout'),
    count(mutants, 'Survived'),
    count(mutants, 'NoCoverage'),
    count(mutants, 'RuntimeError'),
    count(mutants, 'Ignored'),
  ];
  return `| ${name} | ${numbers.join(' | ')} | ${valid === 0 ? '–' : `${((100 * found) / valid).toFixed(1)} %`} |`;
}

/** What stood where the mutant is, and the line that it stands on. */
function placeOf(source: string, { start, end }: Mutant['location']): { text: string; line: string } {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const line = lines[0] ?? '';
  const last = lines.length - 1;
  const cut = lines.map((text, index) =>
    text.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : undefined),
  );
  return { text: cut.join('\n'), line };
}

const unexplained: string[] = [];
function survivorRow(file: string, source: string, mutant: Mutant): string {
  const { text, line } = placeOf(source, mutant.location);
  const reason = survivors.find(
    (survivor) =>
      survivor.file === file &&
      line.includes(survivor.line) &&
      (survivor.to === undefined || mutant.replacement.replaceAll(/\s+/g, ' ').includes(survivor.to)),
  );
  if (!reason) unexplained.push(`${file}:${mutant.location.start.line} ${text} → ${mutant.replacement}`);
  return `| ${file}:${mutant.location.start.line} | ${cell(text)} | ${cell(mutant.replacement)} | ${reason?.why ?? '**open**'} |`;
}

const HEAD = '| file | killed | timed out | survived | not covered | no valid program | text, not mutated | found |';
const parts = PARTS.map(({ name, what }) => {
  const { files } = JSON.parse(readFileSync(`reports/mutation/${name}.json`, 'utf8')) as Report;
  return { what, files: Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)) };
});
const all = parts.flatMap(({ files }) => files.flatMap(([, { mutants }]) => mutants));
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const lines = [
  '# Mutation testing of the guards and of the pipeline',
  '',
  `\`npm run campaign:mutation\` (Stryker) at ${commit}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB, one test runner.`,
  '',
  '- *Found* = (killed + timed out) ÷ (those + survived + not covered).',
  '- Text for people is not mutated (`scripts/mutation/text-for-people.mjs`): literals and template literals that contain a space, the sentences of the catalogue (`rule`, `normally`, `told`), and conditions that only choose between two texts. All deciding code is mutated.',
  '- For guards, the tests of `test/guards` count, except the property tests and the sequences (they would kill mutants by luck) and the comparison with `docs/guards.md` (it would kill every mutant of an option). For the pipeline only `test/core` counts (for its parts, the tests that do not open a sandbox); attack, protocol and contract tests are not counted.',
  '- A test is run again in the same process with each mutant that it reaches (`scripts/mutation/matrix.setup.ts`; its hooks too, and once without a mutant, to see that it can be run twice). Code that runs while a file is loaded (schemas, tables) gets a new process for each mutant, with all tests.',
  '- *No valid program*: the mutant failed while its file was being loaded, so that no test could run. Not counted.',
  '',
  HEAD,
  '|---|---|---|---|---|---|---|---|',
  ...parts.flatMap(({ what, files }) => [
    ...files.map(([file, { mutants }]) => row(file, mutants)),
    row(
      `**${what}**`,
      files.flatMap(([, { mutants }]) => mutants),
    ),
  ]),
  row('**all**', all),
  '',
  '## Survivors, and why each may live',
  '',
  '| where | what stands there | what it became | why no test sees it |',
  '|---|---|---|---|',
  ...parts.flatMap(({ files }) =>
    files.flatMap(([file, { source, mutants }]) =>
      mutants
        .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
        .map((mutant) => survivorRow(file, source, mutant)),
    ),
  ),
  '',
];
writeFileSync('docs/results/mutation.md', lines.join('\n'));
console.log([HEAD, ...lines.filter((line) => line.startsWith('| **'))].join('\n'));
console.log(`${unexplained.length} survivors without a reason`);
for (const one of unexplained) console.log(one);
if (unexplained.length > 0) process.exitCode = 1;
