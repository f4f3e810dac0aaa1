/** The server's side, asked by whoever can call it: an agent can too. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerFor, forgetReports } from '../../src/cli/doctor-answers.ts';
import type { Owned } from '../../src/doctor/exposed.ts';
import type { Challenge } from '../../src/doctor/reach.ts';
import { provenNow } from '../../src/policy/proven.ts';
import { openTestWorld, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const ask = async () => (await answerFor(world.app, { step: 'ask' })) as unknown as Challenge;
/** Where this test runs from says nothing of a server. */
const report = (more: object, app = world.app, programs: Owned[] = []) =>
  answerFor(app, { step: 'report', reached: [], ...more }, programs);
const refused = { code: 'INPUT_INVALID' };

describe('a report', () => {
  it('is taken once for a nonce, and recorded', async () => {
    const { nonce } = await ask();
    expect(await report({ nonce })).toMatchObject({ assurance: 'L0', sponsor: 'alice' });
    await expect(report({ nonce })).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('used already'),
    });
    const recorded = await world.app.ledger.events({ kinds: ['doctor.reported'] });
    expect(recorded).toMatchObject([{ body: { nonce, sponsor: 'alice' } }]);
  });
  it('with a nonce of its own making is refused', async () => {
    await expect(report({ nonce: 'f'.repeat(32) })).rejects.toMatchObject(refused);
    expect(await world.app.ledger.events({ kinds: ['doctor.reported'] })).toEqual([]);
  });
  it('with the nonce of another sponsor is refused', async () => {
    const { nonce } = await ask();
    const bobs = await world.another({ sponsor: 'bob' });
    await expect(report({ nonce }, bobs)).rejects.toMatchObject({ message: expect.stringContaining('another client') });
  });
  it.each<[string, unknown]>([
    ['no step', {}],
    ['a level that it claims', { step: 'report', nonce: 'a'.repeat(32), reached: [], levels: ['L4'] }],
    ['a client that it claims', { step: 'ask', client: { kind: 'other_host' } }],
    [
      'more than a report can hold',
      { step: 'report', nonce: 'a'.repeat(32), reached: Array(201).fill({ what: 'a', how: 'use', at: 'b' }) },
    ],
    ['a list', []],
    ['nothing', undefined],
  ])('with %s is refused', async (_what, request) => {
    await expect(answerFor(world.app, request)).rejects.toMatchObject(refused);
    expect(await world.app.ledger.events({ kinds: ['doctor.reported'] })).toEqual([]);
  });
});

describe('an agent that answers for itself', () => {
  it('under the server’s own user stays at L0, however little it says to reach', async () => {
    const { nonce, client } = await ask();
    expect(client).toContain('own user');
    const answer = await report({ nonce, reached: [] });
    expect(answer).toMatchObject({
      assurance: 'L0',
      levels: expect.arrayContaining([expect.objectContaining({ level: 'L1', standing: 'refuted' })]),
    });
    expect(await world.app.policy.assurance()).toBe('L0');
  });
  it('is told no secret by the challenge', async () => {
    const { readFileSync } = await import('node:fs');
    const secret = readFileSync(`${world.home}/secret`, 'utf8');
    expect(JSON.stringify(await ask())).not.toContain(secret);
  });
});

describe('the program of the server', () => {
  it.each([
    [0o755, []],
    [0o777, ['exposed']],
    [0o775, ['exposed']],
  ])('with mode %o is found exposed where others can write it: they are its user', async (mode, names) => {
    const path = join(world.home, 'program.js');
    writeFileSync(path, '');
    chmodSync(path, mode);
    const { nonce } = await ask();
    const answer = await report({ nonce }, world.app, [{ what: 'the program', path, isPublic: true }]);
    expect((answer.findings as { name: string }[]).map(({ name }) => name)).toEqual(names);
  });
});

