/** The cloud's own record of calls, compared with the ledger: what went past the road is the alarm. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve as sign } from '../../src/cli/approve.ts';
import type { Reconciled } from '../../src/cli/audit-reconcile.ts';
import { auditReconcile } from '../../src/cli/commands/audit-reconcile.ts';
import { createContext } from '../../src/cli/context.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { eventsOf } from '../../src/core/events.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

const EXECUTOR = 'arn:aws:iam::123456789012:role/countersign/Executor';
const SERVICE = 'arn:aws:iam::123456789012:role/StackService';
type Trail = Record<string, unknown>;

describe('audit reconcile', () => {
  let world: TestWorld;
  let folder: string;
  let id: string;
  /** As CloudTrail records the call that was executed. */
  let executed: Trail;
  beforeAll(async () => {
    world = await openTestWorld();
    folder = mkdtempSync(join(tmpdir(), 'countersign-trail-'));
    id = await proposeFix(world);
    await sign(world.app, id, { decision: 'approve', key: world.keyOf('bob'), as: 'bob', confirm: STACK });
    await world.execute(id);
    const [intent] = await eventsOf(world.app.ledger, ['call.intended'], { changeId: id });
    const { plan } = await world.app.changes.plan((await world.app.changes.find(id)).planId);
    const { StackName, ChangeSetName, ClientRequestToken } = plan.calls[0]!.input;
    executed = {
      eventVersion: '1.11',
      eventID: 'e-1',
      eventTime: `${intent!.at.slice(0, 19)}Z`,
      eventSource: 'cloudformation.amazonaws.com',
      eventName: 'ExecuteChangeSet',
      awsRegion: 'eu-west-1',
      recipientAccountId: '123456789012',
      readOnly: false,
      requestParameters: { stackName: StackName, changeSetName: ChangeSetName, clientRequestToken: ClientRequestToken },
      responseElements: null,
      userIdentity: sessionOf(EXECUTOR, id),
    };
  });
  afterAll(() => {
    world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const sessionOf = (role: string, session: string, more: Trail = {}) => ({
    type: 'AssumedRole',
    arn: `arn:aws:sts::123456789012:assumed-role/${role.split('/').at(-1)}/${session}`,
    accountId: '123456789012',
    sessionContext: { sessionIssuer: { type: 'Role', arn: role } },
    ...more,
  });
  const reconciled = async (content: unknown, roles: { role?: string[]; serviceRole?: string[] } = {}) => {
    const file = join(folder, 'trail.json');
    writeFileSync(file, Buffer.isBuffer(content) ? content : JSON.stringify(content));
    const silent = { tell: () => undefined, note: () => undefined };
    const context = createContext({ config: world.app.config, version: '0', sandboxed: true, width: 100, ...silent });
    const { exit, json, text } = await auditReconcile.run(context, {
      file,
      role: [EXECUTOR],
      serviceRole: [SERVICE],
      ...roles,
    });
    return { exit, text, ...(json as Reconciled) };
  };
  const records = (...Records: unknown[]) => reconciled({ Records });
  const also = (changes: Trail): Trail => ({ ...executed, eventID: 'e-2', ...changes });

  it('accounts for the executed call, and for what the cloud did on its behalf', async () => {
    const byService = also({
      eventSource: 'lambda.amazonaws.com',
      eventName: 'UpdateFunctionConfiguration20150331v2',
      requestParameters: { functionName: 'query' },
      userIdentity: sessionOf(SERVICE, 'AWSCloudFormation'),
    });
    const asCaller = {
      ...byService,
      eventID: 'e-3',
      userIdentity: sessionOf(EXECUTOR, id, { invokedBy: 'cloudformation.amazonaws.com' }),
    };
    const { exit, accounted, alarms } = await records(executed, byService, asCaller);
    expect(alarms).toEqual([]);
    expect(accounted.map(({ change }) => change)).toEqual([id, id, id]);
    expect(exit).toBe(EXIT.pass);
  });

  it('reads a compressed file, and the output of lookup-events', async () => {
    expect((await reconciled(gzipSync(JSON.stringify({ Records: [executed] })))).accounted).toHaveLength(1);
    const looked = { Events: [{ CloudTrailEvent: JSON.stringify({ ...executed, readOnly: 'false' }) }] };
    expect((await reconciled(looked)).accounted).toHaveLength(1);
  });

  it('counts reads, refused calls, dry runs and other people, and one call once', async () => {
    const read = also({ eventID: 'r', eventName: 'DescribeStacks', readOnly: 'true' });
    const strangeRead = also({ eventID: 'r2', eventName: 'DescribeStackEvents', readOnly: false });
    const refused = also({ eventID: 'f', errorCode: 'AccessDenied', requestParameters: null });
    const dry = also({ eventID: 'd', eventSource: 'ec2.amazonaws.com', eventName: 'StopInstances' });
    const others = also({ eventID: 'o', userIdentity: sessionOf('arn:aws:iam::123456789012:role/Admin', 'ann') });
    const nobody = also({ eventID: 'n', userIdentity: null });
    const shared = { ...executed, eventID: 'e-4', sharedEventID: 's' };
    const result = await records(
      ...[shared, { ...shared, eventID: 'e-5' }, read, strangeRead, refused, others, nobody],
      { ...dry, errorCode: 'Client.DryRunOperation' },
    );
    expect(result).toMatchObject({ exit: EXIT.pass, harmless: 2, refused: 2, others: 2, alarms: [] });
    expect(result.accounted).toHaveLength(1);
  });

  const past: [string, (base: () => Trail) => Trail][] = [
    ['another operation', (base) => ({ ...base(), eventName: 'DeleteStack' })],
    [
      'an operation of a service that no plan uses',
      (base) => ({ ...base(), eventSource: 's3.amazonaws.com', eventName: 'DeleteBucket' }),
    ],
    ['another stack', (base) => ({ ...base(), requestParameters: { stackName: 'billing-prod' } })],
    [
      'the stack and one more',
      (base) => ({ ...base(), requestParameters: { ...(base().requestParameters as Trail), resourceId: 'i-1' } }),
    ],
    ['another region', (base) => ({ ...base(), awsRegion: 'us-east-1' })],
    ['another account', (base) => ({ ...base(), recipientAccountId: '999999999999' })],
    ['another time', (base) => ({ ...base(), eventTime: '2020-01-01T00:00:00Z' })],
    ['targets that were left out', (base) => ({ ...base(), requestParameters: { omitted: true } })],
    ['a second time', (base) => base()],
    [
      'a session that calls itself the cloud’s',
      (base) => ({ ...base(), eventName: 'DeleteStack', userIdentity: sessionOf(EXECUTOR, 'AWSCloudFormation') }),
    ],
    [
      'the service role outside of every change',
      (base) => ({
        ...base(),
        eventTime: '2020-01-01T00:00:00Z',
        userIdentity: sessionOf(SERVICE, 'AWSCloudFormation'),
      }),
    ],
    [
      'the service role in a session of its own',
      (base) => ({ ...base(), eventName: 'DeleteStack', userIdentity: sessionOf(SERVICE, 'ann') }),
    ],
    [
      'a dry run that takes over resources',
      (base) => ({
        ...base(),
        eventName: 'CreateChangeSet',
        requestParameters: { stackName: STACK, changeSetType: 'IMPORT' },
      }),
    ],
  ];
  it.each(past)('%s is the alarm', async (_what, change) => {
    const result = await records(
      executed,
      change(() => also({})),
    );
    expect(result.alarms).toMatchObject([{ id: 'e-2', why: expect.stringMatching(/\S/) }]);
    expect(result.exit).toBe(EXIT.unaccounted);
    expect(result.text).toContain('ALARM: 1 mutation without an entry');
  });

  it('finds a role by its session where the record does not name it', async () => {
    const { sessionContext: _none, ...identity } = sessionOf(EXECUTOR, 'x') as Trail;
    const result = await records(also({ eventName: 'DeleteStack', userIdentity: identity }));
    expect(result).toMatchObject({ exit: EXIT.unaccounted, alarms: [{ id: 'e-2' }] });
  });

  it('what cannot be read is the alarm, and what is no such file is refused', async () => {
    expect(await records({ eventID: 'x' }, 7)).toMatchObject({ exit: EXIT.unaccounted, alarms: [{ id: 'x' }, {}] });
    await expect(reconciled({ digestEndTime: 'x', logFiles: [] })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(reconciled(Buffer.from('not JSON'))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(reconciled({ Records: [] }, { role: [], serviceRole: [] })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });
});
