/** The calls that a provider makes while a workspace is applied are in the cloud's own record: they belong to the change. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Reconciled, reconcileFile } from '../../src/cli/audit-reconcile.ts';
import type { App } from '../../src/compose.ts';
import { type HttpState, openHttpState } from './http-state.ts';
import { data, needsTerraform, openWorkspaceWorld, type WorkspaceWorld } from './world.ts';

const ROLE = 'arn:aws:iam::123456789012:role/workspaces/Network';
let here: WorkspaceWorld;
let http: HttpState;
beforeEach(async (context) => {
  needsTerraform(context);
  http = await openHttpState();
  here = await openWorkspaceWorld(`${http.settings}    executor: { role: "${ROLE}" }\n`);
});
afterEach(async () => {
  await http?.close();
  here?.close();
});

/** As CloudTrail has a call of hashicorp/aws. */
const recorded = (userAgent: string, more: Record<string, unknown> = {}) => ({
  eventID: `e-${Math.random()}`,
  eventTime: `${new Date().toISOString().slice(0, 19)}Z`,
  eventSource: 'ec2.amazonaws.com',
  eventName: 'CreateVpc',
  awsRegion: 'eu-west-1',
  recipientAccountId: '123456789012',
  readOnly: false,
  userAgent,
  requestParameters: { cidrBlock: '10.0.0.0/16' },
  userIdentity: {
    type: 'AssumedRole',
    arn: 'arn:aws:sts::123456789012:assumed-role/Network/whoever',
    accountId: '123456789012',
    sessionContext: { sessionIssuer: { arn: ROLE } },
  },
  ...more,
});
async function reconciled(app: App, ...Records: unknown[]): Promise<Reconciled> {
  const file = join(here.world.home, 'trail.json');
  writeFileSync(file, JSON.stringify({ Records }));
  return reconcileFile(app, file);
}

it('of the program that applies it, by what that says of itself, within its time', async () => {
  here.write({ 'main.tf': data('a', 'one') });
  let told = '';
  http.instead = (method) => {
    if (method !== 'POST') return false;
    const { owner } = JSON.parse(readFileSync(join(here.world.home, 'workspaces/network/running.json'), 'utf8'));
    told = /TF_APPEND_USER_AGENT=([^\0]+)/.exec(readFileSync(`/proc/${owner.pid}/environ`, 'latin1'))?.[1] ?? '';
    return false;
  };
  const id = await here.proposed(await here.plan());
  expect(await here.app.executor.run(id)).toMatchObject({ state: 'succeeded' });
  expect(told).toMatch(/^countersign\/[0-9a-f]{16}$/);
  const agent = (name: string) => `APN/1.0 HashiCorp/1.0 Terraform/1.11.4 aws-sdk-go-v2/1.30 ${name}`;
  const own = recorded(agent(told));
  expect(await reconciled(here.app, own, recorded(agent(told)))).toMatchObject({
    alarms: [],
    accounted: [{ change: id }, { change: id }],
  });
  for (const other of [
    recorded(agent('')),
    recorded(agent('countersign/0000000000000000')),
    recorded(agent(`${told}0`)),
    recorded(agent(told), { eventTime: '2020-01-01T00:00:00Z' }),
  ])
    expect(await reconciled(here.app, own, other)).toMatchObject({ alarms: [{ id: other.eventID }] });
  const stranger = recorded(agent(told), {
    userIdentity: { type: 'AssumedRole', sessionContext: { sessionIssuer: { arn: `${ROLE}2` } } },
  });
  expect(await reconciled(here.app, stranger)).toMatchObject({ alarms: [], others: 1, accounted: [] });
});
