import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import { explainPolicy, explainText } from '../../src/cli/policy-explain.ts';
import { show } from '../../src/cli/show.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

function file(name: string, text: string): string {
  const path = join(world.home, name);
  writeFileSync(path, text);
  return path;
}
const explained = (subject: string, options: { policy?: string; goal?: string; now?: Date } = {}) =>
  explainPolicy(subject, {
    home: world.home,
    policyPath: file('explained.yaml', options.policy ?? world.policyText),
    sponsor: 'alice',
    actsAs: ['nobody'],
    ...(options.goal ? { goal: options.goal } : {}),
    ...(options.now ? { now: options.now } : {}),
  });
type Report = Awaited<ReturnType<typeof explained>>;
const of = (report: Report, name: string) => report.guards.find(({ guard }) => guard === name)!;
const fact = (report: Report, name: string, path: string) =>
  of(report, name).facts.find(({ fact: one }) => one === path);
/** `file:line:column path`, of text that stands once in the policy. */
function lineOf(text: string, policy: string): string {
  const before = policy.slice(0, policy.indexOf(text)).split('\n');
  return `${join(world.home, 'explained.yaml')}:${before.length}:${before.at(-1)!.length + 1}`;
}
const keyAndMemory = () =>
  world.call('plan_stack_update', {
    stack: STACK,
    set: [
      { path: 'Resources.CostTable.Properties.KeySchema.0.AttributeName', value: 'month' },
      { path: 'Resources.QueryRole.Properties.Description', value: 'reads the table' },
    ],
  });

