/** The action, from the event to the comment, the status and the executed change, with the state behind a real sshd. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/compose.ts';
import { hasSshd, startSshd } from '../doctor/sshd.ts';
import { needs } from '../needs.ts';
import { openTestWorld, STACK } from '../world.ts';
import { startGithub } from './github.ts';
import {
  type Act,
  acting,
  admitted,
  commandsIn,
  commit,
  LABEL,
  MARKER,
  ours,
  pullRequest,
  reviewer,
  type Setting,
  statusAt,
  TEMPLATE,
  templateWith,
} from './pull-requests.ts';

const [FIRST, SECOND, THIRD] = [commit('first'), commit('second'), commit('third')];
let setting: Setting;
let act: Act;
let alice: string;
let leaves: (() => void) | undefined;
beforeEach(async (context) => {
  needs(context, 'sshd', hasSshd);
  setting = { github: await startGithub(), world: await openTestWorld(), guard: await startSshd() };
  act = acting(setting);
  alice = admitted(setting, 'alice');
  for (const [sha, memory] of [
    [FIRST, 768],
    [SECOND, 1024],
    [THIRD, 2048],
  ] as const)
    setting.github.files.set(`${sha} ${TEMPLATE}`, await templateWith(setting.world, memory));
});
afterEach(async () => {
  leaves?.();
  leaves = undefined;
  setting?.guard.stop();
  setting?.world.close();
  await setting?.github.close();
});
const proposals = () => setting.world.app.changes.list({ limit: 10 }).then(({ items }) => items);
const propose = async (pull = pullRequest(setting.github, FIRST)) => {
  pull.labels.push({ name: LABEL });
  const ran = await act('pull_request_target', 'labeled', { pull, key: alice, label: LABEL });
  expect(ran.exit, ran.output).toBe(0);
  return { pull, ran, id: ran.outputs['change-id']! };
};

describe('a pull request', () => {
  it('is opened, pushed to, proposed, approved by the printed line, executed, and its status turns green', async () => {
    const { github, world } = setting;
    const pull = pullRequest(github, FIRST);
    const opened = await act('pull_request_target', 'opened', { pull, key: alice });
    expect([opened.exit, opened.output]).toEqual([0, expect.stringContaining('needs approval')]);
    expect(opened.outputs).toMatchObject({ decision: 'needs_approval', 'plan-id': expect.stringMatching(/^plan_/) });
    expect(opened.used.map(({ uses }) => uses)).toEqual([
      expect.stringMatching(/^actions\/setup-node@v\d+$/),
      expect.stringMatching(/^actions\/upload-artifact@v\d+$/),
    ]);
    expect(JSON.parse(opened.file)).toMatchObject({ decision: 'needs_approval' });
    expect([opened.leaks, opened.commands]).toEqual(['', []]);
    const [comment] = ours(github);
    expect(comment!.body).toContain('MemorySize: 512 → 768');
    expect(comment!.body.length).toBeLessThan(4_000);
    expect(opened.summary.trim()).toBe(comment!.body.replace(MARKER, '').trim());
    expect(statusAt(github, FIRST)).toMatchObject({ state: 'pending', context: `countersign/${STACK}` });
    expect(await proposals()).toEqual([]);

    pull.head.sha = SECOND;
    await act('pull_request_target', 'synchronize', { pull, key: alice });
    expect(ours(github)).toHaveLength(1);
    expect(ours(github)[0]).toMatchObject({ id: comment!.id, body: expect.stringContaining('512 → 1024') });
    expect(await proposals()).toEqual([]);

    const { id } = await propose(pull);
    expect(await proposals()).toMatchObject([
      { id, state: 'pending', sponsor: 'alice', ticket: `acme/infra#12@${SECOND.slice(0, 12)}`, goal: 'deploy' },
    ]);
    expect(statusAt(github, SECOND)).toMatchObject({
      state: 'pending',
      description: expect.stringContaining('1 approval is missing'),
    });

    const bob = reviewer(setting, 'bob');
    leaves = bob.leaves;
    const [, read, sign] = commandsIn(ours(github)[0]!.body);
    expect(bob.types(read!)).toContain('MemorySize');
    expect(bob.types(sign!)).toContain(`${id} is approved`);
    const followed = await act('schedule', undefined, { key: alice });
    expect(followed.outputs).toMatchObject({ 'change-id': id, state: 'approved' });
    expect(statusAt(github, SECOND)).toMatchObject({ state: 'pending' });

    await world.execute(id);
    await act('schedule', undefined, { key: alice });
    expect(statusAt(github, SECOND)).toMatchObject({ state: 'success', description: `${id} was signed and executed` });
    expect(ours(github)).toMatchObject([
      { id: comment!.id, body: expect.stringContaining('is deployed: signed and executed') },
    ]);

    pull.state = 'closed';
    pull.merged = true;
    await act('pull_request_target', 'closed', { pull, key: alice });
    expect(await proposals()).toMatchObject([{ id, state: 'succeeded' }]);
    expect(statusAt(github, SECOND)).toMatchObject({ state: 'success' });
  }, 180_000);

  it('is approved with Countersign on the reviewer’s machine, by the first printed line', async () => {
    const { id } = await propose();
    const bob = reviewer(setting, 'bob');
    leaves = bob.leaves;
    const [line] = commandsIn(ours(setting.github)[0]!.body);
    // What a person types at their terminal, when they are asked.
    expect(bob.types(line!.replace(`approve ${id}.bundle`, `approve ${id}.bundle --confirm ${STACK}`))).toContain(
      `${id} is approved`,
    );
    expect(await proposals()).toMatchObject([{ id, state: 'approved' }]);
  }, 120_000);

  it('is closed without being merged: what it proposed is withdrawn', async () => {
    const { pull, id } = await propose();
    pull.state = 'closed';
    const closed = await act('pull_request_target', 'closed', { pull, key: alice });
    expect(closed.outputs).toMatchObject({ 'change-id': id, state: 'withdrawn' });
    expect(ours(setting.github)[0]!.body).toContain(`${id} was withdrawn`);
    expect(statusAt(setting.github, FIRST)).toMatchObject({
      state: 'pending',
      description: expect.stringContaining('withdrawn'),
    });
  }, 120_000);

  it('is closed by another person: the change stays, and the comment says who can end it', async () => {
    const { pull, id } = await propose();
    pull.state = 'closed';
    await act('pull_request_target', 'closed', { pull, key: admitted(setting, 'bob') });
    expect(await proposals()).toMatchObject([{ id, state: 'pending' }]);
    expect(ours(setting.github)[0]!.body).toContain(`${id} is still open: its sponsor can withdraw it`);
  }, 120_000);

  it('gets a new commit while its change waits: that change is withdrawn, and the label is taken for a new one', async () => {
    const { pull, id } = await propose();
    pull.head.sha = SECOND;
    await act('pull_request_target', 'synchronize', { pull, key: alice });
    expect(await proposals()).toMatchObject([{ id, state: 'withdrawn' }]);
    expect(pull.labels).toEqual([]);
    expect(ours(setting.github)[0]!.body).toContain(`${id}, of an earlier commit, was withdrawn`);
    const second = await propose(pull);
    expect(second.id).not.toBe(id);
  }, 120_000);

  it('has a change that has expired: it is planned again, and can be proposed again', async () => {
    const pull = pullRequest(setting.github, FIRST, { labels: [{ name: LABEL }] });
    await act('pull_request_target', 'opened', { pull, key: alice });
    const yesterday = await setting.world.another({ now: () => new Date(Date.now() - 24 * 3_600_000) });
    const id = await proposedFor(yesterday, FIRST, { MemorySize: 768 });
    expect(await setting.world.app.changes.find(id)).toMatchObject({ state: 'expired' });
    pull.labels = [{ name: LABEL }];
    await act('schedule', undefined, { key: alice });
    expect(ours(setting.github)[0]!.body).toContain(`${id} is expired, so this was planned again.`);
    expect(pull.labels).toEqual([]);
    expect((await propose(pull)).id).not.toBe(id);
  }, 180_000);

  it('is labelled twice: it is proposed once', async () => {
    const { pull, id } = await propose();
    expect((await propose(pull)).id).toBe(id);
    expect(await proposals()).toHaveLength(1);
  }, 120_000);

  it('is not called deployed by a change that was executed for something else', async () => {
    const { github, world } = setting;
    const pull = pullRequest(github, SECOND);
    const id = await proposedFor(world.app, SECOND, { Timeout: 20 });
    await approveAs('bob', id);
    await world.execute(id);
    await act('schedule', undefined, { key: alice });
    expect(statusAt(github, pull.head.sha)).toMatchObject({ state: 'pending' });
    await act('pull_request_target', 'synchronize', { pull, key: alice });
    expect(ours(github)[0]!.body).toContain('the stack still differs from the template of this commit');
  }, 120_000);
});

/** By an agent of alice, in the name of this pull request. */
async function proposedFor(app: App, sha: string, properties: Record<string, number>): Promise<string> {
  const set = Object.entries(properties).map(([name, value]) => ({
    path: `Resources.QueryFunction.Properties.${name}`,
    value,
  }));
  const plan = await app.pipeline('plan_stack_update', { stack: STACK, set });
  const ticket = `acme/infra#12@${sha.slice(0, 12)}`;
  const about = { goal: 'fix', reason: 'a longer timeout', ticket };
  const change = plan.ok && (await app.pipeline('propose_change', { plan_id: plan.content.plan_id, ...about }));
  if (change === false || !change.ok) throw new Error(JSON.stringify([plan, change]));
  return String(change.content.change_id);
}

