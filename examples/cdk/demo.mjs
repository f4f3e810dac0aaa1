/**
 * A CDK app on the simulated cloud: deployed once by its team, then changed by an agent through Countersign.
 * Everything runs on this machine, in a folder that is removed at the end.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const here = import.meta.dirname;
const countersign = process.env.COUNTERSIGN_PROGRAM ?? join(here, '../../bin/countersign.js');
const cdkProgram = join(here, 'node_modules/aws-cdk/bin/cdk');
const folder = mkdtempSync(join(tmpdir(), 'countersign-cdk-'));
const tell = (text) => process.stdout.write(`${text}\n`);

const plain = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:AWS|CDK|COUNTERSIGN)_/.test(name)),
);
const env = {
  ...plain,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
  HOME: folder,
  CI: '1',
  AWS_ACCESS_KEY_ID: 'sandbox',
  AWS_SECRET_ACCESS_KEY: 'sandbox',
  AWS_REGION: 'eu-west-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  COUNTERSIGN_HOME: join(folder, 'state'),
  COUNTERSIGN_POLICY: join(folder, 'countersign.policy.yaml'),
  COUNTERSIGN_SPONSOR: 'alice',
  COUNTERSIGN_TEMPLATE_ROOTS: folder,
};

/** @returns its exit code and standard output. */
function run(program, args, { input = '', more = {} } = {}) {
  return new Promise((resolve, reject) => {
    const options = { cwd: here, env: { ...env, ...more }, maxBuffer: 64_000_000 };
    const child = execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: error?.code ?? 0, stdout, stderr });
    });
    child.stdin.end(input);
  });
}

async function cdk(...args) {
  tell(`\n$ cdk ${args.join(' ')}`);
  const { code, stdout, stderr } = await run(cdkProgram, args);
  if (code !== 0) throw new Error(`cdk ${args[0]} ended with ${code}:\n${stdout}${stderr}`);
  for (const line of `${stdout}\n${stderr}`.split('\n').filter((text) => /✅|published successfully/.test(text)))
    tell(`  ${line.trim()}`);
}

