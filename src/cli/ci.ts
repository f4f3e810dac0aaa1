/** `ci`: one step of a workflow. Finds out where it runs and for what, attends to it, and tells the runner. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBounded } from '../bounded-file.ts';
import { type Asked, attend } from '../ci/attend.ts';
import { commentOf, markerOf, statusOf } from '../ci/comment.ts';
import { github, githubTask } from '../ci/github.ts';
import { gitlab, gitlabTask } from '../ci/gitlab.ts';
import type { Forge, PullRequest, Report, Settings, StateServer } from '../ci/ports.ts';
import { variables } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import { withOwnState, withStateOverSsh } from './ci-state.ts';
import type { Context } from './command.ts';

export type CiOptions = {
  stack?: string | undefined;
  template?: string | undefined;
  workspace?: string | undefined;
  planFile?: string | undefined;
  goal: string;
  label: string;
  region?: string | undefined;
  account?: string | undefined;
  parameters?: string | undefined;
  ssh?: string | undefined;
  sshPort: number;
  reviewersHost: string;
  author: string;
  out?: string | undefined;
  propose?: boolean | undefined;
};

/** An event has at most this many bytes, says GitHub. */
const EVENT_BYTES = 32 * 1024 * 1024;
type Variables = ReturnType<typeof variables>;

interface Job {
  /** Why there is nothing to do. */
  nothing?: string;
  task?: { request: PullRequest | undefined; asked: Asked };
  forge: Forge;
  hasToken: boolean;
  mustNotPropose: string | undefined;
  actor: string;
  whereWhole: string | undefined;
}

export interface CiResult {
  reports: Report[];
  /** Sentences of ours. */
  said: string[];
}

export async function ci(context: Context, options: CiOptions): Promise<CiResult> {
  const target = targetOf(options);
  const job = await jobHere(variables(), { ...options, ...target });
  if (!job.task) return { reports: [], said: [job.nothing!] };
  const { asked, request } = job.task;
  const settings = settingsOf(options, target, job);
  const said: string[] = [];
  const reports = await withState(context, options, job, async (server) => {
    const found: Report[] = [];
    const open = request ? [request] : server.keepsState ? await job.forge.openRequests() : [];
    for (const one of open) {
      const report = await attend(asked, one, { forge: job.forge, server, settings });
      if (!report) continue;
      found.push(report);
      if (job.hasToken) said.push(...(await publish(report, asked, { ...job, settings, server })));
      else said.push('There is no token, so nothing was written to the pull request.');
    }
    return found;
  });
  tellRunner(reports, options, settings);
  if (reports.length === 0) said.push('Nothing was proposed for it, so there is nothing to follow.');
  return { reports, said };
}

interface Target {
  /** Its name, or that of the workspace. */
  stack: string;
  /** Empty for a workspace. */
  template: string;
  workspace?: string | undefined;
  planFile?: string | undefined;
}

/** One of the two, and what belongs to it. An action hands on what was not given as empty. */
function targetOf({ stack = '', template = '', workspace = '', planFile = '', ssh = '' }: CiOptions): Target {
  if (workspace === '' ? stack === '' || template === '' || planFile !== '' : stack !== '' || template !== '')
    throw new CountersignError(
      'INPUT_INVALID',
      'A stack with its template, or a workspace, must be named.',
      'Use --stack with --template, or --workspace (with --plan-file, if the job made the plan itself).',
    );
  if (planFile !== '' && ssh !== '')
    throw new CountersignError(
      'INPUT_INVALID',
      '--plan-file is a file of this job, and the plan is made on the host of --ssh.',
      'Copy the file there, and plan it with countersign tool plan_workspace (docs/pull-requests.md).',
    );
  const isName = workspace === '' ? /^[A-Za-z][A-Za-z0-9-]{0,127}$/ : /^[a-z][a-z0-9_-]{0,63}$/;
  if (!isName.test(stack + workspace))
    throw new CountersignError(
      'INPUT_INVALID',
      `--${workspace === '' ? 'stack' : 'workspace'} is not a name.`,
      'Use letters, digits and hyphens.',
    );
  if (workspace === '') return { stack, template };
  return { stack: workspace, template: '', workspace, ...(planFile === '' ? {} : { planFile }) };
}

