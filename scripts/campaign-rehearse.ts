/**
 * `npm run campaign:rehearse -- FOLDER@SINCE …`: rehearses whole public histories, then plans each of the same changes
 * one by one, from `git show` over the SDK and the pipeline, and compares. docs/results/rehearse.md says what came of it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { type RehearsalReport, rehearsePolicy } from '../src/cli/policy-rehearse.ts';
import { createApp, openSandbox } from '../src/compose.ts';
import { programPath, readConfig } from '../src/config.ts';
import { guardOf } from '../src/core/verdict.ts';
import { adoptFirst } from '../src/policy/pin.ts';
import type { Rehearsed } from '../src/policy-lab/rehearse/rehearse.ts';
import { deployTools } from '../src/sandbox/deploy-tools.ts';
import { exporting, importsOf } from '../src/sandbox/plausible-parameters.ts';
import { isTemplate, isTooLong, nameValues, newValues, valuesFor } from '../src/sandbox/rehearsal.ts';
import { commitOf, machine } from './seen-on.ts';

const ACCOUNT = '123456789012';
const REGION = 'us-east-1';
const POLICY = `version: 1
accounts:
  main: { id: "${ACCOUNT}", regions: [${REGION}] }
scopes:
  - { account: main, stacks: ["*"], environment: production, create: true, execute: by_command }
people:
  alice: { roles: [dev] }
  bob: { roles: [sre], keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILgeKYgLF3O0uA5HYXic49R6JCRLLvhWLG4Q7Tr2LTXM"] }
  carol: { roles: [data], keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILN/ur0J/yJrL87N1ML0Wtsgf9VmebTB76IXFV1jYu77"] }
`;
const histories = process.argv.slice(2).map((given) => {
  const [folder = '', since = ''] = given.split('@');
  if (since === '') throw new Error('Name each history as FOLDER@SINCE, for example ../templates@2021-01-01.');
  return { folder, since };
});
if (histories.length === 0) throw new Error('Name at least one history as FOLDER@SINCE.');

const work = mkdtempSync(join(tmpdir(), 'countersign-campaign-rehearse-'));
const policyPath = join(work, 'policy.yaml');
writeFileSync(policyPath, POLICY);

interface Outcome {
  decision: string;
  guards: string[];
}
const outcomeOf = ({ planned }: Rehearsed): Outcome => ({
  decision: planned.decision,
  guards: 'verdicts' in planned ? planned.verdicts.map(({ guard, outcome }) => `${outcome} ${guard}`).sort() : [],
});

function show(folder: string, revision: string): string | null {
  try {
    const text = execFileSync('git', ['-C', folder, 'cat-file', 'blob', revision], {
      encoding: 'utf8',
      stdio: 'pipe',
      maxBuffer: 2 ** 26,
    });
    return isTemplate(text) ? text : null;
  } catch {
    return null;
  }
}
const parameters = (values: Record<string, string>) =>
  Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));

/** In a cloud and a state folder of its own, without the bench that rehearsals share with policy tests. */
async function planOne(folder: string, { commit, path, stack, at }: Rehearsed): Promise<Outcome> {
  const revisions = [`${commit}^1:${path}`, `${commit}:${path}`].map((one) => show(folder, one));
  const [before = null, after = null] = await Promise.all(revisions.map(async (text) => text && tools.sent(text)));
  const home = mkdtempSync(join(work, 'one-'));
  const sandbox = await openSandbox(home, 0, join(work, 'empty.yaml'));
  const offset = new Date(at).getTime() - Date.now();
  sandbox.store.advanceClock(offset);
  const app = createApp(
    {
      ...readConfig({ home, policy: policyPath }),
      region: REGION,
      endpointUrl: undefined,
      sponsor: 'alice',
      actsAs: [],
    },
    { sandbox, now: () => new Date(Date.now() + offset), logDefect: () => undefined },
  );
  try {
    await adoptFirst(app.ledger, app.policyFile!, ['campaign']);
    const client = new CloudFormationClient({
      region: REGION,
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'sandbox' },
      requestHandler: sandbox.requestHandler as never,
    });
    const was = before === null ? null : { stack, text: before, parameters: valuesFor(before) };
    const is = after === null ? null : { stack, text: after, parameters: valuesFor(after, was?.parameters) };
    const versions = [was, is].filter((version) => version !== null);
    sandbox.store.transact((world) => nameValues(world, REGION, versions), ACCOUNT);
    const place = { account: ACCOUNT, region: REGION, name: stack };
    const exporter = exporting([
      ...new Set(versions.flatMap((one) => importsOf(one.text, parameters(one.parameters), place))),
    ]);
    const create = (StackName: string, TemplateBody: string, values: Record<string, string>) =>
      client.send(
        new CreateStackCommand({
          StackName,
          TemplateBody,
          Parameters: parameters(values),
          Capabilities: ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
        }),
      );
    if (exporter) await create(`${stack}-exports`, exporter, {});
    if (was) await create(stack, was.text, was.parameters);
    const answer = !is
      ? await app.pipeline('plan_stack_delete', { stack })
      : was
        ? await app.pipeline('plan_stack_update', { stack, template: is.text, parameters: newValues(was, is) })
        : await app.pipeline('plan_stack_create', { stack, template: is.text, parameters: is.parameters });
    if (!answer.ok) {
      const guard = guardOf(answer.error.code);
      return guard === undefined
        ? { decision: 'not_planned', guards: [] }
        : { decision: 'denied', guards: [`deny ${guard}`] };
    }
    const { plan_id: planId, decision } = answer.content as { plan_id?: string; decision: string };
    if (decision === 'no_change' || planId === undefined) return { decision, guards: [] };
    const { judgement } = await app.changes.plan(planId);
    const stopping = judgement.verdicts.filter(({ outcome }) => outcome === 'deny' || outcome === 'hold');
    return { decision, guards: stopping.map(({ guard, outcome }) => `${outcome} ${guard}`).sort() };
  } finally {
    app.close();
    sandbox.store.close();
    rmSync(home, { recursive: true, force: true });
  }
}

