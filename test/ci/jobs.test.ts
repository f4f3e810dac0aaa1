/** Jobs without a state behind ssh, and jobs of GitLab: the command by itself. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, startSandboxServer } from '../../src/sandbox/cloud.ts';
import { type Guard, hasSshd, startSshd } from '../doctor/sshd.ts';
import { needs } from '../needs.ts';
import { openTestWorld, STACK, type TestWorld } from '../world.ts';
import { REPOSITORY, startGithub } from './github.ts';
import { admitted, bin, commit, LABEL, ours, pullRequest, TEMPLATE, templateWith } from './pull-requests.ts';
import { runAction } from './runner.ts';

const SHA = commit('first');
let world: TestWorld;
let cloud: Awaited<ReturnType<typeof startSandboxServer>>;
let folder: string;
beforeEach(async () => {
  world = await openTestWorld();
  cloud = await startSandboxServer(createSandbox(world.store), 0);
  folder = mkdtempSync(join(tmpdir(), 'countersign-job-'));
});
afterEach(async () => {
  await cloud.close();
  world.close();
  rmSync(folder, { recursive: true, force: true });
});
const ambient = () => ({
  AWS_ENDPOINT_URL: cloud.url,
  AWS_ACCESS_KEY_ID: 'sandbox',
  AWS_SECRET_ACCESS_KEY: 'sandbox',
  AWS_REGION: 'eu-west-1',
  AWS_EC2_METADATA_DISABLED: 'true',
});

it('without a state, the action plans with the job’s own credentials, and a label proposes nothing', async () => {
  const github = await startGithub();
  try {
    github.files.set(`${SHA} ${TEMPLATE}`, await templateWith(world, 1024));
    const pull = pullRequest(github, SHA, { labels: [{ name: LABEL }] });
    const ran = await runAction({
      inputs: { stack: STACK, template: TEMPLATE },
      eventName: 'pull_request',
      event: { action: 'labeled', label: { name: LABEL }, number: 12, pull_request: pull },
      actor: 'alice-gh',
      api: github.url,
      token: github.token,
      repository: REPOSITORY,
      env: ambient(),
    });
    expect([ran.exit, ran.outputs.decision, ran.outputs['change-id']], ran.output).toEqual([0, 'plan_only', '']);
    const [comment] = ours(github);
    expect(comment!.body).toContain('512 → 1024');
    expect(comment!.body).toContain('Nothing was proposed: this job keeps no state.');
    expect(github.statuses).toEqual([]);
    expect((await world.app.changes.list({ limit: 5 })).items).toEqual([]);
  } finally {
    await github.close();
  }
}, 120_000);

describe('GitLab', () => {
  interface Note {
    id: number;
    body: string;
    system: boolean;
    author: { id: number };
  }
  let guard: Guard;
  let notes: Note[];
  let statuses: { state: string; name: string }[];
  let api: { url: string; close(): void };
  const template = () => encodeURIComponent(TEMPLATE);
  beforeEach(async (context) => {
    needs(context, 'sshd', hasSshd);
    guard = await startSshd();
    notes = [{ id: 1, body: `<!-- countersign: ${STACK} -->`, system: false, author: { id: 66 } }];
    statuses = [];
    const text = await templateWith(world, 1024);
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => void chunks.push(chunk));
      request.on('end', () => {
        const given = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : {};
        const [path = ''] = (request.url ?? '').split('?');
        const end = (status: number, value: unknown) => {
          response.statusCode = status;
          response.end(typeof value === 'string' ? value : JSON.stringify(value));
        };
        if (request.headers['private-token'] !== 'glpat-1') return end(401, { message: '401 Unauthorized' });
        const at = `${request.method} ${path.replace('/api/v4/projects/7', '')}`;
        if (at === 'GET /api/v4/user') return end(200, { id: 5, username: 'project_7_bot' });
        if (at === `GET /repository/files/${template()}/raw`) return end(200, text);
        if (at === `GET /repository/commits/${SHA}/merge_requests`) return end(200, [{ iid: 3, state: 'merged' }]);
        if (at === 'GET /merge_requests/3/notes') return end(200, notes);
        if (at === 'POST /merge_requests/3/notes')
          notes.push({ id: 2, body: given.body, system: false, author: { id: 5 } });
        else if (at === 'PUT /merge_requests/3/notes/2') notes[1]!.body = given.body;
        else if (at === `POST /statuses/${SHA}`) statuses.push(given);
        else return end(404, { message: '404 Not found' });
        end(201, {});
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    api = {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v4`,
      close: () => {
        server.closeAllConnections();
        server.close();
      },
    };
  });
  afterEach(() => {
    guard?.stop();
    api?.close();
  });

  function job(variables: Record<string, string>, more: readonly string[] = []) {
    const args = [
      bin,
      'ci',
      '--stack',
      STACK,
      '--template',
      TEMPLATE,
      '--out',
      join(folder, 'countersign.txt'),
      ...more,
    ];
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      GITLAB_CI: 'true',
      CI_API_V4_URL: api.url,
      CI_PROJECT_ID: '7',
      CI_PROJECT_PATH: 'acme/infra',
      CI_COMMIT_SHA: SHA,
      COUNTERSIGN_GITLAB_TOKEN: 'glpat-1',
      GITLAB_USER_LOGIN: 'alice',
      ...ambient(),
      ...variables,
    };
    return new Promise<{ exit: number; output: string }>((resolve) => {
      execFile(process.execPath, args, { env, cwd: folder }, (error, stdout, stderr) =>
        resolve({ exit: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
      );
    });
  }
  const ofRequest = {
    CI_PIPELINE_SOURCE: 'merge_request_event',
    CI_MERGE_REQUEST_IID: '3',
    CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '7',
  };
  const ofBranch = { CI_PIPELINE_SOURCE: 'push', CI_COMMIT_BRANCH: 'main', CI_COMMIT_REF_PROTECTED: 'true' };
  const ssh = () => ({
    args: [
      '--ssh',
      `${userInfo().username}@127.0.0.1`,
      '--ssh-port',
      /Port (\d+)/.exec(readFileSync(join(guard.folder, 'config'), 'utf8'))![1]!,
    ],
    variables: {
      COUNTERSIGN_SSH_KEY: readFileSync(admitted({ guard, world } as never, 'alice'), 'utf8'),
      COUNTERSIGN_SSH_KNOWN_HOSTS: readFileSync(join(guard.folder, 'known_hosts'), 'utf8'),
    },
  });

  it('a merge request is planned in one note of our own; after the merge a person proposes it', async () => {
    const planned = await job(ofRequest);
    expect([planned.exit, planned.output]).toEqual([0, expect.stringContaining('planned only')]);
    await job(ofRequest);
    expect(notes).toMatchObject([
      { id: 1, body: `<!-- countersign: ${STACK} -->` },
      { id: 2, body: expect.stringContaining('512 → 1024') },
    ]);
    const { args, variables } = ssh();
    const proposed = await job({ ...ofBranch, ...variables }, ['--propose', ...args]);
    expect(proposed.exit, proposed.output).toBe(0);
    const { items } = await world.app.changes.list({ limit: 5 });
    expect(items).toMatchObject([{ sponsor: 'alice', state: 'pending', ticket: `acme/infra!3@${SHA.slice(0, 12)}` }]);
    expect(notes[1]!.body).toContain(items[0]!.id);
    expect(statuses.at(-1)).toMatchObject({ state: 'pending', name: `countersign/${STACK}` });
  }, 120_000);

  it.each<[string, Record<string, string>]>([
    ['of a merge request', ofRequest],
    ['of a branch that is not protected', { ...ofBranch, CI_COMMIT_REF_PROTECTED: 'false' }],
    ['of a fork', { ...ofRequest, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '8' }],
  ])(
    'a pipeline %s proposes nothing',
    async (_what, pipeline) => {
      const { args, variables } = ssh();
      const { exit } = await job({ ...pipeline, ...variables }, ['--propose', ...args]);
      expect(exit).toBe(0);
      expect((await world.app.changes.list({ limit: 5 })).items).toEqual([]);
    },
    120_000,
  );
});

it('elsewhere, it says where it runs', async () => {
  const run = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [bin, 'ci', '--stack', STACK, '--template', TEMPLATE],
      { env: { PATH: process.env.PATH, HOME: folder } },
      (_error, _stdout, stderr) => resolve(stderr),
    );
  });
  expect(run).toContain('INPUT_INVALID: This is no job of GitHub Actions or GitLab CI.');
}, 60_000);