function settingsOf(options: CiOptions, target: Target, { mustNotPropose, whereWhole }: Job): Settings {
  const { stack, workspace, planFile } = target;
  const { goal, label, region, account, reviewersHost } = options;
  if (!/^[\w.@-]+$/.test(reviewersHost) || reviewersHost.startsWith('-'))
    throw new CountersignError('INPUT_INVALID', '--reviewers-host is not a host.', 'Write a name that ssh knows.');
  const parameters = parametersOf(options.parameters);
  return {
    stack,
    workspace,
    planFile,
    goal,
    label,
    region,
    account,
    parameters,
    reviewersHost,
    mustNotPropose,
    whereWhole,
  };
}

function parametersOf(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Record<string, string>;
  } catch {
    // Told below.
  }
  throw new CountersignError('INPUT_INVALID', '--parameters is not a JSON object.', 'Write {"Name": "value"}.');
}

type Named = CiOptions & Target;

async function jobHere(given: Variables, options: Named): Promise<Job> {
  if (given.GITHUB_ACTIONS === 'true') return githubJob(given, options);
  if (given.GITLAB_CI === 'true') return gitlabJob(given, options);
  throw new CountersignError(
    'INPUT_INVALID',
    'This is no job of GitHub Actions or GitLab CI.',
    'Elsewhere, call one tool: countersign tool plan_stack_update --input FILE',
  );
}

function githubJob(given: Variables, { template, stack, label, author }: Named): Job {
  const name = given.GITHUB_EVENT_NAME ?? '';
  const path = required(given, 'GITHUB_EVENT_PATH');
  const task = githubTask(name, JSON.parse(readBounded(path, EVENT_BYTES, 'GITHUB_EVENT_PATH')), label);
  const repository = required(given, 'GITHUB_REPOSITORY');
  const token = given.GITHUB_TOKEN ?? '';
  const api = given.GITHUB_API_URL ?? 'https://api.github.com';
  const run = `${given.GITHUB_SERVER_URL}/${repository}/actions/runs/${given.GITHUB_RUN_ID}`;
  return {
    ...(typeof task === 'string' ? { nothing: task } : { task }),
    forge: github({ api, token, repository, author, template, stack, label }),
    hasToken: token !== '',
    mustNotPropose: whyNoProposal(name, given),
    actor: given.GITHUB_ACTOR ?? '',
    whereWhole: given.GITHUB_RUN_ID ? `the artifact of [this run](${run})` : undefined,
  };
}

/** SECURITY: the key is of the actor; whoever runs a job of theirs again is another person. */
function whyNoProposal(event: string, { GITHUB_ACTOR: actor, GITHUB_TRIGGERING_ACTOR: again }: Variables) {
  if (event === 'pull_request')
    return 'the author of the pull request can edit this job. Run it on pull_request_target.';
  if (again && again !== actor) return 'another person ran this job again. Add the label again.';
  return undefined;
}

async function gitlabJob(given: Variables, { template, stack, propose = false }: Named): Promise<Job> {
  const token = given.COUNTERSIGN_GITLAB_TOKEN ?? '';
  const access = {
    api: required(given, 'CI_API_V4_URL'),
    token,
    projectId: required(given, 'CI_PROJECT_ID'),
    repository: required(given, 'CI_PROJECT_PATH'),
    template,
    stack,
  };
  const isProtected = given.CI_COMMIT_REF_PROTECTED === 'true' && given.CI_COMMIT_BRANCH !== undefined;
  const task = await gitlabTask(access, {
    source: given.CI_PIPELINE_SOURCE ?? '',
    commit: given.CI_MERGE_REQUEST_SOURCE_BRANCH_SHA || required(given, 'CI_COMMIT_SHA'),
    requestNumber: given.CI_MERGE_REQUEST_IID,
    sourceProjectId: given.CI_MERGE_REQUEST_SOURCE_PROJECT_ID,
    isProtected,
    wantsProposal: propose,
  });
  return {
    ...(typeof task === 'string' ? { nothing: task } : { task }),
    forge: gitlab(access),
    hasToken: token !== '',
    mustNotPropose: isProtected ? undefined : 'the author of the merge request can edit this job.',
    actor: given.GITLAB_USER_LOGIN ?? '',
    whereWhole: given.CI_JOB_URL ? `the artifact of [this job](${given.CI_JOB_URL})` : undefined,
  };
}

