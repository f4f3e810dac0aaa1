/** Results for a person (what differs, and why it was answered so) and for CI (JUnit XML). Pure. */
import type { CaseResult, StepFailure } from './run.ts';

export function resultText(results: readonly CaseResult[]): string {
  const failed = results.filter(({ passed }) => !passed);
  return [
    ...results.map((result) =>
      result.passed
        ? `pass  ${result.name}`
        : [`FAIL  ${result.name} (${result.file}:${result.place})`, ...failureLines(result)].join('\n'),
    ),
    `${results.length - failed.length} of ${results.length} passed.`,
  ].join('\n');
}

const failureLines = ({ file, failures }: CaseResult): string[] =>
  failures.flatMap((failure) => [`      ${failure.what} (${file}:${failure.place})`, ...differenceLines(failure)]);

function differenceLines({ differences, told }: StepFailure): string[] {
  return [
    ...differences.flatMap(({ what, expected, got }) => [
      `        ${what}`,
      `          expected  ${expected}`,
      `          got       ${got}`,
    ]),
    ...told.map((line) => `        told: ${line}`),
  ];
}

/** One suite per file, as Jenkins, GitLab and GitHub's reporters read it. */
export function junitXml(results: readonly CaseResult[]): string {
  const files = [...new Set(results.map(({ file }) => file))];
  const suites = files.map((file) => {
    const inFile = results.filter((result) => result.file === file);
    const cases = inFile.map((result) => {
      const about = attributes({ classname: file, name: result.name, time: result.seconds.toFixed(3) });
      if (result.passed) return `    <testcase${about}/>`;
      const message = result.failures
        .flatMap(({ what, differences }) =>
          differences.map((one) => `${what}: ${one.what} expected ${one.expected}, got ${one.got}`),
        )
        .join('; ');
      return `    <testcase${about}>\n      <failure${attributes({ message })}>${escaped(failureLines(result).join('\n'))}</failure>\n    </testcase>`;
    });
    return `  <testsuite${attributes({ name: file, ...counted(inFile) })}>\n${cases.join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({ name: 'countersign policy test', ...counted(results) })}>\n${suites.join('\n')}\n</testsuites>\n`;
}

const counted = (results: readonly CaseResult[]) => ({
  tests: results.length,
  failures: results.filter(({ passed }) => !passed).length,
  errors: 0,
  time: results.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3),
});

const attributes = (values: Record<string, string | number>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`)
    .join('');

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
/** XML 1.0 has no way to write most control characters and lone surrogates: they become visible. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}');
}
