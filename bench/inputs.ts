/**
 * What inputs cost that were made to cost: each in a process of its own, its CPU time and memory beside those of the
 * same command with nothing to do. Bound: one second and 200 MB more for an input of 1 MB.
 *
 *     npm run bench:inputs
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createSandbox, sandboxRequestHandler } from '../src/sandbox/cloud.ts';
import { openWorld } from '../src/sandbox/world.ts';

const BIN = join(import.meta.dirname, '../bin/countersign.js');
const MEGABYTE = 1_000_000;
const MAX_SECONDS = 1;
const MAX_MEGABYTES = 200;

const nested = (depth: number, open: string, close: string, inner: string) =>
  open.repeat(depth) + inner + close.repeat(depth);
/** As many as fit. */
function many(size: number, one: (index: number) => string, between = ','): string {
  const parts: string[] = [];
  for (let length = 0, index = 0; length < size; index += 1) {
    const part = one(index);
    parts.push(part);
    length += part.length + between.length;
  }
  return parts.join(between);
}
const json = (resources: string, more = '') =>
  `{"Parameters":{"P":{"Type":"String","NoEcho":true,"Default":"x"},"Q":{"Type":"String","Default":"q"}},${more}"Resources":{${resources}}}`;
const queue = (id: string, value: string) =>
  `"${id}":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Value":${value}}}`;
const role = (statements: string) =>
  `"R":{"Type":"AWS::IAM::Role","Properties":{"AssumeRolePolicyDocument":{"Statement":[]},"Policies":[{"PolicyName":"p","PolicyDocument":{"Statement":[${statements}]}}]}}`;
const quotedJson = (depth: number, inner: unknown): string => {
  let text = JSON.stringify(inner);
  for (let level = 0; level < depth; level += 1) text = JSON.stringify({ a: text });
  return text;
};
const base64s = (depth: number, size: number): string => {
  let text = 'x'.repeat(size);
  for (let level = 0; level < depth; level += 1) text = Buffer.from(text).toString('base64');
  return text;
};

