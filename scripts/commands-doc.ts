/** `npm run docs:commands`: writes docs/commands.md from the table of commands. The page: `commandsPage`. */
import { writeFileSync } from 'node:fs';
import { type Command, GLOBAL_OPTIONS } from '../src/cli/command.ts';
import { aboutFlag, type Flag, flagOf, shown, usageOf } from '../src/cli/command-table.ts';
import { commands } from '../src/cli/commands/index.ts';
import { exitRows } from '../src/cli/exit.ts';
import { VARIABLES } from '../src/cli/manual.ts';

export const PAGE = new URL('../docs/commands.md', import.meta.url);

const INTRODUCTION = `# Commands

Generated from \`src/cli/commands/\` by \`npm run docs:commands\`; do not edit. \`countersign man | man -l -\` shows the same as
a manual page, \`countersign COMMAND --help\` one command.

**Ids.** A change or plan may be named by the beginning of its id, if it has at least six characters after \`chg_\` or
\`plan_\` and only one id begins so: \`countersign show chg_4f09ac\`. A beginning that fits two is refused with both listed;
no command guesses.

**Output.** At a terminal, text fits its width, and a line that goes on carries a \`│\` where names or words of others can
be in it. Commands to copy are broken only after a backslash. Colors are shown at a terminal only; \`NO_COLOR\` turns them
off, \`FORCE_COLOR\` on. Work that takes longer than a second tells what it does on standard error, at a terminal only.
\`--json\` prints the same as data, with exact times.

**Completion.** \`countersign completion bash|zsh|fish\` prints the script; it completes ids, people, accounts and guards of
the state folder too.
`;

const cellOf = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '\\<').replaceAll('\n', ' ');
const table = (head: string, rows: readonly string[]): string[] =>
  rows.length === 0 ? [] : ['', head, head.replaceAll(/[^|]+/g, '---'), ...rows];
const flagRow = (flag: Flag): string =>
  `| \`${flag.name}${flag.value ? ` ${flag.value}` : ''}\` | ${cellOf(aboutFlag(flag))} |`;

function section(command: Command): string[] {
  const { summary, options, arguments: given, afterHelp, exits = {} } = command;
  const rows = [
    ...given.map(({ syntax, summary: about }) => `| \`${syntax}\` | ${cellOf(about)} |`),
    ...options.map((option) => flagRow(flagOf(option))),
  ];
  return [
    `## ${command.name}`,
    '',
    `\`${usageOf(command)}\``,
    '',
    `${summary[0]!.toUpperCase()}${summary.slice(1)}.`,
    ...table('| option | meaning |', rows),
    ...(afterHelp ? ['', '```text', afterHelp, '```'] : []),
    '',
    `Exit: ${exitRows(exits)
      .map(([code, means]) => `\`${code}\` ${means}`)
      .join(' · ')}`,
    '',
  ];
}

export function commandsPage(): string {
  return [
    INTRODUCTION,
    '## Options of every command',
    ...table(
      '| option | meaning |',
      GLOBAL_OPTIONS.map((option) => flagRow(flagOf(option))),
    ),
    '',
    '## Exit codes',
    ...table(
      '| code | meaning |',
      exitRows().map(([code, means]) => `| \`${code}\` | ${means} |`),
    ),
    '',
    '## Environment',
    ...table(
      '| variable | meaning |',
      Object.entries(VARIABLES).map(([name, means]) => `| \`${name}\` | ${cellOf(means)} |`),
    ),
    '',
    ...shown(commands).flatMap(section),
  ].join('\n');
}

if (import.meta.main) writeFileSync(PAGE, commandsPage());
