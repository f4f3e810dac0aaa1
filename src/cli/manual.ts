/** `man`: the manual page, in roff, of the table of commands. */
import { type Command, DESCRIPTION, GLOBAL_OPTIONS } from './command.ts';
import { aboutFlag, type Flag, flagOf, shown, usageOf } from './command-table.ts';
import { exitRows } from './exit.ts';

/** Environment variables, and what each is for. */
export const VARIABLES: Readonly<Record<string, string>> = {
  COUNTERSIGN_HOME: 'the state folder',
  COUNTERSIGN_LEDGER: 'postgres:// address of a ledger outside of the state folder',
  COUNTERSIGN_POLICY: 'the policy file',
  COUNTERSIGN_SPONSOR: 'the person of the policy whom the agent works for',
  COUNTERSIGN_REVIEW_URL: 'where people find the review page: told to clients that can open it',
  COUNTERSIGN_TEMPLATE_ROOTS: 'folders, with : between, in which an agent may name template files',
  COUNTERSIGN_LOG_LEVEL: 'how much of its work serve logs on standard error: debug, info, warn or error',
  AWS_PROFILE: 'credentials and region, as the AWS SDK reads them; so are AWS_REGION, AWS_ENDPOINT_URL and the others',
  SSH_CONNECTION: 'set by sshd: then COUNTERSIGN_SPONSOR is the person whose key it is',
  SSH_ORIGINAL_COMMAND: 'set by sshd: what countersign ssh is asked for',
  OTEL_LOG_LEVEL: 'how much the exporter of telemetry logs',
  OTEL_NODE_RESOURCE_DETECTORS: 'which attributes of the host telemetry carries',
  OTEL_RESOURCE_ATTRIBUTES: 'attributes of all telemetry',
  OTEL_SDK_DISABLED: 'true: no telemetry, whatever the others say',
  OTEL_SERVICE_NAME: 'the name of the service in traces and metrics',
  NO_COLOR: 'no colors',
  FORCE_COLOR: 'colors where standard output is no terminal too',
};

/** A line of text: nothing in it is a request of roff, and every character has a name that is ASCII. */
function roff(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(
      /[^\x20-\x7e]/gu,
      (character) => `\\[u${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`,
    );
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
const bold = (text: string): string => `\\fB${roff(text)}\\fR`;
const paragraph = (text: string): string[] =>
  text.split('\n').flatMap((line) => (line === '' ? ['.PP'] : ['.br', roff(line)]));
const item = (title: string, text: string): string[] => ['.TP', title, roff(text)];

const flagItem = (flag: Flag): string[] =>
  item(`${bold(flag.name)}${flag.value ? ` ${roff(flag.value)}` : ''}`, aboutFlag(flag));

function commandSection(command: Command): string[] {
  const { summary, options, arguments: given, afterHelp, exits } = command;
  return [
    `.SS ${roff(usageOf(command))}`,
    roff(summary),
    ...given.flatMap(({ syntax, summary: about }) => item(roff(syntax), about)),
    ...options.flatMap((option) => flagItem(flagOf(option))),
    ...(afterHelp ? ['.PP', ...paragraph(afterHelp).slice(1)] : []),
    ...(exits
      ? [
          '.PP',
          roff(
            `Exit: ${exitRows(exits)
              .map(([code, means]) => `${code} ${means}`)
              .join(', ')}.`,
          ),
        ]
      : []),
  ];
}

export function manual(commands: readonly Command[], version: string): string {
  return `${[
    `.TH COUNTERSIGN 1 "" "countersign ${roff(version)}" "User Commands"`,
    // Neither hyphens nor stretched lines: what is copied is what is typed.
    '.nh',
    '.ad l',
    '.SH NAME',
    roff('countersign - signed plans in place of cloud credentials for AI agents'),
    '.SH SYNOPSIS',
    `${bold('countersign')} ${roff('[--home <folder>] [--policy <file>] [--sandbox] <command> [options]')}`,
    '.SH DESCRIPTION',
    roff(DESCRIPTION),
    '.PP',
    roff(
      'Ids of changes and plans may be shortened where their beginning, of at least six characters, is that of one only.',
    ),
    '.SH OPTIONS',
    ...GLOBAL_OPTIONS.flatMap((option) => flagItem(flagOf(option))),
    '.SH COMMANDS',
    ...shown(commands).flatMap(commandSection),
    '.SH EXIT STATUS',
    ...exitRows().flatMap(([code, means]) => item(String(code), means)),
    '.SH ENVIRONMENT',
    ...Object.entries(VARIABLES).flatMap(([name, means]) => item(bold(name), means)),
    '.SH FILES',
    ...item(roff('~/.countersign'), 'the state folder: the ledger, and keys that are made for it'),
    '.SH SEE ALSO',
    `${bold('ssh-keygen')}(1), ${bold('aws')}(1)`,
  ].join('\n')}\n`;
}