/** Templates of about that many characters. */
const TEMPLATES: Record<string, (size: number) => string> = {
  'nested 90 deep, often': (size) =>
    json(many(size, (i) => queue(`A${i}`, nested(40, '{"Fn::Join":["",[', ']]}', '"x"')))),
  'nested past the bound': (size) => json(queue('A', nested(Math.floor(size / 2), '[', ']', '1'))),
  'each names the one before': (size) =>
    json(many(size, (i) => queue(`A${i}`, i === 0 ? '{"Ref":"P"}' : `{"Fn::GetAtt":["A${i - 1}","Value"]}`))),
  'all name all, in circles': (size) =>
    json(
      many(size, (i) =>
        queue(
          `A${i}`,
          `{"Fn::Join":["",[${many(2_000, (k) => `{"Fn::GetAtt":["A${(i * 31 + k * 17) % 400}","Value"]}`)}]]}`,
        ),
      ),
    ),
  'conditions of conditions': (size) =>
    json(
      queue('A', '"x"'),
      `"Conditions":{"C0":{"Fn::Equals":[{"Ref":"Q"},"q"]},${many(size, (i) => `"C${i + 1}":{"Fn::And":[{"Condition":"C${i}"},{"Condition":"C${i}"}]}`)}},`,
    ),
  'Fn::If in Fn::If, wide': (size) =>
    json(
      many(size, (i) => queue(`A${i}`, nested(12, '{"Fn::If":["C",', ',"y"]}', `{"Fn::If":["C","${i}",{"Ref":"Q"}]}`))),
      '"Conditions":{"C":{"Fn::Equals":[{"Ref":"Q"},"q"]}},',
    ),
  'Fn::Join that doubles': (size) =>
    json(many(size, (i) => queue(`A${i}`, `{"Fn::Join":["",[${'{"Ref":"Q"},'.repeat(50)}"x"]]}`))),
  'one long string': (size) => json(queue('A', `"${'a'.repeat(size)}"`)),
  'one long string of dollars and braces': (size) => json(queue('A', `{"Fn::Sub":"${'${'.repeat(size / 2)}"}`)),
  'one long string of words for secrets': (size) => json(queue('A', `"${'password=a '.repeat(size / 11)}"`)),
  'one long URL': (size) => json(queue('A', `"https://${'a:'.repeat(size / 2)}"`)),
  'many parameters': (size) =>
    `{"Parameters":{${many(size, (i) => `"P${i}":{"Type":"String","Default":"x"}`)}},"Resources":{"T":{"Type":"AWS::SNS::Topic"}}}`,
  'many outputs that name all': (size) =>
    `${json(many(size / 2, (i) => queue(`A${i}`, '{"Ref":"P"}'))).slice(0, -1)},"Outputs":{${many(size / 2, (i) => `"O${i}":{"Value":{"Fn::GetAtt":["A${i % 50}","Value"]}}`)}}}`,
  'JSON in strings': (size) =>
    json(many(size, (i) => queue(`A${i}`, JSON.stringify(quotedJson(6, { password: 'x', i }))))),
  'JSON in strings, deep': (size) =>
    json(queue('A', JSON.stringify(`{"a":${nested(Math.min(50_000, size / 3), '[', ']', '1')}}`))),
  'base64 in base64': (size) => json(queue('A', `{"Fn::Base64":"${base64s(4, size / 3.2)}"}`)),
  'policies with wildcards': (size) =>
    json(
      role(
        many(
          size,
          (i) => `{"Effect":"Allow","Action":["s3:*","*:Get*","${'?*'.repeat(20)}"],"Resource":"arn:aws:s3:::a${i}*"}`,
        ),
      ),
    ),
  'policy of one statement, many actions': (size) =>
    json(role(`{"Effect":"Allow","Action":[${many(size, (i) => `"ec2:*${i}*"`)}],"Resource":"*"}`)),
  'YAML of many anchors': (size) =>
    `Resources:\n  A: { Type: AWS::SNS::Topic }\nMetadata:\n  a: &a [x, x]\n${many(size, (i) => `  b${i}: *a`, '\n')}`,
  'YAML, deep': (size) =>
    `Resources:\n  A: { Type: AWS::SNS::Topic }\nMetadata: ${nested(Math.min(20_000, size / 2), '[', ']', '1')}`,
};
const people = '  alice: { signs_in_as: [alice], roles: [dev], keys: [] }\n';
const policyHead = 'version: 1\naccounts:\n  main: { id: "123456789012", regions: [eu-west-1] }\n';
const scope = '  - { account: main, stacks: ["*"], environment: production, execute: by_command }\n';
const POLICIES: Record<string, (size: number) => string> = {
  'many scopes of stars': (size) =>
    `${policyHead}scopes:\n${many(size, (i) => `  - { account: main, stacks: ["${'*-'.repeat(20)}${i}"], environment: production }`, '\n')}\npeople:\n${people}`,
  'many people': (size) =>
    `${policyHead}scopes:\n${scope}people:\n${many(size, (i) => `  p${i}: { signs_in_as: [u${i}], roles: [dev], keys: [] }`, '\n')}\n`,
  'nested without end': (size) => `${policyHead}scopes: ${nested(size / 2, '[', ']', '')}\n`,
  'one long name': (size) => `${policyHead}scopes:\n${scope}people:\n  ${'a'.repeat(size)}: { roles: [dev] }\n`,
  'aliases of aliases': () =>
    `${policyHead}x0: &x0 [a, a]\n${Array.from({ length: 30 }, (_, i) => `x${i + 1}: &x${i + 1} [*x${i}, *x${i}]`).join('\n')}\n`,
  'many exceptions': (size) =>
    `${policyHead}scopes:\n${scope}people:\n${people}exceptions:\n${many(size, (i) => `  - { guard: rate, stack: "s${i}*", until: 2026-12-05, owner: alice, reason: "because ${i}" }`, '\n')}\n`,
};

