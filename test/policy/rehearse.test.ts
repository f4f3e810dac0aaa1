/** `policy rehearse`: a team's own history under a policy, before it is adopted. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { historyOf } from '../../src/cli/git-history.ts';
import { rehearsalText, rehearsePolicy } from '../../src/cli/policy-rehearse.ts';
import { programPath } from '../../src/config.ts';
import { deployTools } from '../../src/sandbox/deploy-tools.ts';
import { withoutBlob } from '../partial-clone.ts';

const POLICY = `version: 1
accounts:
  main: { id: "123456789012", regions: [eu-west-1] }
scopes:
  - { account: main, stacks: ["*-prod"], environment: production, create: true, execute: by_command }
  - { account: main, stacks: ["*-dev"], environment: development, create: true }
people:
  alice: { roles: [dev] }
  bob: { roles: [sre], keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILgeKYgLF3O0uA5HYXic49R6JCRLLvhWLG4Q7Tr2LTXM"] }
`;
const template = (table: string, more = '') => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Delete
    Properties:
      TableName: ${table}
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
${more}`;
const QUEUE = `  Queue:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: 30 }
`;

let folder: string;
let repository: string;
let policy: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-rehearse-'));
  repository = join(folder, 'repository');
  policy = join(folder, 'policy.yaml');
  writeFileSync(policy, POLICY);
  mkdirSync(repository);
  git('init', '-q', '-b', 'main');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const git = (...args: string[]) =>
  execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8', stdio: 'pipe' });
/** @param hour of the 10th of November. */
function commit(hour: number, author: string, files: Record<string, string | null>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    if (text === null) rmSync(join(repository, path));
    else writeFileSync(join(repository, path), text);
  }
  git('add', '-A');
  const date = `2026-11-10T${String(hour).padStart(2, '0')}:00:00Z`;
  execFileSync(
    'git',
    ['-C', repository, '-c', `user.name=${author}`, '-c', `user.email=${author}@example.com`, 'commit', '-qm', 'x'],
    {
      env: { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
    },
  );
}
const request = (over = {}) => ({
  policy,
  git: repository,
  since: '2026-11-01',
  path: undefined,
  stackName: '{name}-prod',
  now: new Date('2026-11-20T00:00:00Z'),
  ...over,
});

