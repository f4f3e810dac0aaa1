import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as cfn from '@aws-sdk/client-cloudformation';
import { expect, it } from 'vitest';
import { parseTemplate, type Template } from '../../src/providers/aws/template/parse.ts';
import { createSandbox, sandboxRequestHandler } from '../../src/sandbox/cloud.ts';
import { exporterOf, plausibleParameters } from '../../src/sandbox/plausible-parameters.ts';
import { openWorld, SANDBOX_ACCOUNT } from '../../src/sandbox/world.ts';
import { CORPUS_PAIRS, hasCorpus } from '../corpus-pairs.ts';

const REGION = 'eu-west-1';
const capabilities = ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'] as cfn.Capability[];

const numbers = hasCorpus
  ? [...new Set(readdirSync(CORPUS_PAIRS).flatMap((name) => /^(\d{3})\./.exec(name)?.[1] ?? []))].sort()
  : [];
const read = (number: string, which: string) => {
  const file = readdirSync(CORPUS_PAIRS).find((name) => name.startsWith(`${number}.${which}.`))!;
  return readFileSync(join(CORPUS_PAIRS, file), 'utf8');
};

/** @returns why it did not work, or nothing. */
async function tryPair(client: cfn.CloudFormationClient, number: string): Promise<string | undefined> {
  const [before, after] = [read(number, 'before'), read(number, 'after')];
  const StackName = `pair-${number}`;
  const place = { account: SANDBOX_ACCOUNT, region: REGION, name: StackName };
  const given = plausibleParameters(parseTemplate(before));
  const values = Object.fromEntries(given.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]));
  const wanted = plausibleParameters(parseTemplate(after), values);
  const exporting = [exporterOf(before, given, place), exporterOf(after, wanted, place)].flatMap((body) => body ?? []);
  if (exporting.length > 0) {
    const all = exporting.map((body) => parseTemplate(body) as Template);
    const Outputs = Object.values(
      Object.assign(
        {},
        ...all.map(({ Outputs = {} }) =>
          Object.fromEntries(Object.values(Outputs).map((output) => [String(output.Export!.Name), output])),
        ),
      ),
    );
    const TemplateBody = JSON.stringify({
      Resources: all[0]!.Resources,
      Outputs: Object.fromEntries(Outputs.map((output, index) => [`E${index}`, output])),
    });
    await client.send(new cfn.CreateStackCommand({ StackName: `exporter-${number}`, TemplateBody }));
  }
  const made = { StackName, TemplateBody: before, Parameters: given, Capabilities: capabilities };
  await client.send(new cfn.CreateStackCommand(made));
  const { Stacks = [] } = await client.send(new cfn.DescribeStacksCommand({ StackName }));
  if (Stacks[0]?.StackStatus !== 'CREATE_COMPLETE') {
    const { StackEvents = [] } = await client.send(new cfn.DescribeStackEventsCommand({ StackName }));
    return `before: ${StackEvents.find(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED')?.ResourceStatusReason ?? Stacks[0]?.StackStatusReason}`;
  }
  const changed = { ...made, TemplateBody: after, Parameters: wanted, ChangeSetName: 'after' };
  await client.send(new cfn.CreateChangeSetCommand(changed));
  const set = await client.send(new cfn.DescribeChangeSetCommand({ StackName, ChangeSetName: 'after' }));
  if (set.Status !== 'CREATE_COMPLETE') return `after: ${set.StatusReason}`;
  await client.send(new cfn.ExecuteChangeSetCommand({ StackName, ChangeSetName: 'after' }));
  const ended = (await client.send(new cfn.DescribeStacksCommand({ StackName }))).Stacks?.[0]?.StackStatus;
  if (ended === 'UPDATE_COMPLETE') return undefined;
  const { StackEvents = [] } = await client.send(new cfn.DescribeStackEventsCommand({ StackName }));
  const failed = StackEvents.find(({ ResourceStatus }) => /^(?:CREATE|UPDATE)_FAILED$/.test(ResourceStatus ?? ''));
  return `executed: ${failed?.LogicalResourceId}: ${failed?.ResourceStatusReason}`;
}

/** Templates of the corpus that CloudFormation would not take either: modules of another tool, a private type. */
const NOT_CLOUDFORMATION = ['037', '041', '080', '088', '099'];
const KINDS: [string, RegExp][] = [
  ['macro', /^refused: (?:No transform named|Transform .* failed with)/],
  ['unchanged', /^after: The submitted information didn't contain changes/],
  // Replacing a resource under its own name: AWS refuses that too, and only when it is executed.
  ['retyped', /^after: Update of resource type is not permitted/],
  ['name taken', /^executed: \w+: .* already exists in stack/],
  ['not CloudFormation', /Unrecognized resource types|Unresolved resource dependencies/],
];

it.skipIf(!hasCorpus)(
  'deploys, changes and executes the corpus of 120 template pairs, but for macros and what CloudFormation refuses',
  { timeout: 300_000 },
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'countersign-pairs-'));
    const store = openWorld(home, { pace: 0 });
    const client = new cfn.CloudFormationClient({
      region: REGION,
      endpoint: 'http://sandbox.invalid',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      requestHandler: sandboxRequestHandler(createSandbox(store)) as never,
    });
    const found: Record<string, string[]> = { executed: [], other: [] };
    try {
      for (const number of numbers) {
        store.reset();
        const why = await tryPair(client, number).catch((error: Error) => `refused: ${error.message}`);
        const kind = why === undefined ? 'executed' : (KINDS.find(([, words]) => words.test(why))?.[0] ?? 'other');
        found[kind] = [...(found[kind] ?? []), kind === 'other' ? `${number} ${why}` : number];
      }
    } finally {
      store.close();
      rmSync(home, { recursive: true, force: true });
    }
    console.log(
      Object.entries(found)
        .map(([kind, list]) => `${kind}: ${list.length} (${kind === 'executed' ? '' : list.join(' ')})`)
        .join('\n'),
    );
    expect(numbers).toHaveLength(120);
    expect(found.other).toEqual([]);
    expect(found['not CloudFormation']!.sort()).toEqual(NOT_CLOUDFORMATION);
    expect(found.executed!.length + found.unchanged!.length).toBeGreaterThanOrEqual(100);
  },
);
