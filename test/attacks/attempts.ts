/** Attempts to get around one guard, through the whole pipeline: each is refused (or held) as said, and nothing is written. */
import { CloudFormationClient, CreateChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { expect } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import type { App } from '../../src/compose.ts';
import { seedWorld, type WorldDescription } from '../../src/sandbox/seed-file.ts';
import { openTestWorld, pastCountersign, type TestWorld } from '../world.ts';

export interface Verdict {
  code: string;
  outcome: string;
  message: string;
}

export interface AttackedWorld extends TestWorld {
  /** CloudFormation, past countersign: the change sets that other tools prepare. */
  cloudFormation: CloudFormationClient;
  /** Prepares a change set as cdk and sam do. @returns its ARN. */
  prepare(input: { stack: string; template: string } & Record<string, unknown>): Promise<string>;
  /** The guard's word on a plan (undefined: it passed); an error's code where there is no plan. */
  verdict(guard: string, tool: string, input: object, app?: App): Promise<{ outcome: string; message: string }>;
}

export async function openAttackedWorld(description: WorldDescription = {}): Promise<AttackedWorld> {
  const world = await openTestWorld();
  world.store.transact((inside) => seedWorld(inside, description));
  const cloudFormation = new CloudFormationClient(pastCountersign(world));
  return {
    ...world,
    cloudFormation,
    async prepare({ stack, template, ...more }) {
      const { Id } = await cloudFormation.send(
        new CreateChangeSetCommand({
          StackName: stack,
          ChangeSetName: 'prepared',
          TemplateBody: template,
          Capabilities: ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
          ...more,
        }),
      );
      return String(Id);
    },
    async verdict(guard, tool, input, app = world.app) {
      const answer = await app.pipeline(tool, input);
      if (!answer.ok) return { outcome: answer.error.code, message: answer.error.message };
      const verdicts = answer.content.verdicts as Verdict[];
      const found = verdicts.find(({ code }) => code === `GUARD_${guard.toUpperCase().replaceAll('-', '_')}`);
      return found ?? { outcome: 'pass', message: `passed, among ${JSON.stringify(verdicts)}` };
    },
  };
}

/** What is denied is denied whoever proposes it, and writes nothing. */
export async function expectRefused(world: AttackedWorld, guard: string, tool: string, input: object): Promise<void> {
  const { outcome, message } = await world.verdict(guard, tool, input);
  expect([outcome, message]).toEqual(['deny', expect.any(String)]);
  const plan = await world.call(tool, input);
  const proposed = await world.call('propose_change', {
    plan_id: plan.plan_id,
    goal: 'configure',
    reason: 'an attempt',
  });
  expect(proposed).toMatchObject({ decision: 'denied', state: 'denied' });
  expect(world.writes()).toEqual([]);
}

/** Signs as one who has read what is signed. */
export const signAs = async ({ app, keyOf }: Pick<TestWorld, 'app' | 'keyOf'>, id: string, person = 'bob') =>
  approve(app, id, {
    decision: 'approve',
    key: keyOf(person),
    as: person,
    confirm: (await app.changes.find(id)).target.name,
  });

/** As many as it needs sign, one after the other. @returns the id of a change that is approved. */
export async function signedByAll({ keyOf }: Pick<TestWorld, 'keyOf'>, app: App, id: string): Promise<string> {
  for (const person of ['bob', 'carol'])
    if ((await app.changes.find(id)).state === 'pending') await signAs({ app, keyOf }, id, person);
  expect((await app.changes.find(id)).state).toBe('approved');
  return id;
}
