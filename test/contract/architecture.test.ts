import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import { tools } from '../../tools/index.ts';
import { LIMITS } from './limits.ts';

const root = new URL('../..', import.meta.url).pathname;
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
const importsOf = (file: string) =>
  [...read(file).matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)'|\bimport\('([^']+)'/gm)].map(
    ([, named, lazy]) => (named ?? lazy)!,
  );
const inside = (file: string, name: string) => (name.startsWith('.') ? join(file, '..', name) : name);
const sources = ['src', 'tools', 'guards'].flatMap(filesIn);

const AWS = 'src/providers/aws';
const TERRAFORM = 'src/providers/terraform';
/** What is pure there: from the JSON of a plan to effects. */
const OF_PLANS = ['zod', 'src/core/', `${TERRAFORM}/plan-json/`, `${TERRAFORM}/knowledge/`, `${TERRAFORM}/effects/`];
/**
 * Folder or file: what it may import besides itself, by prefix. The longest row that matches a file is its own.
 * Only the composition root, the commands and the entry join rooms.
 */
const TABLE: Record<string, string[]> = {
  guards: ['zod', 'src/core/'],
  tools: ['zod', 'src/core/', 'src/render/agent/'],
  'tools/aws': ['zod', 'src/core/', `${AWS}/ports.ts`, `${AWS}/tool-input.ts`],
  'tools/terraform': ['zod', 'src/core/', `${TERRAFORM}/ports.ts`],
  'tools/index.ts': ['src/core/', 'tools/'],
  'src/core': ['zod', 'node:crypto'],
  'src/people': ['node:crypto', 'src/core/'],
  'src/approvals': ['zod', 'node:', '@simplewebauthn/server', 'src/core/', 'src/people/', 'src/render/'],
  'src/policy': [
    'zod',
    'yaml',
    '@cedar-policy/',
    'node:fs',
    'node:path',
    'node:module',
    'src/core/',
    'src/people/',
    'src/approvals/ssh-signature.ts',
  ],
  'src/policy-lab': [
    'zod',
    'node:crypto',
    'node:fs',
    'node:path',
    'src/core/',
    'src/people/',
    'src/approvals/',
    'src/policy/',
  ],
  'src/execute': ['src/core/', 'src/people/', 'src/approvals/'],
  'src/dispatch': ['pg-boss', 'node:crypto', 'src/core/', 'src/execute/dispatch.ts'],
  'src/ledger/pg': ['pg', 'better-sqlite3', 'node:crypto', 'src/core/', 'src/ledger/'],
  'src/ledger': [
    'better-sqlite3',
    'node:async_hooks',
    'node:crypto',
    'node:fs',
    'node:path',
    'src/core/',
    'src/sqlite.ts',
  ],
  'src/providers/index.ts': [
    `${AWS}/rules.ts`,
    `${AWS}/outside.ts`,
    `${TERRAFORM}/rules.ts`,
    'src/providers/join.ts',
    'src/core/',
    `${TERRAFORM}/knowledge/index.ts`,
  ],
  'src/providers/join.ts': ['src/core/'],
  'src/providers/hosts.ts': [`${AWS}/knowledge/hosts.ts`],
  [AWS]: ['zod', '@aws-sdk/', '@smithy/', 'node:crypto', 'node:fs', 'node:path', 'src/core/', 'src/bounded-file.ts'],
  [`${AWS}/knowledge`]: ['src/core/'],
  [`${AWS}/roles`]: ['yaml', `${AWS}/call-classes.ts`, `${AWS}/session/grants.ts`],
  [`${AWS}/template`]: ['yaml', 'src/core/', `${AWS}/ports.ts`],
  [TERRAFORM]: [
    'zod',
    'node:child_process',
    'node:fs',
    'node:path',
    'src/bounded-file.ts',
    'src/core/',
    'src/frugal.ts',
    'src/git-objects.ts',
    'src/sqlite.ts',
    `${AWS}/picture/mask.ts`,
  ],
  [`${TERRAFORM}/reading`]: [
    'yaml',
    'node:',
    'src/core/',
    `${TERRAFORM}/modules/`,
    `${TERRAFORM}/settings.ts`,
    `${TERRAFORM}/source.ts`,
  ],
  // Alone there, on the way to a plan, something is asked for over a network.
  [`${TERRAFORM}/modules`]: [
    'zod',
    'node:',
    'src/core/',
    `${TERRAFORM}/git.ts`,
    `${TERRAFORM}/settings.ts`,
    `${TERRAFORM}/source.ts`,
  ],
  [`${TERRAFORM}/plan-json`]: OF_PLANS,
  [`${TERRAFORM}/effects`]: ['node:path', ...OF_PLANS, `${AWS}/picture/mask.ts`, `${AWS}/template/values.ts`],
  [`${TERRAFORM}/knowledge`]: [
    ...OF_PLANS,
    `${AWS}/knowledge/`,
    `${AWS}/template/secrets.ts`,
    `${AWS}/template/values.ts`,
  ],
  'src/sandbox': [
    'zod',
    'yaml',
    'node:',
    'src/core/',
    'src/sqlite.ts',
    `${AWS}/knowledge/`,
    `${AWS}/template/`,
    `${AWS}/wire.ts`,
    `${AWS}/call-classes.ts`,
  ],
  'src/bounded-file.ts': ['node:fs', 'node:path', 'src/core/'],
  'src/processes.ts': ['node:crypto', 'node:fs', 'node:os', 'src/core/owner.ts'],
  'src/frugal.ts': ['node:v8'],
  'src/git-objects.ts': [],
  'src/sqlite.ts': ['better-sqlite3', 'node:fs', 'node:path'],
  'src/render': ['src/core/', 'src/people/'],
  'src/render/agent': ['zod', 'src/core/', 'src/people/seats.ts', 'src/render/'],
  'src/review': [
    'hono',
    '@hono/node-server',
    '@dagrejs/dagre',
    'node:',
    'src/core/',
    'src/people/seats.ts',
    'src/render/',
  ],
  // Runs in a browser: of the rest it knows what the page's HTML says.
  'src/review/browser': ['@simplewebauthn/browser'],
  'src/http': ['jose', 'openid-client', '@hono/node-server', 'node:fs', 'node:http', 'node:net', 'src/core/'],
  'src/mcp': ['@modelcontextprotocol/', 'zod', 'node:stream', 'src/core/', 'src/render/agent/'],
  'src/doctor': ['zod', 'yaml', 'node:', 'src/bounded-file.ts', 'src/core/', 'src/people/', 'src/policy/proven.ts'],
  'src/ci': ['zod', 'src/core/'],
  'src/tell': ['zod', 'node:crypto', 'node:fs', 'src/bounded-file.ts', 'src/config.ts', 'src/core/'],
  'src/watch': ['node:console', 'src/core/'],
  'src/ocsf': ['src/core/'],
  'src/config.ts': ['node:os', 'node:path'],
  'src/deferred.ts': [],
  'src/loader.ts': ['node:'],
  'src/entry.ts': ['node:util', 'src/config.ts', 'src/cli/', 'src/main.ts'],
  'src/main.ts': ['commander', 'src/cli/', 'src/config.ts', 'src/core/'],
  'src/compose.ts': ['node:', 'src/', 'guards/', 'tools/'],
  'src/clouds.ts': [
    'src/config.ts',
    'src/core/',
    'src/execute/try-writes.ts',
    'src/policy/model.ts',
    'src/processes.ts',
    'src/providers/',
  ],
  'src/folder.ts': [
    'zod',
    'src/compose.ts',
    'src/config.ts',
    'src/core/',
    'src/ledger/',
    'src/people/',
    'src/policy/directory.ts',
    'src/providers/index.ts',
    'src/secret.ts',
  ],
  'src/secret.ts': ['node:crypto', 'node:fs', 'node:path', 'src/core/'],
  'src/cli/commands': [
    'src/ci/',
    'src/cli/',
    'src/compose.ts',
    'src/core/',
    'src/tell/webhook.ts',
    'src/config.ts',
    'src/ledger/open.ts',
    'src/policy/adopt.ts',
    'src/sandbox/cloud.ts',
  ],
  'src/cli': [
    '@clack/',
    'zod',
    'better-sqlite3',
    'commander',
    'node:',
    'pino',
    'guards/',
    'tools/index.ts',
    'src/approvals/',
    'src/bounded-file.ts',
    'src/ci/',
    'src/clouds.ts',
    'src/compose.ts',
    'src/config.ts',
    'src/core/',
    'src/dispatch/',
    'src/doctor/',
    'src/execute/',
    'src/folder.ts',
    'src/frugal.ts',
    'src/git-objects.ts',
    'src/http/',
    'src/ledger/',
    'src/mcp/',
    'src/people/',
    'src/policy/',
    'src/policy-lab/',
    'src/providers/hosts.ts',
    'src/processes.ts',
    'src/providers/index.ts',
    'src/render/',
    'src/review/',
    'src/sandbox/',
    'src/secret.ts',
    'src/sqlite.ts',
    'src/tell/',
    'src/ocsf/',
    'src/watch/',
  ],
};
const rowOf = (file: string) =>
  Object.keys(TABLE)
    .filter((row) => file === row || file.startsWith(`${row}/`))
    .sort((a, b) => b.length - a.length)[0];