describe('what the planner can write', () => {
  const answering = (code: string, message: string) =>
    world.another({
      proxy: async (request, forward) =>
        /DryRun=true/.test(request.body)
          ? {
              status: 403,
              headers: { 'content-type': 'text/xml', 'x-amzn-requestid': 'b25f48e8-84fd-11e6-80d9-574e0c4664cb' },
              body: `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>b25f48e8-84fd-11e6</RequestID></Response>`,
            }
          : forward(),
    });
  it.each([
    ['DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 'refuted', ['planner-can-write']],
    ['UnauthorizedOperation', 'You are not authorized to perform this operation.', 'unknown', []],
    [
      'UnauthorizedOperation',
      'You are not authorized to perform this operation. User: x is not authorized to perform: ec2:CreateVpc on resource: y with an explicit deny in a service control policy',
      'proven',
      [],
    ],
    ['RequestLimitExceeded', 'slow down', 'unknown', []],
  ])(
    '%s: %s',
    async (code, message, standing, names) => {
      const app = await answering(code, message);
      const { nonce } = (await answerFor(app, { step: 'ask' })) as unknown as Challenge;
      const answer = (await report({ nonce }, app)) as unknown as {
        levels: { level: string; standing: string }[];
        findings: { name: string }[];
      };
      expect(answer.levels.find(({ level }) => level === 'L4')).toMatchObject({ standing });
      expect([...new Set(answer.findings.map(({ name }) => name))]).toEqual(names);
      expect(world.writes()).toEqual([]);
    },
    30_000,
  );
});

describe('an agent that sends a second, clean report after one that found something', () => {
  const APART = { kind: 'other_user' as const, who: 'uid 1001', why: 'the client runs as uid 1001' };
  const apart = (who = APART) => ({ ...world.app, here: { ...world.app.here, client: () => who } });
  const LEDGER = { what: 'the ledger', how: 'write' as const, at: '/srv/state/ledger.db' };
  const standing = (answer: object) =>
    (answer as { levels: { level: string; standing: string; why: string }[] }).levels.find(
      (one) => one.level === 'L1',
    )!;
  const reportAs = async (reached: object[], app = apart()) => {
    const { nonce } = (await answerFor(app, { step: 'ask' })) as unknown as Challenge;
    return standing(await report({ nonce, reached }, app));
  };
  const proven = async (after = 0) =>
    (
      await provenNow(world.app.ledger, {
        here: apart().here,
        sponsor: 'alice',
        policyDigest: await world.app.policy.digest(),
        people: world.app.policyFile!.people,
        now: new Date(Date.now() + after),
      })
    ).assurance;

  it('does not lift what the first one refuted, however many it sends', async () => {
    expect(await reportAs([])).toMatchObject({ standing: 'proven' });
    expect(await proven()).toBe('L1');
    expect(await reportAs([LEDGER])).toMatchObject({ standing: 'refuted' });
    for (let sent = 0; sent < 3; sent += 1)
      expect(await reportAs([])).toMatchObject({
        standing: 'refuted',
        why: expect.stringMatching(/can write the ledger .*countersign doctor --forget alice/),
      });
    expect(await proven()).toBe('L0');
  });

  it('nor behind reports of other clients of the same sponsor', async () => {
    await reportAs([LEDGER]);
    const other = apart({ ...APART, who: 'uid 1002' });
    for (let sent = 0; sent < 3; sent += 1) expect(await reportAs([], other)).toMatchObject({ standing: 'proven' });
    expect(await reportAs([])).toMatchObject({ standing: 'refuted' });
  });

  it('until what the first one found is a day old, and no longer', async () => {
    await reportAs([LEDGER]);
    const day = 24 * 3_600_000;
    const standingAfter = async (milliseconds: number) => {
      const now = () => new Date(Date.now() + milliseconds);
      const then = { ...apart(), ledger: (await world.another({ now })).ledger };
      const { nonce } = (await answerFor(then, { step: 'ask' }, [], now)) as unknown as Challenge;
      return standing(await answerFor(then, { step: 'report', nonce, reached: [] }, [], now));
    };
    expect(await standingAfter(day - 60_000)).toMatchObject({ standing: 'refuted' });
    expect(await standingAfter(day + 60_000)).toMatchObject({ standing: 'proven' });
  });

  it('but a person on the server can forget it once it is mended, which is in the ledger', async () => {
    await reportAs([LEDGER]);
    await forgetReports(world.app, 'bob');
    expect(await reportAs([])).toMatchObject({ standing: 'refuted' });
    await forgetReports(world.app, 'alice');
    expect(await proven()).toBe('L0');
    expect(await reportAs([])).toMatchObject({ standing: 'proven' });
    expect(await world.app.ledger.events({ kinds: ['doctor.forgotten'] })).toMatchObject([
      { body: { sponsor: 'bob' } },
      { body: { sponsor: 'alice', by: ['nobody'] } },
    ]);
    await expect(forgetReports(world.app, 'mallory')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});