describe('a rehearsal', () => {
  beforeEach(() => {
    commit(8, 'ann', {
      'orders/template.yaml': template('orders'),
      'README.md': 'x',
      'ci.yaml': 'on: push\nResources: none\n',
    });
    commit(9, 'ann', { 'orders/template.yaml': template('orders', QUEUE) });
    commit(10, 'ann', { 'orders/template.yaml': template('renamed', QUEUE) });
    commit(11, 'ann', { 'orders/template.yaml': template('renamed', `${QUEUE}# a comment\n`) });
    commit(14, 'ben', { 'orders/template.yaml': null });
  });

  it('plans each change of a template as its author would have asked for it, and nothing else', async () => {
    const report = await rehearsePolicy(request());
    expect(report.changes.map(({ path, stack, planned }) => [path, stack, planned.decision])).toEqual([
      ['orders/template.yaml', 'orders-prod', 'needs_approval'],
      ['orders/template.yaml', 'orders-prod', 'needs_approval'],
      ['orders/template.yaml', 'orders-prod', 'denied'],
      ['orders/template.yaml', 'orders-prod', 'no_change'],
      ['orders/template.yaml', 'orders-prod', 'denied'],
    ]);
    expect(report.counts).toEqual({ pass: 0, needs_approval: 2, denied: 2, no_change: 1, not_planned: 0 });
  });
  it('counts the hours until another person was at work', async () => {
    const { changes, waitedHours } = await rehearsePolicy(request());
    expect(changes.map((change) => change.waitedHours)).toEqual([6, 5, null, null, null]);
    expect(waitedHours).toBe(11);
  });
  it('tells the worst friction first, and what would lift it', async () => {
    const report = await rehearsePolicy(request());
    expect(
      report.friction.every(
        ({ outcome }, index) => index === 0 || outcome === 'hold' || report.friction[index - 1]!.outcome === 'deny',
      ),
    ).toBe(true);
    expect(report.friction[0]).toMatchObject({
      outcome: 'deny',
      changes: expect.any(Number),
      example: { path: 'orders/template.yaml' },
    });
    const approval = report.friction.find(({ guard, outcome }) => guard === 'approval' && outcome === 'hold');
    expect(approval).toMatchObject({ changes: 2, waitedHours: 11, lifted: { pass: 2, fewer: 0 } });
    const text = rehearsalText(report, 80);
    expect(text).toMatch(/5 template changes since 2026-11-01/);
    expect(text).toMatch(/2 +would have been denied/);
    for (const line of text.split('\n')) expect(line.replaceAll(/\x1b\[\d+m/g, '').length).toBeLessThanOrEqual(80);
  });
  it('says for how many nobody else was at work within a week', async () => {
    commit(15, 'ben', { 'orders/template.yaml': template('orders') });
    expect(await rehearsePolicy(request({ since: '2026-11-10T14:30:00Z' }))).toMatchObject({
      nobody: 1,
      waitedHours: 0,
    });
  });
  it('deploys with its imports, and plans a template from a bucket where it is too long for a call', async () => {
    const importing = `${template('orders')}  Topic:
    Type: AWS::SNS::Topic
    Properties: { DisplayName: { Fn::ImportValue: shared-name } }
${Array.from({ length: 450 }, (_, index) => `  Queue${index}:\n    Type: AWS::SQS::Queue\n    Properties: { VisibilityTimeout: ${index}, QueueName: q-${index}-${'x'.repeat(40)} }\n`).join('')}`;
    expect(importing.length).toBeGreaterThan(51_200);
    commit(15, 'ben', { 'orders/template.yaml': importing });
    commit(16, 'ben', { 'orders/template.yaml': importing.replace('shared-name', 'other-name') });
    const { changes } = await rehearsePolicy(request({ since: '2026-11-10T14:30:00Z' }));
    expect(changes.map(({ planned }) => planned)).toMatchObject([
      { decision: 'needs_approval' },
      { decision: 'needs_approval' },
    ]);
  });
  it('gives the new default where the new version refuses the deployed value, as its author had to', async () => {
    const sized = (declared: string) =>
      `Parameters:\n  Size: ${declared}\n${template('sized')}${QUEUE.replace('30', '{ Ref: Size }')}`;
    const [first, narrower, named] = [
      '{ Type: String, Default: "30", AllowedValues: ["30", "40"] }',
      '{ Type: String, Default: "40", AllowedValues: ["40"] }',
      '{ Type: "AWS::SSM::Parameter::Value<String>", Default: /sizes/queue }',
    ] as const;
    for (const [index, declared] of [first, narrower, named].entries())
      commit(15 + index, 'ben', { 'sized/template.yaml': sized(declared) });
    const { changes, notPlanned } = await rehearsePolicy(request({ path: 'sized/*' }));
    expect(notPlanned).toEqual([]);
    expect(changes.map(({ planned }) => planned.decision)).toEqual(Array(3).fill('needs_approval'));
  });
  it('rehearses a scope that plans only as if it executed', async () => {
    const { counts } = await rehearsePolicy(request({ stackName: '{name}-dev' }));
    expect(counts).toMatchObject({ pass: 2 });
  });
  it('is refused under a policy without people, which would deny every change for want of a sponsor', async () => {
    writeFileSync(policy, POLICY.slice(0, POLICY.indexOf('people:')));
    await expect(rehearsePolicy(request())).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('lists no people'),
    });
  });
  it('judges a change outside of every scope as the policy does', async () => {
    const { friction, counts } = await rehearsePolicy(request({ stackName: '{name}' }));
    expect(counts.denied).toBe(5);
    expect(friction.map(({ guard }) => guard)).toEqual(['scope']);
  });
  it('lists by reason the changes that it cannot plan', async () => {
    commit(15, 'ben', { 'orders/template.yaml': template('orders') });
    commit(16, 'ben', { 'orders/template.yaml': `Transform: Macro\n${template('orders')}` });
    const { counts, notPlanned } = await rehearsePolicy(request());
    expect(counts.not_planned).toBe(1);
    expect(notPlanned).toEqual([{ why: expect.stringMatching(/^[A-Z_]+: /), changes: 1 }]);
  });
  it('uploads local files, and translates SAM where the translator is installed', async (context) => {
    const tools = deployTools('eu-west-1', programPath());
    const sam = (memory: number) => `Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs24.x, Handler: index.handler, CodeUri: ./src, MemorySize: ${memory} }
`;
    const isInstalled = !(await tools.sent(sam(128))).includes('Transform');
    await tools.close();
    if (!isInstalled) context.skip('aws-sam-translator is not installed');
    commit(15, 'ben', { 'api/template.yaml': sam(128) });
    commit(16, 'ben', { 'api/template.yaml': sam(256) });
    commit(17, 'ben', { 'api/template.yaml': sam(256).replace('MemorySize', 'MemorySise') });
    const { changes, notPlanned } = await rehearsePolicy(request({ path: 'api/*' }));
    expect(changes.map(({ planned }) => planned.decision)).toEqual(['needs_approval', 'needs_approval', 'not_planned']);
    expect(notPlanned).toMatchObject([{ why: expect.stringContaining('MemorySise') }]);
  });
  it('names the resource for which a version cannot be deployed, and counts the same reason once', async () => {
    const nested = (file: string) =>
      `  Base:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: "https://s3.amazonaws.com/elsewhere/${file}.yaml" }\n`;
    const commitBoth = (hour: number, name: string) => {
      for (const [after, file] of ['one', 'two'].entries())
        commit(hour + after, 'ben', { [`${file}/template.yaml`]: template(`${file}-${name}`, nested(file)) });
    };
    commitBoth(15, 'before');
    commitBoth(17, 'after');
    const { notPlanned } = await rehearsePolicy(request({ since: '2026-11-10T16:30:00Z' }));
    expect(notPlanned).toEqual([{ why: expect.stringContaining('(Base: S3 error: '), changes: 2 }]);
  });
  it('is of the time and the files that were asked for', async () => {
    expect((await rehearsePolicy(request({ since: '2026-11-10T10:30:00Z' }))).changes).toHaveLength(2);
    expect((await rehearsePolicy(request({ path: 'elsewhere/*.yaml' }))).changes).toEqual([]);
  });
});