const may = (row: string, target: string) => [`${row}/`, ...TABLE[row]!].some((prefix) => target.startsWith(prefix));

/** Import circles are Biome's to find (`noImportCycles`, types included). */
describe('the import table', () => {
  it('has a row for every file', () => {
    for (const file of sources) expect(rowOf(file), `Add a row for the folder of ${file} to TABLE.`).toBeDefined();
  });
  it.each(Object.keys(TABLE))('%s imports what its row allows', (row) => {
    const files = sources.filter((file) => rowOf(file) === row);
    expect(files).not.toEqual([]);
    for (const file of files)
      for (const name of importsOf(file))
        expect(may(row, inside(file, name)), `${file} imports ${name}, which TABLE does not allow its folder`).toBe(
          true,
        );
  });
  it('lets guards never import one another', () => {
    for (const file of filesIn('guards').filter((name) => !name.endsWith('index.ts')))
      for (const name of importsOf(file)) expect(inside(file, name), file).not.toMatch(/^guards\//);
  });
  it('lets the composition root alone make a provider', () => {
    const makers = sources.filter((file) =>
      importsOf(file).some((name) => [`${AWS}/provider.ts`, `${TERRAFORM}/door.ts`].includes(inside(file, name))),
    );
    expect(makers).toEqual(['src/clouds.ts']);
    const joined = sources.filter((file) => importsOf(file).some((name) => inside(file, name).startsWith(AWS)));
    const rooms = new Set(joined.map((file) => rowOf(file)).filter((row) => !row?.startsWith(AWS)));
    expect([...rooms].sort()).toEqual([
      'src/clouds.ts',
      'src/compose.ts',
      'src/providers/hosts.ts',
      'src/providers/index.ts',
      'src/providers/terraform',
      'src/providers/terraform/effects',
      'src/providers/terraform/knowledge',
      'src/sandbox',
      'tools/aws',
    ]);
  });
  it('lets src/config.ts alone read the environment', () => {
    const readers = sources.filter((file) =>
      /\bprocess\s*(?:\?\.|\.|\[\s*['"`])\s*env\b|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b|['"]node:process['"]/.test(
        read(file),
      ),
    );
    expect(readers).toEqual(['src/config.ts']);
  });
  it('loads nothing of the app before a command needs it', () => {
    const atOnce = (file: string) =>
      [...read(file).matchAll(/^import (?!type\b)[^;]*?'([^']+)'/gm)].map(([, name]) => inside(file, name!));
    const seen = new Set<string>();
    const follow = (file: string) => {
      if (seen.has(file) || !file.startsWith('src/')) return;
      seen.add(file);
      atOnce(file).forEach(follow);
    };
    follow('src/main.ts');
    const rooms = new Set([...seen].map((file) => rowOf(file)));
    expect([...rooms].sort()).toEqual(['src/cli', 'src/cli/commands', 'src/config.ts', 'src/core', 'src/main.ts']);
    const fromCli = [...seen].filter((file) => rowOf(file) === 'src/cli');
    expect(fromCli.sort()).toEqual(
      ['bundle-file', 'command', 'context', 'edit-policy', 'exit', 'init-answers', 'register', 'required-policy'].map(
        (name) => `src/cli/${name}.ts`,
      ),
    );
  });
  it('lets src/review alone import what lays out and draws the page, and the rest load it lazily', () => {
    const page = /^(?:hono|@hono|@dagrejs|@simplewebauthn\/browser)\b/;
    for (const file of sources.filter((name) => !/^src\/(?:review\/|http\/listen\.ts$)/.test(name))) {
      expect(
        importsOf(file).filter((name) => page.test(name)),
        file,
      ).toEqual([]);
      for (const [, name] of read(file).matchAll(/^import (?!type\b)[^;]*?'([^']+)'/gm))
        expect(inside(file, name!), file).not.toMatch(/^src\/review\//);
    }
  });
  it('lets no command print or set an exit code', () => {
    for (const file of filesIn('src/cli/commands'))
      expect(read(file), file).not.toMatch(/process\.(?:exit|stderr|stdout\.write)|\bconsole\./);
  });
  it('reads no event’s body but through the vocabulary', () => {
    for (const file of sources.filter((name) => !/^src\/(?:providers|sandbox)\//.test(name)))
      expect(read(file), file).not.toMatch(/\bbody as (?!const)|as unknown as Json/);
  });
  it('lets only the pipeline and the executor mint permits', () => {
    for (const file of sources.filter((name) => !/src\/core\/(?:planning|permit)\.ts$|src\/execute\//.test(name)))
      expect(read(file), file).not.toMatch(/mint\w+Permit/);
  });
});

/**
 * Words of one provider: its operations, from its SDK, and what is written here. Policy words (`stack`, the guard
 * `change-set-only`, `plan_stack_*`, codes such as AWS_TIMEOUT) are no such words.
 */
describe('no room but the provider’s knows', () => {
  const rooms = [
    'guards',
    'src/core',
    'src/execute',
    'src/approvals',
    'src/policy',
    'src/policy-lab',
    'src/cli',
    'src/mcp',
    'src/doctor',
    'src/tell',
    'src/review',
    'src/watch',
    'src/ocsf',
    'src/ci',
  ];
  const WRITTEN = [
    ...[
      'AWS',
      'aws',
      'Amazon',
      'CloudFormation',
      'cloudformation',
      'EC2',
      'ec2',
      'STS',
      'sts',
      'IAM',
      'iam',
      'S3',
      's3',
    ],
    ...['Lambda', 'DynamoDB', 'RDS', 'KMS', 'ECS', 'EKS', 'EBS', 'SQS', 'SNS', 'SSM', 'CloudTrail', 'CloudWatch'],
    ...['ARN', 'arn', 'StackSet', 'ChangeSet', 'changeSet', 'change_set', 'change set', 'NoEcho', 'DryRun'],
    ...['DeletionPolicy', 'UpdateReplacePolicy', 'DeleteOnTermination', 'DisableRollback', 'ClientRequestToken'],
    ...['Terraform', 'terraform', 'OpenTofu', 'tofu', 'HCL', 'hcl', 'tfstate', 'tfplan'],
    ...['instance-store', 'EBS-backed', 'REVIEW_IN_PROGRESS', 'UPDATE_COMPLETE', 'ROLLBACK_COMPLETE'],
  ];
  const ALLOWED: Record<string, [words: string[], why: string]> = {
    'src/core/events.ts': [['changeSet', 'change set'], 'ledgers have this key'],
    'src/core/dead-plans.ts': [['changeSet'], 'reads that key'],
    'src/core/kept.ts': [['changeSet'], 'reads that key'],
    'src/core/planning.ts': [['changeSet'], 'writes that key'],
    'src/core/plan.ts': [['change_set'], 'plans in ledgers have this word for a dry run that the cloud itself keeps'],
    'src/policy/schema.ts': [
      ['IAM', 'iam', 'ARN', 'arn', 'aws'],
      'an entry of `accounts` is an AWS account until a second provider has its own',
    ],
    'src/policy/workspace-schema.ts': [['terraform', 'tofu'], 'an entry of `workspaces` names its program'],
    'src/policy/rules/cedar-schema.ts': [
      ['AWS', 'RDS', 'CloudFormation', 'Lambda'],
      'the published schema of rules shows types by example',
    ],
    'src/cli/command.ts': [['AWS'], 'says to a person what the program is for'],
    'src/cli/manual.ts': [['AWS', 'aws'], 'names variables that the SDK reads, and another manual page'],
    'src/cli/audit-events.ts': [['changeSet'], 'prints that key'],
    'src/cli/commands/audit-reconcile.ts': [['CloudTrail', 'ARN'], 'names the file and the roles that people have'],
    'src/cli/init-aws.ts': [['aws', 'iam', 'ARN', 'arn'], 'is about the roles of an AWS account'],
    'src/cli/commands/init-aws.ts': [['aws', 'CloudFormation', 'IAM', 'arn'], 'is about them'],
    'src/cli/commands/sandbox.ts': [
      ['aws', 'cloudformation'],
      'prints a command to try, of the client that people have',
    ],
    'src/mcp/server.ts': [['AWS', 'Terraform'], 'tells an agent what this server is for'],
    'src/doctor/clients.ts': [['aws', 'terraform', 'tofu'], 'names command lines that agents run unasked'],
    'src/doctor/reached-findings.ts': [['aws'], 'names the command that writes the roles'],
    'src/doctor/answers.ts': [['aws'], 'names that command'],
  };
  const wordsIn = (text: string, words: readonly string[]) =>
    words.filter((word) => new RegExp(`(?<![A-Za-z0-9_$-])${word}(?![A-Za-z0-9_])`).test(text));

  it.each(rooms)('%s', async (room) => {
    const sdks = await Promise.all([
      import('@aws-sdk/client-cloudformation'),
      import('@aws-sdk/client-ec2'),
      import('@aws-sdk/client-sts'),
    ]);
    const operations = new Set(
      sdks.flatMap((sdk) => Object.keys(sdk).flatMap((name) => /^(\w+)Command$/.exec(name)?.[1] ?? [])),
    );
    expect(operations.has('DeleteStack') && operations.has('StopInstances')).toBe(true);
    for (const file of filesIn(room)) {
      const text = read(file);
      const called = [...new Set(text.match(/[A-Z][A-Za-z]+/g) ?? [])].filter((word) => operations.has(word));
      const [allowed = []] = ALLOWED[file] ?? [];
      expect(
        [...called, ...wordsIn(text, WRITTEN)].filter((word) => !allowed.includes(word)),
        file,
      ).toEqual([]);
    }
  });
  it('a word that is allowed somewhere still stands there', () => {
    for (const [file, [words]] of Object.entries(ALLOWED)) expect(wordsIn(read(file), words), file).toEqual(words);
  });
});

describe('sizes', () => {
  const limitOf = (file: string) =>
    file.startsWith('guards/') ? LIMITS.guardLines : file.startsWith('tools/') ? LIMITS.toolLines : LIMITS.fileLines;
  it('no file is longer than its limit', () => {
    for (const file of sources) {
      const lines = read(file).split('\n').length - 1;
      const most = file.endsWith('/index.ts') ? LIMITS.fileLines : limitOf(file);
      expect(lines, `${file} has ${lines} lines of ${most}: move a part into a file of its own.`).toBeLessThanOrEqual(
        most,
      );
    }
  });
  it('the linter stops longer functions', () => {
    const { noExcessiveLinesPerFunction: rule } = JSON.parse(read('biome.json')).linter.rules.complexity;
    expect(rule).toMatchObject({ level: 'error', options: { maxLines: LIMITS.functionLines } });
  });
  it('CONTRIBUTING.md names the same limits', () => {
    const text = read('CONTRIBUTING.md');
    for (const [what, lines] of [
      ['guard', LIMITS.guardLines],
      ['tool', LIMITS.toolLines],
      ['file', LIMITS.fileLines],
      ['function', LIMITS.functionLines],
    ] as const)
      expect(text, what).toMatch(new RegExp(`${what}[^,.]{0,20}\\b${lines} lines`));
  });
});

describe('names', () => {
  it('file, export and wire name say the same', () => {
    const names = (folder: string) => filesIn(folder).map((file) => file.split('/').at(-1));
    for (const { name } of tools) expect(names('tools')).toContain(`${name.replaceAll('_', '-')}.ts`);
    for (const { name } of guards) expect(names('guards')).toContain(`${name}.ts`);
    expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length);
  });
  it('no tool applies, approves, confirms or overrides', () => {
    for (const { name } of tools) expect(name).not.toMatch(/apply|approve|confirm|override|execute|force/);
  });
});
