/**
 * Many agents at two replicas behind nginx, on PostgreSQL: `npm run campaign:team -- AGENTS SECONDS EVERY_SECONDS`.
 * Counts each call at the client and in the ledger, and writes docs/results/team.md.
 */

import { execFileSync, fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, totalmem } from 'node:os';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { startNginx } from '../test/http/proxy.ts';
import { BIN, freePort, openTeam, type Replica } from '../test/http/team.ts';
import { startPostgres } from '../test/postgres.ts';
import { pastCountersign } from '../test/world.ts';
import type { Orders, Told } from './team/agents.ts';

const [agents = 200, seconds = 300, every = 10] = process.argv.slice(2).map(Number);
const PROCESSES = 4;
const SPONSORS = 40;
const ALONE_SECONDS = 20;

const database = await startPostgres({ fsync: 'on' });
const owner = await database.database();
execFileSync(process.execPath, [BIN, 'ledger', 'migrate', '--owner-url', owner], { stdio: 'ignore' });
const ledger = await database.as(owner, 'guard', 'countersign_server');
const port = await freePort();
const names = Array.from({ length: SPONSORS }, (_, index) => `p${index}`);
const team = await openTeam({
  port,
  ledger,
  policy: (text, issuer) =>
    `${text}${names.map((name) => `  ${name}: { signs_in_as: ["${issuer}#${name}"] }\n`).join('')}guards: { plan-budget: { plans_per_hour: 100000 } }\n`,
});
await deployStacks();
const replicas = [await team.start({ env: QUIET() }), await team.start({ env: QUIET() })] as [Replica, Replica];
const nginx = await startNginx(
  port,
  replicas.map(({ address }) => address),
);
const all = await Promise.all(
  Array.from({ length: agents }, async (_, index) => {
    const name = names[index % SPONSORS]!;
    return { token: await team.provider.tokenFor(name), stack: `${name}-prod` };
  }),
);

const alone = await run(all.slice(0, 1), ALONE_SECONDS, 0.2);
const before = await counted();
const began = memory();
let busiest = 0;
const looking = setInterval(() => (busiest = Math.max(busiest, loadavg()[0]!)), 5_000);
const started = performance.now();
const halfway = new Promise<number[]>((resolve) => setTimeout(() => resolve(memory()), (seconds * 1000) / 2));
const told = await run(all, seconds, every);
const took = (performance.now() - started) / 1000;
clearInterval(looking);
const after = await counted();
const [half, ended] = [await halfway, memory()];
const verified = execFileSync(
  process.execPath,
  [BIN, '--home', team.world.home, '--ledger', owner, 'audit', 'verify', '--json'],
  { encoding: 'utf8' },
);
const report = reportOf();
writeFileSync(new URL('../docs/results/team.md', import.meta.url), report);
console.log(report);
await nginx.close();
await team.close();
await database.end();
process.exit();

/** Of each person's team: a function and its role. */
async function deployStacks(): Promise<void> {
  const client = new CloudFormationClient(pastCountersign(team.world));
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const Resources = {
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } },
    QueryFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: 'exports.handler = async () => 1;' },
        MemorySize: 512,
      },
    },
  };
  for (const name of names)
    await client.send(
      new CreateStackCommand({
        StackName: `${name}-prod`,
        TemplateBody: JSON.stringify({ Resources }),
        Capabilities: ['CAPABILITY_IAM'],
      }),
    );
}

function QUIET() {
  return { COUNTERSIGN_LOG_LEVEL: 'warn' };
}

/** Each process has its share of them. */
async function run(everybody: Orders['agents'], forSeconds: number, everySeconds: number): Promise<Told[]> {
  const share = Math.ceil(everybody.length / PROCESSES);
  const shares = Array.from({ length: PROCESSES }, (_, index) => everybody.slice(index * share, (index + 1) * share));
  const results = shares
    .filter((own) => own.length > 0)
    .map(
      (own) =>
        new Promise<Told[]>((resolve, reject) => {
          const child = fork(new URL('./team/agents.ts', import.meta.url), { stdio: 'inherit' });
          child.once('error', reject);
          child.on('message', (message: 'here' | Told[]) => {
            if (message !== 'here') return resolve(message);
            child.send({
              resource: team.resource,
              agents: own,
              everyMilliseconds: everySeconds * 1000,
              seconds: forSeconds,
            } satisfies Orders);
          });
        }),
    );
  return (await Promise.all(results)).flat();
}

