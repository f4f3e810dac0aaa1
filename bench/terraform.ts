/** Judging a plan of Terraform with 2,000 resources, and the memory that describing a large one takes beside its JSON. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeAll } from '../src/core/guard.ts';
import { sealPlan } from '../src/core/plan.ts';
import { tagsFor } from '../src/providers/aws/picture/mask.ts';
import { describePlan, readPlanJson } from '../src/providers/terraform/effects/index.ts';
import { percentileOfJudging, type Row } from './measure.ts';
import { createQueues, openBenchWorld } from './world.ts';

const RESOURCES = 2_000;
/** Large enough that what the process itself needs counts for little: about 25 MB. */
const LARGE = 30_000;
const MOST_MEMORY = 6;
const ROUNDS = 300;

function planText(count: number): string {
  const policy = (name: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'sqs:*', Resource: name },
      ],
    });
  const changes = Array.from({ length: count }, (_, index) => {
    const name = `queue-${index}`;
    const before = {
      id: name,
      name,
      arn: `arn:aws:sqs:eu-west-1:111122223333:${name}`,
      policy: policy(name),
      delay_seconds: 0,
      tags: { team: 'a' },
    };
    return {
      address: `aws_sqs_queue.q${index}`,
      mode: 'managed',
      type: 'aws_sqs_queue',
      name: `q${index}`,
      provider_name: 'registry.terraform.io/hashicorp/aws',
      change: {
        actions: ['update'],
        before,
        after: { ...before, delay_seconds: 5 },
        after_unknown: {},
        before_sensitive: {},
        after_sensitive: {},
      },
    };
  });
  return JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.11.4',
    resource_changes: changes,
    configuration: { root_module: {} },
    applyable: true,
    complete: true,
    errored: false,
  });
}

const described = (text: string) =>
  describePlan(readPlanJson(text, { tool: 'terraform' }), { workspace: 'bench', keyed: tagsFor('bench', 'bench') });

export async function benchTerraform(): Promise<Row[]> {
  const world = await openBenchWorld(0);
  try {
    await createQueues(world.bareClient, 'queues-1', 1);
    const answer = await world.call('plan_stack_update', { stack: 'queues-1', parameters: { Seconds: '60' } });
    const { plan: made } = await world.app.changes.plan(String(answer.plan_id));
    const draft = described(planText(RESOURCES));
    const plan = sealPlan(
      { ...made, ...draft, target: { ...made.target, name: 'bench' } },
      {
        id: 'plan_bench',
        tool: made.tool,
        sponsor: made.sponsor,
        agent: null,
        endpoint: made.endpoint,
        policyDigest: made.policyDigest,
        nonce: made.nonce,
        now: new Date(),
      },
    );
    const { guards, facts } = await world.app.policy.judgeFor(plan, 'propose', 'deploy');
    const worst = await percentileOfJudging(() => void judgeAll(guards, plan, facts), ROUNDS);
    return [
      {
        name: `judging ${guards.length} guards on a plan of Terraform with ${RESOURCES} resources, p99`,
        ours: `${worst.toFixed(2)} ms`,
        baseline: 'none',
        value: worst,
        limit: 10,
        wanted: 'at most',
      },
      memoryRow(),
    ];
  } finally {
    world.close();
  }
}

/**
 * In a process of its own, as the engine is, without any bound: the most that was resident, less what was before, by the
 * size of the JSON, which comes in pieces as from the pipe of the program.
 */
function memoryRow(): Row {
  const home = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  try {
    const [file, script] = [join(home, 'plan.json'), join(home, 'measure.mts')];
    writeFileSync(file, planText(LARGE));
    const room = new URL('../src/providers/', import.meta.url).href;
    writeFileSync(
      script,
      `import { createReadStream, readFileSync, statSync } from 'node:fs';
import { describePlan } from '${room}terraform/effects/index.ts';
import { mustBeApplicable, readingPlan } from '${room}terraform/plan-json/read.ts';
import { frugally } from '${room}../frugal.ts';
import { tagsFor } from '${room}aws/picture/mask.ts';
const [, , file, what] = process.argv;
const before = process.memoryUsage().rss;
const about = { workspace: 'bench', keyed: tagsFor('bench', 'bench') };
if (what === 'parse') JSON.parse(readFileSync(file, 'utf8'));
else await frugally(async () => {
  const reading = readingPlan({ tool: 'terraform' });
  for await (const chunk of createReadStream(file)) reading.push(chunk);
  describePlan(mustBeApplicable(reading.end()), about);
});
console.log((process.resourceUsage().maxRSS * 1024 - before) / statSync(file).size);
`,
    );
    const ratio = (what: string) => Number(execFileSync(process.execPath, [script, file, what], { encoding: 'utf8' }));
    const [ours, parsing] = [ratio('describe'), ratio('parse')];
    return {
      name: 'memory to describe a plan of Terraform within 6 times its JSON',
      ours: `${ours.toFixed(1)} x`,
      baseline: `${parsing.toFixed(1)} x (JSON.parse alone)`,
      value: ours,
      limit: MOST_MEMORY,
      wanted: 'at most',
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