function required(given: Variables, name: string): string {
  const value = given[name];
  if (value) return value;
  throw new CountersignError(
    'CONFIG_INVALID',
    `${name} is not set.`,
    'Run this as a job of GitHub Actions or GitLab CI.',
  );
}

function withState<T>(
  context: Context,
  { ssh, sshPort }: CiOptions,
  { actor }: Job,
  use: (server: StateServer) => Promise<T>,
): Promise<T> {
  if (!ssh) return withOwnState(context, use);
  const given = variables();
  const [key = '', knownHosts = ''] = [given.COUNTERSIGN_SSH_KEY, given.COUNTERSIGN_SSH_KNOWN_HOSTS];
  if (key.trim() === '')
    throw new CountersignError(
      'SPONSOR_UNKNOWN',
      `There is no ssh key for ${/^[\w.[\]-]+$/.test(actor) ? actor : 'the person who started this job'}.`,
      'An owner of the repository can add one: docs/pull-requests.md.',
    );
  if (knownHosts.trim() === '')
    throw new CountersignError(
      'CONFIG_INVALID',
      'The key of the host is not given.',
      'Set ssh-known-hosts to what ssh-keyscan prints, after comparing it on the host.',
    );
  return withStateOverSsh({ host: ssh, port: sshPort, key, knownHosts }, use);
}

/** A token that may not write leaves the plan as it is: the summary has it. @returns what could not be written. */
async function publish(
  report: Report,
  asked: Asked,
  { forge, settings, server }: { forge: Forge; settings: Settings; server: StateServer },
): Promise<string[]> {
  const refused: string[] = [];
  const trying = async (what: string, write: () => Promise<void>) => {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      refused.push(`::warning::${what} could not be written. ${error.code}: ${error.message}`);
    }
  };
  const onlyUpdate = asked === 'follow' || asked === 'withdraw';
  await trying('The comment', () => forge.comment(report.request, commentOf(report, settings), onlyUpdate));
  if (server.keepsState) await trying('The status', () => forge.status(report.request, ...statusOf(report, settings)));
  return refused;
}

/**
 * SECURITY: outputs are ids and words of ours on one line each; what templates and clouds say goes into the summary and
 * the file only, never to the output of the job, where a runner looks for commands. Nothing is written to GITHUB_ENV.
 */
function tellRunner(reports: readonly Report[], options: CiOptions, settings: Settings): void {
  const given = variables();
  const file = options.out ?? join(given.RUNNER_TEMP ?? tmpdir(), `countersign-${settings.stack}.txt`);
  if (reports.length > 0) writeFileSync(file, reports.map(({ whole }) => whole).join('\n\n'));
  if (given.GITHUB_STEP_SUMMARY)
    for (const report of reports)
      appendFileSync(
        given.GITHUB_STEP_SUMMARY,
        `${commentOf(report, settings).replace(markerOf(settings.stack), '')}\n`,
      );
  if (!given.GITHUB_OUTPUT) return;
  const [report] = reports.length === 1 ? reports : [];
  const planned = report?.planned?.ok ? report.planned.content : {};
  const outputs = {
    decision: report?.change?.decision ?? planned.decision,
    'plan-id': report?.change?.plan_id ?? planned.plan_id,
    'change-id': report?.change?.change_id,
    state: report?.change?.state,
    file: reports.length > 0 ? file : undefined,
  };
  const lines = Object.entries(outputs).map(
    ([name, value]) => `${name}=${String(value ?? '').replaceAll(/[\r\n]/g, '')}\n`,
  );
  appendFileSync(given.GITHUB_OUTPUT, lines.join(''));
}
