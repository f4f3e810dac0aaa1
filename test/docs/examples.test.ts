/**
 * The commands that the documentation shows are run: each `sh` block with a countersign command, in the order of its
 * page, by bash, against the simulated cloud. A comment before a block says where it runs, or why it does not:
 *
 *     <!-- run in: empty -->       a new folder without policy and ledger (default: `change`, a fix that waits for bob)
 *     <!-- not run: the reason -->
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { markdown, PAGES } from '../../scripts/docs/pages.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { openTestWorld, proposeFix, STACK } from '../world.ts';

const root = new URL('../..', import.meta.url).pathname;
const GENERATED = /^docs\/(?:commands|guards|resource-types)\.md$|^docs\/results\//;

const COMMAND = /(?:^ *|[|;&] *|ssh \S+ )(?:countersign|cs) /m;

interface Block {
  line: number;
  code: string;
  /** Undefined: it is not run. */
  place: string | undefined;
  reason: string | undefined;
}

function blocksOf(text: string): Block[] {
  const lines = text.split('\n');
  return markdown
    .parse(text, {})
    .filter(({ type, info, content }) => type === 'fence' && /^(?:sh|console)$/.test(info) && COMMAND.test(content))
    .map(({ map, content }) => {
      const line = map?.[0] ?? 0;
      const [, does, what] = /^<!-- (run in|not run): (.+) -->$/.exec(lines[line - 1] ?? '') ?? [];
      return {
        line: line + 1,
        code: content,
        place: does === 'not run' ? undefined : (what ?? 'change'),
        reason: does === 'not run' ? what : undefined,
      };
    });
}

const examples = PAGES.filter((page) => !GENERATED.test(page)).flatMap((page) =>
  blocksOf(readFileSync(join(root, page), 'utf8')).map((block) => ({ page, ...block })),
);

/**
 * A person at a terminal answers these questions; without one, flags do. The answers `needs approval`
 * and `plan only` are no failures.
 */
const WRAPPER = `#!/bin/bash
case "$1 $2" in
  approve*) set -- "$@" --confirm ${STACK} ;;
  "init "|"--sandbox init") set -- "$@" --client claude --environment production --person ann ;;
esac
"${process.execPath}" "${join(root, 'bin/countersign.js')}" --sandbox "$@" || code=$?
case "\${code:-0}" in ${EXIT.needs_approval} | ${EXIT.plan_only}) ;; *) exit \${code:-0} ;; esac
`;
/** The other host is this one: its forced command is the one that docs/team.md gives bob. */
const SSH = `#!/bin/bash
shift
SSH_ORIGINAL_COMMAND="$*" exec countersign ssh bob
`;

/** The short form of docs/debugging.md. */
const CS = `#!/bin/bash
case "$1" in approve) set -- "$@" --confirm ${STACK} ;; esac
exec countersign --policy countersign.policy.yaml "$@"
`;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-docs-'));
  folders.push(folder);
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, '.ssh'), { mode: 0o700 });
  // Each command runs once or twice here: its compiled code is not worth keeping, and is not where others could write it.
  mkdirSync(join(folder, '.cache'));
  chmodSync(join(folder, '.cache'), 0o777);
  mkdirSync(join(folder, 'work', 'your-project'), { recursive: true });
  for (const [name, text] of [
    ['countersign', WRAPPER],
    ['ssh', SSH],
    ['cs', CS],
  ] as const) {
    writeFileSync(join(folder, 'bin', name), text);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  return folder;
}

interface Place {
  folder: string;
  env: Record<string, string>;
  /** The values of the words that stand for something in an example; of a list, one for each occurrence. */
  values: Record<string, string | string[]>;
  close(): void;
}

function emptyPlace(): Place {
  const folder = folderOf();
  return {
    folder,
    env: { COUNTERSIGN_HOME: join(folder, 'state'), COUNTERSIGN_SPONSOR: 'ann' },
    values: { '<your name in the policy>': 'ann' },
    close: () => undefined,
  };
}

const CASE = `sponsor: alice
cases:
  - name: more memory needs an approval
    calls:
      - tool: plan_stack_update
        input: { stack: ${STACK}, set: [{ path: Resources.QueryFunction.Properties.MemorySize, value: 1024 }] }
        expect: { codes: [GUARD_APPROVAL] }
`;
const EDIT = 'guards:\n  rate: { production: 4/h }\n';

/** A repository whose template changes once; nothing of the person's own configuration of git counts. */
function makeRepository(folder: string): void {
  const env = { PATH: process.env.PATH ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], { cwd: folder, env });
  mkdirSync(folder);
  git('init', '-q');
  for (const days of [1, 4]) {
    const queue = { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: days * 86_400 } };
    writeFileSync(join(folder, 'queue.json'), JSON.stringify({ Resources: { Queue: queue } }));
    git('add', '.');
    git('commit', '-q', '-m', `${days} days`);
  }
}