async function approveAs(person: string, id: string): Promise<void> {
  const one = reviewer(setting, person);
  one.types(
    `ssh guard countersign show ${id} --statement | ssh-keygen -Y sign -q -n countersign-approval@v1 -f ~/.ssh/id_ed25519 | ssh guard countersign approve ${id} --signature -`,
  );
  one.leaves();
}

describe('nothing is proposed', () => {
  const labelled = async (more: Parameters<Act>[2], eventName = 'pull_request_target') => {
    const ran = await act(eventName, 'labeled', { key: alice, label: LABEL, ...more });
    expect(await proposals()).toEqual([]);
    return ran;
  };
  const fork = { full_name: 'mallory/infra', id: 8 };

  it.each<[string, typeof fork | null]>([
    ['of a fork', fork],
    ['of a fork that is gone', null],
  ])(
    'for commits %s; a person’s label plans them',
    async (_what, repo) => {
      const pull = pullRequest(setting.github, FIRST, {
        head: { sha: FIRST, ref: 'x', repo },
        labels: [{ name: LABEL }],
      });
      const opened = await act('pull_request_target', 'opened', { pull, key: alice });
      expect([opened.exit, opened.outputs['plan-id'], ours(setting.github)]).toEqual([0, '', []]);
      const ran = await labelled({ pull });
      expect(ran.exit).toBe(0);
      expect(ours(setting.github)[0]!.body).toContain('Nothing was proposed: the commits are of a fork.');
    },
    120_000,
  );

  it('by a job that the author of the pull request can edit', async () => {
    await labelled({ pull: pullRequest(setting.github, FIRST) }, 'pull_request');
    expect(ours(setting.github)[0]!.body).toContain('Run it on pull_request_target');
  }, 120_000);

  it('by a job of one person that another person runs again', async () => {
    const pull = pullRequest(setting.github, FIRST);
    await labelled({ pull, env: { GITHUB_TRIGGERING_ACTOR: 'mallory' } });
    expect(ours(setting.github)[0]!.body).toContain('another person ran this job again');
  }, 120_000);

  it('for another label', async () => {
    const ran = await labelled({ pull: pullRequest(setting.github, FIRST), label: 'bug' });
    expect([ran.exit, ran.outputs['plan-id']]).toEqual([0, '']);
  }, 120_000);

  it('of a plan that is denied, and the job fails', async () => {
    const { github } = setting;
    const gone = (await templateWith(setting.world, 256))
      .replace(/ {2}CostTable:\n(?: {4}.*\n)+/, '')
      .replace(/ {10}TABLE.*\n/, '')
      .replace(/Outputs:[\s\S]*$/, '');
    github.files.set(`${THIRD} ${TEMPLATE}`, gone);
    const ran = await labelled({ pull: pullRequest(github, THIRD) });
    expect([ran.exit, ran.outputs.decision]).toEqual([4, 'denied']);
    expect(statusAt(github, THIRD)).toMatchObject({ state: 'failure' });
    expect(ran.file).not.toBe('');
  }, 120_000);

  it('without a key of the person who labelled', async () => {
    const ran = await labelled({ pull: pullRequest(setting.github, FIRST), key: undefined as never });
    expect([ran.exit, ran.output]).toEqual([
      1,
      expect.stringContaining('SPONSOR_UNKNOWN: There is no ssh key for alice-gh'),
    ]);
  }, 120_000);

  it('to a host whose key is another', async () => {
    const known = `[127.0.0.1]:1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`;
    const ran = await labelled({ pull: pullRequest(setting.github, FIRST), inputs: { 'ssh-known-hosts': known } });
    expect([ran.exit, ran.output]).toEqual([1, expect.stringContaining('CI_STATE_UNREACHABLE')]);
  }, 120_000);
});