async function sign(...args) {
  const { code, stdout, stderr } = await run(countersign, args);
  if (code !== 0) throw new Error(`countersign ${args[0]} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

/** What an agent calls over MCP. */
async function tool(name, input) {
  const { stdout, stderr } = await run(countersign, ['tool', name, '--input', '-'], { input: JSON.stringify(input) });
  if (stdout.trim() === '') throw new Error(`${name}: ${stderr}`);
  const answer = JSON.parse(stdout);
  tell(`\n${name} ${JSON.stringify(input)}\n  → ${answer.state ?? answer.decision ?? answer.code}`);
  for (const { code, outcome, message } of answer.verdicts ?? []) tell(`    ${outcome} ${code}: ${message}`);
  return answer;
}

/** Proposed by the agent, signed by bob, executed by alice. */
async function carryOut(plan, reason) {
  const change = await tool('propose_change', { plan_id: plan.plan_id, goal: 'scale', reason });
  const id = change.change_id;
  if (change.decision === 'needs_approval') {
    tell(`\n$ countersign approve ${id} --key bob`);
    await sign('approve', id, '--key', join(folder, 'bob'), '--as', 'bob', '--confirm', 'shop-worker');
  }
  tell(`\n$ countersign execute ${id}`);
  tell(`  ${(await sign('execute', id)).trim().split('\n').at(-1)}`);
  return (await tool('describe_change', { change_id: id })).state;
}

function writePolicy(account) {
  const keyOf = (name) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(folder, name)]);
    return readFileSync(join(folder, `${name}.pub`), 'utf8').trim();
  };
  writeFileSync(
    env.COUNTERSIGN_POLICY,
    `version: 1
accounts:
  shop: { id: "${account}", regions: [eu-west-1], template_buckets: [cdk-hnb659fds-assets-${account}-eu-west-1] }
scopes:
  - { account: shop, stacks: ["shop-*"], environment: production, execute: by_command }
people:
  alice: { signs_in_as: [alice@example.com], roles: [dev], keys: ["${keyOf('alice')}"] }
  bob: { signs_in_as: [bob@example.com], roles: [sre], keys: ["${keyOf('bob')}"] }
`,
  );
}

/** @returns the simulated cloud's process. */
async function startCloud() {
  const args = [countersign, 'sandbox', '--port', '0', '--pace', '0'];
  const cloud = spawn(process.execPath, args, { env: { ...env, COUNTERSIGN_HOME: join(folder, 'cloud') } });
  for await (const text of cloud.stdout) {
    env.AWS_ENDPOINT_URL = /http:\/\/127\.0\.0\.1:\d+/.exec(String(text))?.[0];
    if (env.AWS_ENDPOINT_URL) break;
  }
  cloud.stdout.resume();
  return cloud;
}

async function story() {
  const account = '123456789012';
  writePolicy(account);
  await sign('policy', 'adopt');
  tell(`The simulated cloud is at ${env.AWS_ENDPOINT_URL}. The team deploys its app once:`);
  const output = ['--output', join(folder, 'first')];
  await cdk('bootstrap', `aws://${account}/eu-west-1`, ...output);
  await cdk('deploy', '--all', '--require-approval', 'never', ...output);

  tell('\nAn agent gives the worker more memory. The assets are uploaded; the template is planned by Countersign:');
  const assembly = join(folder, 'more-memory');
  const asset = ['publish-assets', 'shop-worker', '--unstable=publish-assets', '--exclusively'];
  await cdk(...asset, '-c', 'memory=512', '--output', assembly);
  const byTemplate = await tool('plan_stack_update', {
    stack: 'shop-worker',
    template_file: join(assembly, 'shop-worker.template.json'),
  });
  const first = await carryOut(byTemplate, 'the worker runs out of memory');

  tell('\nThe same from S3, where a template of any size is planned:');
  const larger = join(folder, 'still-more-memory');
  await cdk(...asset, '-c', 'memory=768', '--output', larger);
  const { files } = JSON.parse(readFileSync(join(larger, 'shop-worker.assets.json'), 'utf8'));
  const { destinations } = Object.values(files).find(({ source }) => source.path === 'shop-worker.template.json');
  const [{ bucketName, objectKey }] = Object.values(destinations);
  const template_file = `s3://${bucketName}/${objectKey}`;
  const second = await carryOut(await tool('plan_stack_update', { stack: 'shop-worker', template_file }), 'and more');

  tell('\nA change set that alice has prepared goes the same road:');
  const prepare = ['--method=prepare-change-set', '--change-set-name', 'by-alice', '--require-approval', 'never'];
  await cdk(
    'deploy',
    'shop-worker',
    '--exclusively',
    ...prepare,
    '-c',
    'memory=1024',
    '--output',
    join(folder, 'prepared'),
  );
  const prepared = await tool('plan_stack_update', { stack: 'shop-worker', change_set: 'by-alice' });
  const third = await carryOut(prepared, 'prepared by alice');

  tell('\nAnother key for the table would replace it, with all orders in it:');
  const otherKey = join(folder, 'other-key');
  await cdk('synth', '--quiet', '-c', 'key=order_id', '--output', otherKey);
  const { decision } = await tool('plan_stack_update', {
    stack: 'shop-data',
    template_file: join(otherKey, 'shop-data.template.json'),
  });
  return { changes: [first, second, third], replacement: decision };
}

const cloud = await startCloud();
try {
  const outcome = await story();
  tell(`\n${JSON.stringify(outcome)}`);
  const isRight = outcome.changes.every((state) => state === 'succeeded') && outcome.replacement === 'denied';
  process.exitCode = isRight ? 0 : 1;
} finally {
  cloud.kill();
  rmSync(folder, { recursive: true, force: true });
}