describe('the history', () => {
  it('names no author, and reads merges from their first parent', () => {
    commit(8, 'ann', { 'a.yaml': template('a') });
    git('checkout', '-qb', 'side');
    commit(9, 'ben', { 'b.yaml': template('b') });
    git('checkout', '-q', 'main');
    commit(10, 'ann', { 'a.yaml': template('a2') });
    const date = '2026-11-10T11:00:00Z';
    execFileSync(
      'git',
      ['-C', repository, '-c', 'user.name=c', '-c', 'user.email=c@example.com', 'merge', '-q', '--no-edit', 'side'],
      {
        env: { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
      },
    );
    const history = historyOf(repository, new Date('2026-11-01'), undefined);
    expect(history.revisions.map(({ path, author }) => [path, author])).toEqual([
      ['a.yaml', 1],
      ['a.yaml', 1],
      ['b.yaml', 2],
    ]);
    expect(JSON.stringify(history)).not.toContain('@example.com');
    expect(history.revisions[2]).toMatchObject({ before: null, after: template('b') });
  });
  it('follows no link, and of a repository that is none it says so', () => {
    writeFileSync(join(folder, 'secret.yaml'), template('secret'));
    execFileSync('ln', ['-s', join(folder, 'secret.yaml'), join(repository, 'link.yaml')]);
    commit(8, 'ann', { 'a.yaml': template('a') });
    const history = historyOf(repository, new Date('2026-11-01'), undefined);
    expect(history.revisions.map(({ path }) => path)).toEqual(['a.yaml']);
    expect(() => historyOf(folder, new Date(), undefined)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
  it('runs nothing of the repository', () => {
    const ran = join(folder, 'ran');
    const program = join(folder, 'program');
    writeFileSync(program, `#!/bin/sh\ntouch ${ran}\nexit 1\n`);
    chmodSync(program, 0o755);
    commit(8, 'ann', { 'a.yaml': template('a'), '.gitattributes': '*.yaml diff=own filter=own\n' });
    for (const [name, value] of [
      ['core.fsmonitor', program],
      ['core.hooksPath', folder],
      ['core.pager', program],
      ['diff.external', program],
      ['diff.own.textconv', program],
      ['diff.own.command', program],
      ['filter.own.smudge', program],
      ['filter.own.clean', program],
      ['log.showSignature', 'true'],
      ['gpg.program', program],
    ])
      git('config', name!, value!);
    writeFileSync(join(repository, '.git', 'info', 'attributes'), '*.yaml diff=own filter=own\n');
    expect(historyOf(repository, new Date('2026-11-01'), undefined).revisions).toHaveLength(1);
    expect(existsSync(ran)).toBe(false);
  });
  it.each([
    ['a path', () => join(folder, 'away'), 'remote.origin.uploadpack'],
    ['ssh', () => 'ssh://away.invalid/repository', 'core.sshCommand'],
    ['a helper', () => `ext::${join(folder, 'program')}`, 'protocol.ext.allow'],
  ])('fetches nothing that is missing, by whatever version of git: from %s', (_what, url, setting) => {
    commit(8, 'ann', { 'a.yaml': template('a') });
    const id = git('rev-parse', 'HEAD:a.yaml').toString().trim();
    const ran = withoutBlob(repository, id, { url: url(), setting }, { git, folder });
    const { revisions } = historyOf(repository, new Date('2026-11-01'), undefined);
    expect(existsSync(ran)).toBe(false);
    expect(revisions).toMatchObject([{ path: 'a.yaml', after: null }]);
  });
});