describe('words of others', () => {
  it('reach no shell, no command of the runner and no Markdown', async () => {
    const { github } = setting;
    const evil = '"; touch pwned; $(touch pwned) `touch pwned` \n::set-env name=X::y\n##[add-path]/x';
    const text =
      '`</code><img src=x onerror=alert(1)> @security [a](https://evil.example) | x |\u202e <!-- countersign: x -->';
    const template = (await templateWith(setting.world, 512)).replace(
      'index.handler',
      JSON.stringify(`${text}::error::x ##[error]y`),
    );
    github.files.set(`${FIRST} ${TEMPLATE}`, template);
    const head = { sha: FIRST, ref: evil, repo: { full_name: 'acme/infra', id: 7 } };
    const pull = pullRequest(github, FIRST, { title: evil, body: evil, head, user: { login: 'mallory' } });
    const ran = await act('pull_request_target', 'opened', { pull, key: alice });
    expect([ran.exit, ran.commands, ran.leaks]).toEqual([4, [], '']);
    expect(ran.output).not.toContain('evil.example');
    const [{ body } = { body: '' }] = ours(github);
    expect(body).toContain('evil.example');
    const outsideCode = body.replaceAll(/`[^`\n]*`/g, '');
    for (const word of ['evil.example', '<img', '@security', 'pwned', '<!-- countersign: x'])
      expect(outsideCode).not.toContain(word);
    expect(body).not.toMatch(/\u202e/);
  }, 120_000);

  it('in a comment of somebody else with our first line are left as they are', async () => {
    const { github } = setting;
    const theirs = { id: 1, user: { login: 'mallory', type: 'User' }, body: `${MARKER}\nApproved.` };
    const many = Array.from({ length: 120 }, (_, index) => ({
      id: index + 2,
      user: { login: 'bob', type: 'User' },
      body: 'ok',
    }));
    github.comments.set(12, [theirs, ...many]);
    const pull = pullRequest(github, FIRST);
    await act('pull_request_target', 'opened', { pull, key: alice });
    await act('pull_request_target', 'reopened', { pull, key: alice });
    expect(theirs.body).toBe(`${MARKER}\nApproved.`);
    expect(ours(github)).toHaveLength(1);
  }, 120_000);
});

it('a token that only reads leaves the plan to the summary', async () => {
  setting.github.readsOnly = true;
  const pull = pullRequest(setting.github, FIRST);
  const ran = await act('pull_request_target', 'opened', { pull, key: alice });
  expect(ran.exit).toBe(0);
  expect(ran.commands).toEqual([
    expect.stringMatching(/^::warning::The comment could not be written\. CI_FORGE_REFUSED/),
    expect.stringMatching(/^::warning::The status/),
  ]);
  expect(ran.summary).toContain('needs approval');
}, 120_000);
