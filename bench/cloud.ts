/** describe_stack and plan_stack_update, against the bare SDK doing the least that answers the same question. */
import { setTimeout } from 'node:timers/promises';
import {
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { inTurns, type Row, ratioRow } from './measure.ts';
import { type BenchWorld, openBenchWorld, STACK } from './world.ts';

const DESCRIBE_ROUNDS = 40;
const PLAN_ROUNDS = 10;
const POLL_MILLISECONDS = 100;
/** A call to AWS from the same continent takes about this long, and more. */
const AWAY_MILLISECONDS = 25;

export async function benchCloud(): Promise<Row[]> {
  const world = await openBenchWorld(1, AWAY_MILLISECONDS);
  try {
    return [...(await describing(world)), await planning(world)];
  } finally {
    world.close();
  }
}

async function describing(world: BenchWorld): Promise<Row[]> {
  const ours = () => world.call('describe_stack', { stack: STACK });
  const bare = async () => {
    await world.bareClient.send(new DescribeStacksCommand({ StackName: STACK }));
    await world.bareClient.send(new DescribeStackResourcesCommand({ StackName: STACK }));
  };
  const countCalls = async (run: () => Promise<unknown>): Promise<number> => {
    const before = await world.callsMade();
    await run();
    return (await world.callsMade()) - before;
  };
  const times = await inTurns(DESCRIBE_ROUNDS, ours, bare);
  const calls = { ours: [await countCalls(ours)], baseline: [await countCalls(bare)] };
  return [
    ratioRow(`describe_stack, the cloud ${AWAY_MILLISECONDS} ms away`, times, 'ms', 1.1),
    ratioRow('describe_stack, calls made', calls, 'calls', 1),
  ];
}

let memory = 2_000;

async function planning(world: BenchWorld): Promise<Row> {
  const ours = () => {
    memory += 1;
    const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: memory }];
    return world.call('plan_stack_update', { stack: STACK, set });
  };
  const { TemplateBody: template = '' } = await world.bareClient.send(new GetTemplateCommand({ StackName: STACK }));
  const bare = async () => {
    memory += 1;
    const named = { StackName: STACK, ChangeSetName: `bench-${memory}` };
    const TemplateBody = template.replace(/MemorySize: \d+/, `MemorySize: ${memory}`);
    const { Id = '' } = await world.bareClient.send(
      new CreateChangeSetCommand({ ...named, TemplateBody, Capabilities: ['CAPABILITY_NAMED_IAM'] }),
    );
    const described = new DescribeChangeSetCommand({ ChangeSetName: Id, IncludePropertyValues: true });
    while ((await world.bareClient.send(described)).Status !== 'CREATE_COMPLETE') await setTimeout(POLL_MILLISECONDS);
  };
  return ratioRow(
    `plan_stack_update, the cloud ${AWAY_MILLISECONDS} ms away`,
    await inTurns(PLAN_ROUNDS, ours, bare),
    'ms',
    1.1,
  );
}