const home = mkdtempSync(join(tmpdir(), 'countersign-inputs-'));
const probe = join(home, 'probe.mjs');
writeFileSync(
  probe,
  `import { writeFileSync } from 'node:fs';
process.on('exit', () => { const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
writeFileSync(process.env.USAGE_FILE, JSON.stringify({ seconds: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1024 })); });`,
);
interface Usage {
  seconds: number;
  megabytes: number;
  said: string;
}
function run(args: string[]): Usage {
  const file = join(home, 'usage.json');
  rmSync(file, { force: true });
  const ran = spawnSync(process.execPath, ['--import', probe, BIN, ...args], {
    encoding: 'utf8',
    timeout: 30_000,
    maxBuffer: 64 * MEGABYTE,
    env: { PATH: process.env.PATH, COUNTERSIGN_SPONSOR: 'alice', AWS_REGION: 'eu-west-1', USAGE_FILE: file },
  });
  const text = `${ran.stdout}${ran.stderr}`;
  const said = /"code": ?"(\w+)"|"decision": ?"(\w+)"|^([A-Z]+_[A-Z_]+):/m.exec(text)?.slice(1).find(Boolean);
  try {
    return { ...(JSON.parse(readFileSync(file, 'utf8')) as Usage), said: said ?? `exit ${ran.status}` };
  } catch {
    return {
      seconds: Number.POSITIVE_INFINITY,
      megabytes: Number.POSITIVE_INFINITY,
      said: `killed (${ran.signal ?? ran.status})`,
    };
  }
}

const rows: (Usage & { command: string; shape: string; isOver: boolean })[] = [];
function measure(command: string, shape: string, base: Usage, args: string[]): void {
  const { seconds, megabytes, said } = run(args);
  const more = { seconds: seconds - base.seconds, megabytes: megabytes - base.megabytes };
  const row = { command, shape, ...more, said, isOver: more.seconds > MAX_SECONDS || more.megabytes > MAX_MEGABYTES };
  rows.push(row);
  process.stderr.write(
    `${row.isOver ? 'OVER ' : '     '}${command} | ${shape} | ${more.seconds.toFixed(2)} s | ${more.megabytes.toFixed(0)} MB | ${said}\n`,
  );
}