/** The example of a page, written to the file that its commands name. */
const sketch = (): string =>
  markdown
    .parse(readFileSync(join(root, 'docs/policy.md'), 'utf8'), {})
    .find(({ type, content }) => type === 'fence' && content.includes('effects:'))!.content;

/** A fix waits for bob, who sits here: alice is its sponsor. In a place that is `edited`, the policy file is too. */
async function changePlace(edited: boolean): Promise<Place> {
  const world = await openTestWorld();
  const folder = folderOf();
  const work = join(folder, 'work');
  const id = await proposeFix(world);
  for (const name of ['work/bob', 'work/KEY', '.ssh/id_ed25519', '.ssh/id_ed25519_sk']) {
    cpSync(world.keyOf('bob'), join(folder, name));
    cpSync(`${world.keyOf('bob')}.pub`, join(folder, `${name}.pub`));
  }
  const publicKeys = Object.fromEntries(
    ['dave', 'second', 'new', 'erin'].map((name) => [name, world.publicKeyOf(name)] as const),
  );
  for (const name of ['dave', 'second', 'new']) writeFileSync(join(work, `${name}.pub`), `${publicKeys[name]}\n`);
  writeFileSync(join(work, 'allowed_signers'), `erin ${publicKeys.erin}\n`);
  writeFileSync(join(work, 'countersign.policy.yaml'), world.policyText + (edited ? EDIT : ''));
  writeFileSync(join(work, 'new.policy.yaml'), world.policyText + EDIT);
  writeFileSync(join(work, 'fix.countersign-test.yaml'), CASE);
  writeFileSync(join(work, 'sketch.yaml'), sketch());
  makeRepository(join(folder, 'infrastructure'));
  for (const name of ['policy.example.yaml', 'examples'])
    cpSync(join(root, name), join(work, name), {
      recursive: true,
      filter: (path) => !/node_modules|cdk\.out/.test(path),
    });
  return {
    folder,
    env: { COUNTERSIGN_HOME: world.home, COUNTERSIGN_POLICY: join(work, 'countersign.policy.yaml') },
    values: { 'chg_…': id, ID: id, 'SHA256:…': ['dave', 'second'].map((name) => fingerprint(publicKeys[name]!)) },
    close: () => world.close(),
  };
}

const fingerprint = (publicKey: string): string =>
  `SHA256:${createHash('sha256')
    .update(Buffer.from(publicKey.split(' ')[1] ?? '', 'base64'))
    .digest('base64')
    .replaceAll('=', '')}`;

const filledIn = (code: string, values: Place['values']): string =>
  Object.entries(values).reduce(
    (text, [word, value]) =>
      text.replaceAll(new RegExp(`(?<![\\w-])${RegExp.escape(word)}(?![\\w-])`, 'g'), () =>
        typeof value === 'string' ? value : (value.shift() ?? word),
      ),
    code,
  );

function run(code: string, { folder, env }: Place): Promise<string> {
  const variables = {
    PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
    HOME: folder,
    USER: 'bob',
    LOGNAME: 'bob',
    ...env,
  };
  return new Promise((resolve, reject) => {
    // No standard input: bash reads its start files when that is a socket, as it is from sshd.
    const bash = spawn('bash', ['-euo', 'pipefail', '-c', code], {
      cwd: join(folder, 'work'),
      env: variables,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: string[] = [];
    for (const stream of [bash.stdout, bash.stderr])
      stream.on('data', (part: Buffer) => void said.push(part.toString()));
    bash.on('error', reject);
    bash.on('close', (exit) =>
      resolve(exit === 0 ? 'every command passed' : `exit ${exit}\n${code}\n${said.join('')}`),
    );
  });
}

describe('examples of the documentation', () => {
  const runnable = examples.filter(({ place }) => place !== undefined);
  it('are found, and most are run', () => expect(runnable.length).toBeGreaterThan(examples.length / 2));

  it('name a reason where they are not run', () =>
    expect(examples.filter(({ reason }) => reason !== undefined && reason.split(' ').length < 3)).toEqual([]));

  const places = Map.groupBy(runnable, ({ page, place }) => `${page}, ${place}`);
  it.each([...places.keys()])(
    '%s',
    async (name) => {
      const blocks = places.get(name) ?? [];
      const place = blocks[0]?.place?.startsWith('empty')
        ? emptyPlace()
        : await changePlace(blocks[0]?.place?.endsWith('edited') === true);
      try {
        for (const { line, code } of blocks)
          expect(await run(filledIn(code, place.values), place), `line ${line}`).toBe('every command passed');
      } finally {
        place.close();
      }
    },
    60_000,
  );
});