describe('policy explain', () => {
  it('tells every guard in order, of a plan and of a change', async () => {
    const change = await proposeFix(world);
    const { planId } = await world.app.changes.find(change);
    for (const id of [planId, change]) {
      const report = await explained(id);
      expect(report.guards.map(({ guard }) => guard)).toEqual(guards.map(({ name }) => name));
      expect(report.recorded).toEqual({ decision: 'needs_approval', seats: 1, roles: [] });
      expect(report).toMatchObject({ decision: 'needs_approval', seats: 1, environment: 'production' });
    }
    expect(await explained(change)).toMatchObject({ goal: 'fix', sponsor: 'alice' });
  });

  it('names the facts that a guard read, and the line of the policy that each comes from', async () => {
    const seats = '  production: { reversible: 2, recoverable: 2, irreversible: { seats: 2, include: [data] } }';
    const policy = `${world.policyText}seats:\n${seats}\n`;
    const report = await explained(await proposeFix(world), { policy });
    expect(of(report, 'approval').outcome).toBe('hold(2)');
    expect(fact(report, 'approval', 'seatRules.reversible')).toEqual({
      fact: 'seatRules.reversible',
      value: 'seats 2, include none',
      from: [`${lineOf('reversible: 2', policy)} seats.production.reversible`],
    });
    expect(fact(report, 'approval', 'approvers')?.value).toBe('bob (sre), carol (data)');
    expect(fact(report, 'approval', 'environment')).toMatchObject({
      value: 'production',
      from: [`${lineOf('environment: production', policy)} scopes.0.environment`],
    });
    // Nothing of the irreversible was read: it is not told.
    expect(of(report, 'approval').facts.map(({ fact: path }) => path)).not.toContain('seatRules.irreversible');
    expect(fact(report, 'budget', 'history.spent.hour')).toMatchObject({
      value: 'changes 0, updated 0, created 0, lost 0',
      from: ['the ledger'],
    });
    expect(fact(report, 'execution', 'scope.execute')?.value).toBe('by_command');
  });

  it('says where an option, a raise, an exception, a freeze or a rule stands, or that the default decides', async () => {
    const { plan_id } = await keyAndMemory();
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16);
    file(
      'own.cedar',
      '@id("tables-stay") @message("Tables stay.")\nforbid (principal, action, resource in Type::"AWS::DynamoDB::Table");\n',
    );
    const policy = `${world.policyText.replace('stacks: ["*-prod"],', 'stacks: ["*-prod"], raise: { blast-radius: 3, budget: deny },')}
guards:
  blast-radius: { production: { max_updated: 0 } }
  recreate: { min_losses: 9 }
exceptions:
  - { guard: stateful-loss, stack: ${STACK}, resource: CostTable, until: ${day(3)}, owner: carol, reason: OPS-7 }
freezes:
  - { stacks: ["other"], from: ${at(-2)}, to: ${at(2)}, reason: elsewhere }
  - { environment: production, from: ${at(-2)}, to: ${at(2)}, reason: fair }
rules: ["own.cedar"]
`;
    const report = await explained(String(plan_id), { policy });
    expect(of(report, 'blast-radius')).toMatchObject({
      outcome: 'hold(3)',
      lines: [
        `${lineOf('max_updated', policy)} guards.blast-radius.production.max_updated`,
        `${lineOf('blast-radius: 3', policy)} scopes.0.raise.blast-radius`,
      ],
    });
    expect(of(report, 'recreate').lines).toEqual([`${lineOf('min_losses', policy)} guards.recreate.min_losses`]);
    expect(of(report, 'backup-first').lines).toEqual(['default (no guards.backup-first)']);
    expect(of(report, 'stateful-loss')).toMatchObject({
      outcome: 'note',
      exceptions: [expect.stringContaining('OPS-7')],
      lines: [`${lineOf('{ guard: stateful-loss', policy)} exceptions.0`],
    });
    expect(fact(report, 'freeze', 'freezes')?.from).toEqual([
      `${lineOf('{ environment: production, from', policy)} freezes.1`,
    ]);
    expect(fact(report, 'rules', 'rules')).toMatchObject({ value: 'tables-stay', from: ['own.cedar:1:1 tables-stay'] });
    expect(fact(report, 'approval', 'seatRules.irreversible')?.from).toEqual([
      'default (no seats.production.irreversible)',
    ]);
  });

  it('tells the smallest change that is not denied, and the one that needs nobody', async () => {
    const { plan_id } = await keyAndMemory();
    const report = await explained(String(plan_id), { goal: 'deploy' });
    expect(report.decision).toBe('denied');
    expect(report.notDenied).toMatchObject({
      without: ['CostTable (replace)'],
      decision: { decision: 'needs_approval' },
      exact: true,
    });
    expect(report.noSeats).toEqual({ without: null, decision: null, exact: true });
    expect(of(report, 'recreate').passesWithout).toEqual({ without: ['CostTable (replace)'], exact: true });
    expect(explainText(report, 100)).toMatch(/not denied: without CostTable \(replace\): needs \d approvals?/);
  });

  it('judges own rules again for each part of the plan', async () => {
    file(
      'own.cedar',
      '@id("two-at-most") @message("Two at once, no more.")\nforbid (principal, action, resource) when { context.counts.total > 2 };\n',
    );
    const kinds = ['update', 'create', 'update', 'create'];
    const effects = kinds.map((kind, index) => `{ kind: ${kind}, type: AWS::SQS::Queue, logicalId: Q${index} }`);
    const report = await explained(file('sample.yaml', `stack: shop-prod\neffects: [${effects.join(', ')}]`), {
      policy: `${world.policyText}rules: ["own.cedar"]\n`,
    });
    expect(of(report, 'rules')).toMatchObject({
      outcome: 'deny',
      passesWithout: { without: ['Q0 (update)', 'Q2 (update)'] },
    });
    expect(report.notDenied).toMatchObject({ without: ['Q0 (update)', 'Q2 (update)'], exact: true });
  });

  it('judges by the state of then: a halt and a freeze that came later are no reason', async () => {
    const change = await proposeFix(world);
    await world.app.ledger.append({ kind: 'halted', body: {} });
    const report = await explained(change, { now: new Date(Date.now() + 86_400_000) });
    expect(fact(report, 'halt', 'halt')?.value).toBe('running');
    expect(of(report, 'plan-first').outcome).toBe('pass');
  });

  it('says what was decided then, when another policy decides otherwise', async () => {
    const change = await proposeFix(world);
    const report = await explained(change, { policy: world.policyText.replace('"*-prod"', '"shop-*"') });
    expect(report).toMatchObject({ decision: 'denied', recorded: { decision: 'needs_approval' } });
    expect(explainText(report)).toContain('denied in production (then: 1 approval)');
    expect(fact(report, 'scope', 'scope')?.value).toBe('none');
  });

  it('tells each verdict, and what the plan does, in the words of show', async () => {
    const change = await proposeFix(world);
    const [page, report] = [await show(world.app, change, 400), await explained(change)];
    const told = report.guards.filter(({ outcome }) => outcome !== 'pass').map((one) => one.told);
    expect(told).toEqual([expect.stringMatching(/^HELD for 1 approval by GUARD_APPROVAL: /)]);
    for (const text of [report.summary, ...told]) expect(page).toContain(text);
    expect(explainText(report, 400)).toContain(told[0]);
  });

  it('takes the beginning of an id', async () => {
    const change = await proposeFix(world);
    expect(await explained(change.slice(0, 12))).toMatchObject({ subject: change });
  });

  it('prints at most the width of the terminal', async () => {
    const { plan_id } = await keyAndMemory();
    const report = await explained(String(plan_id), { goal: 'fix' });
    const lines = explainText(report, 100)
      .replaceAll(/\u001b\[\d+m/g, '')
      .split('\n');
    // A place cannot be broken: the folder of this test may be long.
    expect(lines.filter((line) => line.length > 100 && !line.includes(world.home))).toEqual([]);
  });

  it('refuses an id that is not there, a file that is none, and a goal that is none', async () => {
    await expect(explained('plan_nothing')).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
    await expect(explained('no-such-file')).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
    await expect(explained(await proposeFix(world), { goal: 'tidy' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('a sample', () => {
  const sample = (text: string) => file('sample.yaml', text);
  it('is judged like a plan, with what the tables know of its types', async () => {
    const report = await explained(
      sample(`stack: shop-prod
goal: deploy
effects:
  - { kind: replace, type: AWS::DynamoDB::Table, logicalId: Orders }
  - { kind: update, type: AWS::Lambda::Function, logicalId: Checkout }
`),
    );
    expect(report).toMatchObject({ decision: 'denied', goal: 'deploy', sponsor: 'alice', recorded: null });
    expect(of(report, 'recreate').message).toContain('Replacing Orders (AWS::DynamoDB::Table) would delete its data');
    expect(report.notDenied).toMatchObject({ without: ['Orders (replace)'], decision: { seats: 1 } });
  });

  it('keeps what is retained or backed up, and says marks in one word', async () => {
    const report = await explained(
      sample(`{"stack": "shop-prod", "effects": [
        {"kind": "delete", "type": "AWS::DynamoDB::Table", "logicalId": "Old", "retention": "Retain"},
        {"kind": "update", "type": "AWS::Logs::LogGroup", "logicalId": "Logs", "marks": ["expire"]}]}`),
    );
    expect(report.decision).toBe('needs_approval');
    expect(of(report, 'stateful-loss').outcome).toBe('hold(2)');
    expect(of(report, 'slow-loss').outcome).toBe('hold(2)');
  });

  it('can be of a new stack, of a deletion, and of instances', async () => {
    const created = await explained(
      sample('stack: new-prod\nchange: create\neffects: [{ kind: create, type: AWS::SQS::Queue }]'),
    );
    expect(of(created, 'scope')).toMatchObject({ outcome: 'deny', message: expect.stringContaining('new stacks') });
    const deleted = await explained(
      sample(
        'stack: shop-dev\nchange: delete\nterminationProtection: true\neffects: [{ kind: delete, type: AWS::SQS::Queue }]',
      ),
    );
    expect(of(deleted, 'stack-deletion').message).toContain('termination protection');
    const ended = await explained(
      sample(
        'ids: [i-0a1, i-0b2]\neffects:\n  - { kind: delete, physicalId: i-0a1 }\n  - { kind: stop, physicalId: i-0b2 }\n',
      ),
    );
    expect(of(ended, 'ownership')).toMatchObject({ outcome: 'hold(2)' });
  });

  it('is read strictly: every problem has line and column', async () => {
    const problems = async (text: string) =>
      explained(sample(text)).then(
        () => 'valid',
        ({ code, message }) => `${code} ${message}`,
      );
    expect(await problems('stack: a\neffects:\n  - { kind: updat, type: AWS::SQS::Queue }\n')).toMatch(
      /^INPUT_INVALID.*sample\.yaml:3:7 effects\.0\.kind/s,
    );
    expect(await problems('stack: a\nefects: []\neffects: [{ kind: tag, type: A::B }]')).toMatch(
      /:2:1 efects: there is no key efects/,
    );
    expect(await problems('stack: a\nids: [i-1]\neffects: [{ kind: tag, type: A::B }]')).toContain(
      'name a stack, a workspace, or ids',
    );
    expect(await problems('stack: a\neffects: [{ kind: tag }]')).toMatch(/:2:11 effects\.0: name a type/);
    expect(await problems('stack: a\naccount: other\neffects: [{ kind: tag, type: A::B }]')).toMatch(
      /:2:1 account: the policy has no account other/,
    );
    expect(await problems('ids: [i-1, i-2]\neffects: [{ kind: stop }]')).toContain('physicalId');
    expect(await problems('stack: [')).toMatch(/INPUT_INVALID.*sample\.yaml:1:/s);
  });
});

describe('docs/policy.md', () => {
  it('has a sample that is judged as it says', async () => {
    const guide = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');
    const [, text = ''] =
      /^```yaml\n(stack: [\s\S]*?)^```/m.exec(guide.slice(guide.indexOf('Explain a verdict'))) ?? [];
    const told = explainText(await explained(file('sketch.yaml', text)));
    expect(told).toContain('not denied: without Orders (replace): needs 2 approvals');
    for (const line of ['Keep Orders: add DeletionPolicy: Retain', 'Orders (AWS::DynamoDB::Table, no id) stores data'])
      for (const where of [guide, told]) expect(where).toContain(line);
    expect(guide).toContain(told.split('\n')[0]);
  });

  it('judges a sketch as if it were planned under the role that the policy names', async () => {
    const policy = world.policyText.replace('regions: [eu-west-1]', 'regions: [eu-west-1], planner_role: team/planner');
    const sketch = 'stack: shop-prod\neffects:\n  - { kind: update, type: AWS::Lambda::Function, logicalId: F }\n';
    const report = await explained(file('sketch.yaml', sketch), { policy });
    expect(of(report, 'identity').outcome).toBe('pass');
  });
});