async function counted() {
  const of = async (kind: string) => (await team.app.ledger.events({ kinds: [kind] })).length;
  const proposals = await team.app.ledger.events({ kinds: ['change.proposed'] });
  return {
    called: await of('tool.called'),
    answered: (await of('tool.answered')) + (await of('tool.refused')),
    proposals: proposals.map(({ changeId }) => changeId ?? ''),
  };
}

/** MiB that each replica holds. */
function memory(): number[] {
  return replicas.map(({ process: { pid } }) => {
    const [, kilobytes = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kilobytes) / 1024);
  });
}

function percentile(milliseconds: number[], share: number): string {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  return `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)} ms`;
}

function reportOf(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const rows = ['describe_stack', 'plan_stack_update', 'propose_change', 'withdraw_change'].flatMap((tool) => {
    const of = (lines: Told[]) => lines.filter((line) => line.tool === tool).map(({ milliseconds }) => milliseconds);
    const [many, one] = [of(told), of(alone)];
    const times = (all: number[]) =>
      all.length === 0 ? '– | –' : `${percentile(all, 0.5)} | ${percentile(all, 0.99)}`;
    return `| ${tool} | ${many.length} | ${times(many)} | ${times(one)} |`;
  });
  const outcomes = new Map<string, number>();
  for (const { outcome } of told) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  const failed = told.filter(({ outcome }) => outcome !== 'ok' && !/^[A-Z_]+$/.test(outcome)).length;
  const changes = [...new Set(told.flatMap(({ change }) => change ?? []))];
  const known = new Set(after.proposals.slice(before.proposals.length));
  const lost = changes.filter((id) => !known.has(id)).length;
  const calls = after.called - before.called;
  return `# Many agents over two replicas

\`npm run campaign:team -- ${agents} ${seconds} ${every}\` at ${commit}: ${agents} agents (clients of the present SDK, in ${Math.min(PROCESSES, agents)} processes) of ${Math.min(agents, SPONSORS)} people, each with a call every ${every} s for ${seconds} s on the stack of its team, through nginx to two replicas on one PostgreSQL (\`fsync\` on, the role of a server). Everything, the simulated cloud and the identity provider too, on ${availableParallelism()} cores and ${Math.round(totalmem() / 2 ** 30)} GB; the load average reached ${busiest.toFixed(1)}. Clients, replicas, database, proxy and cloud share the processor, and other programs run on it: the times of many agents tell how calls wait for it, not how long the server takes.

| tool | calls | p50 | p99 | p50 of one agent alone | p99 of one agent alone |
|---|---|---|---|---|---|
${rows.join('\n')}

- ${told.length} calls were made in ${Math.round(took)} s, ${(told.length / took).toFixed(1)} a second. Clients were told: ${[...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ')}.
- The ledger has ${calls} calls and ${after.answered - before.answered} answers and refusals of them: ${Math.max(0, told.length - failed - calls)} lost, ${Math.max(0, calls - told.length)} doubled. Of ${changes.length} changes that clients were told of, ${lost} are missing in it, and it has ${known.size - changes.length} besides.
- \`audit verify\`: ${verdictOf(verified)}.
- Memory of the replicas: ${began.join(' and ')} MiB at the start, ${half.join(' and ')} halfway, ${ended.join(' and ')} at the end.
`;
}

function verdictOf(json: string): string {
  const { problems = [], events, size } = JSON.parse(json) as { problems?: unknown[]; events?: number; size?: number };
  return `${problems.length === 0 ? 'no problem' : JSON.stringify(problems)} in ${events ?? size ?? 'all'} events`;
}