writeFileSync(join(work, 'empty.yaml'), `account: "${ACCOUNT}"\nregion: ${REGION}\n`);
const tools = deployTools(REGION, programPath());
const rows: string[] = [];
const reasons: string[] = [];
let differing = 0;
for (const { folder, since } of histories) {
  const name = folder
    .replace(/\/(?:repo|\.git)?\/?$/, '')
    .split('/')
    .at(-1)!
    .replace('+', '/');
  const head = commitOf(folder);
  const began = { wall: performance.now(), cpu: process.cpuUsage() };
  const report: RehearsalReport = await rehearsePolicy(
    { policy: policyPath, git: folder, since, path: undefined, stackName: '{name}' },
    (told) => process.stderr.write(`${name}: ${told}\n`),
  );
  const { user, system } = process.cpuUsage(began.cpu);
  const seconds = (performance.now() - began.wall) / 1000;
  const each = (total: number) => (total / Math.max(1, report.changes.length)).toFixed(2);
  // What was too long for a call went by a bucket there, and what could not be planned has no figures.
  const pairs = report.changes.filter(({ planned }) => planned.decision !== 'not_planned');
  let compared = 0;
  for (const change of pairs) {
    const sizes = [`${change.commit}^1:${change.path}`, `${change.commit}:${change.path}`].map((one) =>
      show(folder, one),
    );
    if (sizes.some((text) => text !== null && isTooLong(text))) continue;
    compared += 1;
    if (compared % 100 === 0) process.stderr.write(`${name}: ${compared} compared\n`);
    const [rehearsed, alone] = [outcomeOf(change), await planOne(folder, change)];
    if (JSON.stringify(rehearsed) === JSON.stringify(alone)) continue;
    differing += 1;
    console.log('DIFFERS', name, change.commit, change.path, JSON.stringify({ rehearsed, alone }));
  }
  const { counts } = report;
  const commits = new Set(report.changes.map(({ commit }) => commit)).size;
  rows.push(
    `| ${name} ${head} | ${since} | ${report.changes.length} (${commits}) | ${counts.pass} | ${counts.needs_approval} | ${counts.denied} | ${counts.no_change} | ${counts.not_planned} | ${each((user + system) / 1e6)} s, ${each(seconds)} s | ${compared} |`,
  );
  for (const { why, changes } of report.notPlanned.slice(0, 5)) reasons.push(`- ${name}, ${changes}: ${why}`);
}
const commit = commitOf();
writeFileSync(
  'docs/results/rehearse.md',
  `# Rehearsals of public histories

\`npm run campaign:rehearse -- FOLDER@SINCE …\` at ${commit}, ${machine()}. The policy has one account, one scope (\`stacks: ["*"]\`, production, \`execute: by_command\`), three people and the default approvals. Git objects only; each version of a template is deployed in a simulated cloud of its own, and the next one is planned.

| repository | since | changes of a template (commits) | pass | needs approval | denied | no change | could not be planned | CPU and time, for one change | planned again one by one |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

${differing === 0 ? 'Planned again one by one (from `git cat-file`, with the SDK and the pipeline), each had the same decision by the same guards.' : `${differing} of the changes that were planned again one by one had another decision, or other guards.`} Changes of templates over 51,200 bytes were not planned again.

Most frequent reasons why a change could not be planned:

${reasons.join('\n')}
`,
);
rmSync(work, { recursive: true, force: true });
await tools.close();
process.exitCode = differing === 0 ? 0 : 1;
