/**
 * Who may come in as this user over ssh, and as what: the lines of authorized_keys, and what sshd lets a client set.
 *
 * Guarantees: every key without a forced command, or whose command takes words or variables from the client, is found.
 * Limit: keys that sshd reads elsewhere (AuthorizedKeysCommand, certificates) are said to be unknown, not read.
 */
import { join } from 'node:path';
import type { Finding } from './finding.ts';
import { type Setting, sshdSettings, textIfThere } from './sshd-settings.ts';

export interface Entrance {
  /** Only forced commands of Countersign, and sshd adds nothing to them; null: it could not be found out. */
  isClosed: boolean | null;
  why: string;
  findings: Finding[];
}

const KEY_TYPE = /^(?:ssh-|ecdsa-|sk-|rsa-)/;
/** `NAME=value countersign serve`, or `countersign ssh NAME`; a path before the program, `--home` and `--policy` after it. */
const PROGRAM = /(?:\/[\w./-]+\/)?countersign(?:\.js)?/.source;
const OPTIONS = /(?: --(?:home|policy)[= ][\w./-]+| --sandbox)*/.source;
const SERVING = new RegExp(
  `^(?:[A-Z_]+=[\\w./:-]+ )*COUNTERSIGN_SPONSOR=([\\w-]+) (?:[A-Z_]+=[\\w./:-]+ )*(?:exec )?(?:/[\\w./-]+ )?${PROGRAM}${OPTIONS} serve${OPTIONS}$`,
);
const SIGNING = new RegExp(
  `^(?:[A-Z_]+=[\\w./:-]+ )*(?:exec )?(?:/[\\w./-]+ )?${PROGRAM}${OPTIONS} ssh ([\\w-]+)${OPTIONS}$`,
);

/** @param files sshd's configuration and this user's keys. */
export function entranceAt(files: { config: string; keys: readonly string[] }, people: readonly string[]): Entrance {
  const settings = sshdSettings(files.config);
  const lines = files.keys.flatMap((at) =>
    (textIfThere(at) ?? '').split('\n').flatMap((line, index) => ({ line: line.trim(), at: `${at}:${index + 1}` })),
  );
  const keys = lines.filter(({ line }) => line !== '' && !line.startsWith('#'));
  const findings = [
    ...keys.flatMap(({ line, at }) => findingsOf(line, at, people)),
    ...(settings ?? []).flatMap(setByClients),
  ];
  const elsewhere = settings?.some(
    ({ keyword, values: [first = 'none'] }) => ELSEWHERE.includes(keyword) && first.toLowerCase() !== 'none',
  );
  const isOpen = findings.some(({ weight }) => weight === 'problem');
  if (isOpen) return { isClosed: false, why: 'a key gives more than a forced command of Countersign', findings };
  if (!settings)
    return { isClosed: null, why: `${files.config}, or a file that it includes, cannot be read`, findings };
  if (elsewhere) return { isClosed: null, why: 'sshd also reads keys from elsewhere', findings };
  return { isClosed: true, why: `${keys.length} keys, each with a forced command of Countersign`, findings };
}

const ELSEWHERE = ['authorizedkeyscommand', 'trustedusercakeys'];
const USUAL_FILES = ['.ssh/authorized_keys', '.ssh/authorized_keys2'];

/** The files that sshd reads for this user, and those that it reads for any other. */
export function keyFilesOf(config: string, home: string, user: string): string[] {
  const named = (sshdSettings(config) ?? []).filter(({ keyword }) => keyword === 'authorizedkeysfile');
  const paths = named.flatMap(({ values }) => values);
  return [...(named.some(({ isGlobal }) => isGlobal) ? [] : USUAL_FILES), ...paths]
    .filter((path) => path.toLowerCase() !== 'none')
    .map((path) => path.replaceAll('%h', home).replaceAll('%u', user).replaceAll('%%', '%'))
    .map((path) => (path.startsWith('/') ? path : join(home, path)));
}

