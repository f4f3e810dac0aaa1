/** What campaigns over HTTP stand on: PostgreSQL, an identity provider, a cloud with the stacks of many people, and agents. */
import { execFileSync, fork } from 'node:child_process';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { BIN, freePort, openTeam, type Team } from '../../test/http/team.ts';
import { type Postgres, startPostgres } from '../../test/postgres.ts';
import { pastCountersign } from '../../test/world.ts';
import type { Orders, Told } from './agents.ts';

export const PROCESSES = 4;
export const SPONSORS = 40;

export interface Stand {
  team: Team;
  /** As the owner of the database. */
  owner: string;
  /** Where the proxy is to listen. */
  port: number;
  agents: Orders['agents'];
  /** @returns each call, as its client saw it. */
  run(everybody: Orders['agents'], forSeconds: number, everySeconds: number): Promise<Told[]>;
  close(): Promise<void>;
}

/** @param agents how many, of at most `SPONSORS` people; each works on the stack of its team. */
export async function standUp(agents: number): Promise<Stand> {
  const database: Postgres = await startPostgres({ fsync: 'on' });
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
  await deployStacks(team, names);
  const all = await Promise.all(
    Array.from({ length: agents }, async (_, index) => {
      const name = names[index % SPONSORS]!;
      return { token: await team.provider.tokenFor(name), stack: `${name}-prod` };
    }),
  );
  return {
    team,
    owner,
    port,
    agents: all,
    run: (...how) => run(team, ...how),
    async close() {
      await team.close();
      await database.end();
    },
  };
}

/** Of each person's team: a function and its role. */
async function deployStacks(team: Team, names: readonly string[]): Promise<void> {
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

/** Each process has its share of them. */
async function run(team: Team, everybody: Orders['agents'], forSeconds: number, everySeconds: number): Promise<Told[]> {
  const share = Math.ceil(everybody.length / PROCESSES);
  const shares = Array.from({ length: PROCESSES }, (_, index) => everybody.slice(index * share, (index + 1) * share));
  const results = shares
    .filter((own) => own.length > 0)
    .map(
      (own) =>
        new Promise<Told[]>((resolve, reject) => {
          const child = fork(new URL('./agents.ts', import.meta.url), { stdio: 'inherit' });
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

export function percentile(milliseconds: number[], share: number): string {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  return `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)} ms`;
}