function template(size: number, label: string): void {
  const input = join(home, 'input.json');
  const shared = ['--home', join(home, 'state'), '--sandbox', 'tool', 'plan_stack_update', '--input', input];
  const write = (text: string) => writeFileSync(input, JSON.stringify({ stack: 'cost-explorer-dev', template: text }));
  write('Resources: { T: { Type: AWS::SNS::Topic } }');
  const base = run(shared);
  for (const [shape, make] of Object.entries(TEMPLATES)) {
    write(make(size));
    measure(`plan_stack_update, template of ${label}`, shape, base, shared);
  }
}
function policies(): void {
  const file = join(home, 'policy.yaml');
  writeFileSync(file, `${policyHead}scopes:\n${scope}people:\n${people}`);
  const base = run(['--policy', file, 'policy', 'check']);
  for (const [shape, make] of Object.entries(POLICIES)) {
    writeFileSync(file, make(MEGABYTE));
    measure('policy check', shape, base, ['--policy', file, 'policy', 'check']);
  }
}
/** Deployed templates of nearly 1 MB, which only the cloud can hand over: described whole, and one value changed. */
async function deployed(): Promise<void> {
  const state = join(home, 'deployed');
  mkdirSync(state, { mode: 0o700 });
  const of = (value: (index: number) => string, count = 450) => ({
    Resources: Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        `A${i}`,
        { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value(i) } },
      ]),
    ),
  });
  const each = 1_900;
  const shapes: Record<string, object> = {
    small: of(() => 'x', 2),
    'plain texts': of((i) => `${i}${'a'.repeat(each)}`),
    'dollars and braces': of((i) => `${i}${'${'.repeat(each / 2)}`),
    URLs: of((i) => `https://h${i}.example/${'a:'.repeat(each / 2)}`),
    'words for secrets': of((i) => `${i} ${'password=a '.repeat(each / 11)}`),
    'commands that fetch': of((i) => `${i} ${'curl '.repeat(each / 5)}`),
    'JSON in JSON': of((i) => quotedJson(5, { password: 'x', i, more: 'a'.repeat(each / 3) })),
    'one long text': of((i) => (i === 0 ? 'x' : 'a${'.repeat(300_000)), 2),
  };
  const store = openWorld(state, { pace: 0 });
  const shared = {
    region: 'eu-west-1',
    endpoint: 'http://sandbox.invalid',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: sandboxRequestHandler(createSandbox(store)) as never,
  };
  const cloudFormation = new CloudFormationClient(shared);
  const s3 = new S3Client({ ...shared, forcePathStyle: true });
  const bucket = { Resources: { B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'templates' } } } };
  await cloudFormation.send(new CreateStackCommand({ StackName: 'b', TemplateBody: JSON.stringify(bucket) }));
  for (const [name, template] of Object.entries(shapes)) {
    const key = `${name.replaceAll(' ', '-')}-dev`;
    await s3.send(new PutObjectCommand({ Bucket: 'templates', Key: key, Body: JSON.stringify(template) }));
    const TemplateURL = `https://templates.s3.eu-west-1.amazonaws.com/${key}`;
    await cloudFormation.send(new CreateStackCommand({ StackName: key, TemplateURL }));
  }
  store.close();
  const input = join(home, 'input.json');
  const calls: Record<string, (stack: string) => object> = {
    describe_stack: (stack) => ({ stack, include: ['template', 'resources'] }),
    plan_stack_update: (stack) => ({ stack, set: [{ path: 'Resources.A1.Properties.Value', value: 'y' }] }),
    plan_stack_delete: (stack) => ({ stack }),
  };
  for (const [tool, inputOf] of Object.entries(calls)) {
    const command = ['--home', state, '--sandbox', 'tool', tool, '--input', input];
    const give = (name: string) => writeFileSync(input, JSON.stringify(inputOf(`${name.replaceAll(' ', '-')}-dev`)));
    give('small');
    const base = run(command);
    for (const name of Object.keys(shapes).slice(1)) {
      give(name);
      measure(`${tool}, deployed template of 0.9 MB`, name, base, command);
    }
  }
}
/** Cases at the bound of what is read, and over it: in the file itself, in a world of its own, in one step. */
function policyTests(): void {
  const file = join(home, 'case.countersign-test.yaml');
  writeFileSync(join(home, 'policy.yaml'), `${policyHead}scopes:\n${scope}people:\n${people}`);
  const head = 'policy: policy.yaml\ncases:\n';
  const one = (name: string, world: string, template: string) =>
    `- name: ${name}\n${world}  calls:\n  - { tool: plan_stack_create, input: { stack: new, template: ${JSON.stringify(template)} }, expect: { decision: plan_only } }\n`;
  const small = 'Resources: { T: { Type: AWS::SNS::Topic } }';
  const shapes: Record<string, string> = {
    'a name of 1 MB': `${head}${one('a'.repeat(MEGABYTE), '', small)}`,
    'a template of 240 KB in a step': `${head}${one('a', '', `Resources: { T: { Type: AWS::SNS::Topic, Properties: { DisplayName: ${'a'.repeat(240_000)} } } }`)}`,
    'a world of 240 KB': `${head}${one('a', `  world: { stacks: [{ name: w, template: { Resources: { ${many(225_000, (i) => `T${i}: { Type: 'AWS::SNS::Topic' }`)} } } }] }\n`, small)}`,
    'nested without end': `${head}- ${nested(MEGABYTE / 2, '[', ']', '')}\n`,
    'aliases of aliases': `x0: &x0 [a, a]\n${Array.from({ length: 30 }, (_, i) => `x${i + 1}: &x${i + 1} [*x${i}, *x${i}]`).join('\n')}\n${head}${one('a', '', small)}`,
  };
  const command = ['policy', 'test', file];
  writeFileSync(file, `${head}${one('a', '', small)}`);
  const base = run(command);
  for (const [shape, text] of Object.entries(shapes)) {
    writeFileSync(file, text);
    measure('policy test', shape, base, command);
  }
}
/** Values that are no template: for every tool by the member that takes most. */
function otherTools(): void {
  const input = join(home, 'input.json');
  const long = 'a'.repeat(MEGABYTE);
  const deep = JSON.parse(nested(1_500, '[', ']', '1')) as unknown;
  const tools: Record<string, object> = {
    describe_stack: { stack: 'cost-explorer-dev', logical_ids: Array.from({ length: 100_000 }, (_, i) => `A${i}`) },
    describe_stacks: { name_prefix: long },
    describe_instances: { instance_ids: Array.from({ length: 50_000 }, (_, i) => `i-${i}`) },
    describe_plan: { plan_id: long },
    describe_change: { change_id: long },
    propose_change: { plan_id: 'plan_0', goal: 'fix', reason: long },
    plan_tags: {
      resource_ids: ['i-1'],
      set: Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, 'v'])),
    },
    plan_stack_update: {
      stack: 'cost-explorer-dev',
      set: Array.from({ length: 15_000 }, (_, i) => ({ path: `Resources.A${i}.Type`, value: 'x' })),
    },
    plan_security_group_rules: {
      group_id: 'sg-1',
      authorize: Array.from({ length: 20_000 }, () => ({ direction: 'ingress', protocol: 'tcp' })),
    },
    plan_stack_create: { stack: 'new-dev', template: 'x', parameters: deep },
    plan_stack_delete: { stack: long },
    plan_stack_rollback: {
      stack: 'cost-explorer-dev',
      resources_to_skip: Array.from({ length: 50_000 }, (_, i) => `A${i}`),
    },
    plan_instance_action: { instance_ids: Array.from({ length: 50_000 }, (_, i) => `i-${i}`), action: 'stop' },
    plan_instance_type: { instance_id: 'i-1', instance_type: long },
    plan_snapshot: { volume_id: 'vol-1', description: long },
    describe_security_groups: { group_ids: Array.from({ length: 50_000 }, (_, i) => `sg-${i}`) },
    describe_volumes: { volume_ids: Array.from({ length: 50_000 }, (_, i) => `vol-${i}`) },
    describe_policy: { region: long },
    describe_changes: { cursor: long },
    withdraw_change: { change_id: long },
  };
  const base = run(['--home', join(home, 'state'), '--sandbox', 'tool', 'describe_policy', '--input', write({})]);
  function write(value: object): string {
    writeFileSync(input, JSON.stringify(value));
    return input;
  }
  for (const [tool, value] of Object.entries(tools))
    measure(tool, 'its widest member', base, [
      '--home',
      join(home, 'state'),
      '--sandbox',
      'tool',
      tool,
      '--input',
      write(value),
    ]);
}

mkdirSync(join(home, 'state'), { mode: 0o700 });
try {
  // `npm run bench:inputs -- policy-test` runs one group alone.
  const groups: Record<string, () => void | Promise<void>> = {
    policies,
    'policy-test': policyTests,
    tools: otherTools,
    deployed,
    'template-45k': () => template(45_000, '45 KB'),
    'template-1m': () => template(MEGABYTE - 20_000, '1 MB'),
  };
  const [only] = process.argv.slice(2);
  for (const [name, group] of Object.entries(groups)) if (only === undefined || only === name) await group();
} finally {
  rmSync(home, { recursive: true, force: true });
}
const line = ({ command, shape, seconds, megabytes, said }: (typeof rows)[0]) =>
  `| ${command} | ${shape} | ${Math.max(0, seconds).toFixed(2)} | ${Math.max(0, megabytes).toFixed(0)} | ${said} |`;
process.stdout.write(
  `| command | input | CPU seconds | MB | answer |\n|---|---|---|---|---|\n${rows.map(line).join('\n')}\n`,
);
process.exitCode = rows.some(({ isOver }) => isOver) ? 1 : 0;