const problem = (name: string, what: string, why: string, fix: string, at: string): Finding => ({
  name,
  weight: 'problem',
  what,
  why,
  fix,
  at,
});
const FORCED =
  'command="COUNTERSIGN_SPONSOR=NAME countersign serve",restrict (or command="countersign ssh NAME",restrict for a person who signs)';

function findingsOf(line: string, at: string, people: readonly string[]): Finding[] {
  const options = optionsOf(line);
  const command = options.find(({ name }) => name === 'command')?.value;
  if (command === undefined)
    return [
      problem(
        'shell-by-key',
        'A key of this user has no forced command.',
        'It gives a shell as the user who owns the policy, the ledger and the credentials.',
        `Put this before the key in ${at}: ${FORCED}`,
        at,
      ),
    ];
  const person = SERVING.exec(command)?.[1] ?? SIGNING.exec(command)?.[1];
  if (person === undefined)
    return [
      problem(
        'command-by-key',
        'A key of this user forces another command than Countersign with a fixed person.',
        'A command that takes words or variables from the client lets it choose its sponsor, or more.',
        `Use in ${at}: ${FORCED}`,
        at,
      ),
    ];
  return [
    ...(people.includes(person)
      ? []
      : [
          {
            ...problem(
              'unknown-person',
              `A key is for ${person}, who is not in the policy.`,
              'An agent with it can describe and plan only.',
              `Correct the name in ${at}, or add the person to the policy.`,
              at,
            ),
            weight: 'note' as const,
          },
        ]),
    ...(options.some(({ name }) => name === 'restrict') && !options.some(({ name }) => REOPENING.test(name))
      ? []
      : [
          problem(
            'unrestricted-key',
            `The key of ${person} is not restricted.`,
            'It can forward ports and agents through this host.',
            `Add restrict to its options in ${at}, and nothing that allows forwarding.`,
            at,
          ),
        ]),
    ...(options.some(({ name, value = '' }) => name === 'environment' && !/^(?:TZ|LANG|LC_\w*)=/.test(value))
      ? [
          problem(
            'environment-by-key',
            `The key of ${person} sets variables.`,
            'A variable can name another state folder, policy or program to load.',
            `Delete the environment option in ${at}, and set PermitUserEnvironment no.`,
            at,
          ),
        ]
      : []),
  ];
}

/** Before the key: names, and values in quotes in which `\"` is a quote. */
function optionsOf(line: string): { name: string; value?: string }[] {
  const found: { name: string; value?: string }[] = [];
  let rest = line;
  while (!KEY_TYPE.test(rest)) {
    const option = /^([\w@.-]+)(?:="((?:[^"\\]|\\.)*)")?(,|\s+)/.exec(rest);
    if (!option) return found;
    const [whole, name = '', value] = option;
    found.push({ name: name.toLowerCase(), ...(value === undefined ? {} : { value: value.replaceAll('\\"', '"') }) });
    rest = rest.slice(whole.length).trimStart();
  }
  return found;
}

/** Given besides `restrict`, in whatever order. */
const REOPENING = /-forwarding$|^tunnel$/;

/** Languages, colours and the like. Any other variable may load code or name other files: a forced command stops none. */
const HARMLESS = /^(?:LANG|LANGUAGE|LC_[A-Z_*?]*|TERM|COLORTERM|NO_COLOR|TZ|XMODIFIERS|GIT_PROTOCOL)$/;

function setByClients({ keyword, values, at }: Setting): Finding[] {
  if (keyword === 'acceptenv')
    return values
      .filter((pattern) => !HARMLESS.test(pattern))
      .map((name) =>
        problem(
          'variables-by-client',
          `sshd takes ${name} from clients.`,
          'A client can name another state folder or policy, or make the server load its code.',
          `Delete ${name} from AcceptEnv in ${at}; the sponsor stands in each forced command.`,
          at,
        ),
      );
  if (keyword !== 'permituserenvironment' || values[0]?.toLowerCase() === 'no') return [];
  return [
    problem(
      'variables-by-user',
      'sshd reads variables from the files of users.',
      'They can name another state folder or policy, or make the server load other code.',
      `Set PermitUserEnvironment no in ${at}.`,
      at,
    ),
  ];
}
