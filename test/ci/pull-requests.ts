/** A repository with pull requests, people with keys, and the state behind a real sshd. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import type { Guard } from '../doctor/sshd.ts';
import { pastCountersign, STACK, type TestWorld } from '../world.ts';
import { type Comment, type Github, type Pull, REPOSITORY } from './github.ts';
import { type Ran, runAction } from './runner.ts';

export const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
export const TEMPLATE = 'infra/cost explorer.yaml';
export const LABEL = 'countersign';
export const MARKER = `<!-- countersign: ${STACK} -->`;

export const commit = (name: string): string => createHash('sha1').update(name).digest('hex');

/** The deployed template, with another size of a function. */
export async function templateWith(world: TestWorld, memory: number): Promise<string> {
  const client = new CloudFormationClient(pastCountersign(world));
  const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName: STACK }));
  return TemplateBody.replace(/MemorySize: \d+/, `MemorySize: ${memory}`);
}

export function pullRequest(github: Github, sha: string, more: Partial<Pull> = {}): Pull {
  const repo = { full_name: REPOSITORY, id: 7 };
  const pull: Pull = {
    number: 12,
    title: 'More memory',
    body: 'Please.',
    state: 'open',
    merged: false,
    user: { login: 'alice-gh' },
    head: { sha, ref: 'more-memory', repo },
    base: { sha: commit('main'), ref: 'main', repo },
    labels: [],
    ...more,
  };
  github.pulls.push(pull);
  return pull;
}

export interface Setting {
  github: Github;
  world: TestWorld;
  guard: Guard;
}
export type Act = (eventName: string, action: string | undefined, more?: ActOptions) => Promise<Ran>;
interface ActOptions {
  pull?: Pull | undefined;
  /** Whose key the workflow picks. */
  key?: string;
  label?: string;
  inputs?: Record<string, string>;
  env?: Record<string, string>;
}

/** Keys of people, by the forced commands of docs/team.md. */
export function admitted({ guard, world }: Setting, person: string): string {
  const program = `${process.execPath} ${bin} --sandbox --home ${world.home} --policy ${join(world.home, 'policy.yaml')}`;
  return guard.admit(`key-${person}`, `command="AWS_REGION=eu-west-1 ${program} ssh ${person}",restrict`);
}

/** As a workflow of docs/pull-requests.md calls the action. */
export function acting(setting: Setting): Act {
  const { github, guard } = setting;
  return (eventName, action, { pull, key, label, inputs = {}, env = {} } = {}) => {
    const port = /Port (\d+)/.exec(readFileSync(join(guard.folder, 'config'), 'utf8'))![1]!;
    const ssh = {
      ssh: `${userInfo().username}@127.0.0.1`,
      'ssh-port': port,
      'ssh-key': key === undefined ? '' : readFileSync(key, 'utf8'),
      'ssh-known-hosts': readFileSync(join(guard.folder, 'known_hosts'), 'utf8'),
    };
    return runAction({
      inputs: { stack: STACK, template: TEMPLATE, ...ssh, ...inputs },
      eventName,
      event: {
        ...(action ? { action } : {}),
        ...(label ? { label: { name: label } } : {}),
        ...(pull ? { number: pull.number, pull_request: pull } : {}),
        repository: { full_name: REPOSITORY, id: 7 },
      },
      actor: 'alice-gh',
      api: github.url,
      token: github.token,
      repository: REPOSITORY,
      env,
    });
  };
}

export const ours = ({ comments }: Github, number = 12): Comment[] =>
  (comments.get(number) ?? []).filter(
    ({ user, body }) => user.login === 'github-actions[bot]' && body.startsWith(MARKER),
  );
export const statusAt = ({ statuses }: Github, sha: string) => statuses.filter((one) => one.sha === sha).at(-1);
export const commandsIn = (comment: string): string[] =>
  [...comment.matchAll(/```sh\n([^`]*)\n```/g)].flatMap(([, lines]) => lines!.split('\n'));

/** A reviewer's own machine: their key, and `guard` as a name that their ssh knows. */
export function reviewer({ guard, world }: Setting, person: string) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-reviewer-'));
  const key = admitted({ guard, world } as Setting, person);
  mkdirSync(join(folder, '.ssh'));
  copyFileSync(world.keyOf(person), join(folder, '.ssh/id_ed25519'));
  copyFileSync(`${world.keyOf(person)}.pub`, join(folder, '.ssh/id_ed25519.pub'));
  const quoted = guard.client(key, []).map((word) => `'${word}'`);
  const ssh = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim();
  const scripts = {
    ssh: `[ "$1" = guard ] || exit 96\nshift\nexec ${ssh} ${quoted.join(' ')} "$@"`,
    countersign: `exec "${process.execPath}" "${bin}" "$@"`,
  };
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return {
    /** A line, as it was printed. */
    types: (line: string): string =>
      execFileSync('bash', ['-c', line], {
        cwd: folder,
        env: { HOME: folder, PATH: `${folder}:${process.env.PATH}`, AWS_EC2_METADATA_DISABLED: 'true' },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    leaves: () => rmSync(folder, { recursive: true, force: true }),
  };
}
