import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { guards } from '../../guards/index.ts';
import type { CountersignError } from '../../src/core/errors.ts';
import { checkPolicy } from '../../src/policy/check.ts';
import { parsePolicy } from '../../src/policy/load.ts';
import type { Policy } from '../../src/policy/model.ts';
import { cedar } from '../../src/policy/rules/cedar.ts';
import { createRuleJudge } from '../../src/policy/rules/judge.ts';
import type { RuleFacts } from '../../src/policy/rules/request.ts';
import { loadKnowledge } from '../../src/providers/aws/knowledge/index.ts';
import { effect, instance, NOW, plan, policyWith, resourcePlan, stack } from './plans.ts';

const knowledge = await loadKnowledge();
const home = mkdtempSync(join(tmpdir(), 'countersign-rules-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function withRules(files: Record<string, string>): Policy {
  const folder = mkdtempSync(join(home, 'p-'));
  mkdirSync(join(folder, 'rules'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'rules', name), text);
  return parsePolicy(policyWith('rules: ["rules/*.cedar"]'), join(folder, 'policy.yaml'), guards, NOW);
}
function problemsOf(text: string, more: Record<string, string> = {}): string[] {
  try {
    withRules({ 'a.cedar': text, ...more });
    return [];
  } catch (error) {
    return (error as CountersignError).cause as string[];
  }
}
const rule = (conditions: string, annotations = '', head = 'principal, action, resource') =>
  `@id("r") @message("Not this.") ${annotations}\nforbid (${head})\n${conditions};\n`;
const FACTS: RuleFacts = {
  now: NOW,
  zone: 'Europe/Berlin',
  environment: 'production',
  sponsor: { name: 'alice', roles: ['dev'] },
  goal: 'deploy',
};
const judge = (text: string, about = plan(), facts: Partial<RuleFacts> = {}) =>
  createRuleJudge(withRules({ 'a.cedar': text }).rules, { validateRequests: true })(about, { ...FACTS, ...facts });

describe('rules are refused at load', () => {
  it.each([
    ['what is no Cedar', 'forbid (principal, action', /^rules\/a\.cedar:\d+:\d+ /],
    [
      'a permit',
      '@id("p") @message("m") permit (principal, action, resource);',
      /^rules\/a\.cedar:1:1 a rule must be a forbid/,
    ],
    ['no id', '\n@message("m") forbid (principal, action, resource);', /^rules\/a\.cedar:2:1 @id: write @id/],
    ['no message', '@id("r") forbid (principal, action, resource);', /@message: write @message/],
    ['an annotation that is not known', rule('', '@seats("2")'), /there is no annotation @seats/],
    ['no number of seats', rule('', '@hold("two")'), /@hold: hold must be a number of approvals/],
    ['an attribute that is not there', rule('when { context.colour == "red" }'), /^rules\/a\.cedar:3:8 .*colour/],
    [
      'an environment that is none',
      rule('when { context.environment == Environment::"prodution" }'),
      /^rules\/a\.cedar:3:31 .*valid entity eids: "production"/,
    ],
    [
      'an action that is none',
      rule('', '', 'principal, action == Action::"destroy", resource'),
      /unrecognized action|destroy/,
    ],
    ['a size that may not be there', rule('when { context.size == "x" }'), /attribute `size`.*not|size/],
    [
      'a computed tag',
      rule('when { resource.hasTag(context.type) && resource.getTag(context.type) == "x" }'),
      /write tag keys as literal text/,
    ],
    ['a template', '@id("t") @message("m") forbid (principal == ?principal, action, resource);', /template/],
  ])('for %s, with file, line and column', (_what, text, expected) => {
    const problems = problemsOf(text);
    expect(problems.join('\n')).toMatch(expected);
    for (const problem of problems) expect(problem).toMatch(/^rules\/a\.cedar:\d+:\d+ /);
  });
  it('for one mistake once, with the rule’s own id', () => {
    expect(problemsOf(rule('when { context.colour == "red" }'))).toEqual([
      'rules/a.cedar:3:8 the rule r: attribute `colour` in context not found (did you mean `hour`?)',
    ]);
  });
  it('for the same mistake in two rules twice, each at its own place', () => {
    const [one, two] = problemsOf(
      `${rule('when { context.colour == "red" }')}${rule('when { context.colour == "red" }').replace('@id("r")', '@id("s")')}`,
    );
    expect([one, two]).toEqual([
      expect.stringMatching(/:3:8 the rule r: /),
      expect.stringMatching(/:6:8 the rule s: /),
    ]);
  });
  it('counts columns in characters, not in bytes', () => {
    expect(
      problemsOf(
        '/* äöü */ @id("r") @message("ñ") forbid (principal, action, resource) when { context.nope };'.replace(
          '/* äöü */',
          '// äöü\n',
        ),
      ).join(),
    ).toMatch(/^rules\/a\.cedar:2:\d+ /);
  });
  it('for an id that another file has', () => {
    expect(problemsOf(rule(''), { 'b.cedar': rule('') })).toEqual([
      'rules/b.cedar:1:1 the id r is already used by the rule at rules/a.cedar:1:1',
    ]);
  });
});

describe('rules that may never match are warned of', () => {
  const warningsOf = (files: Record<string, string>) =>
    checkPolicy({ policy: withRules(files), guards, now: NOW, ...knowledge }).flatMap(({ place, message }) =>
      place.startsWith('rules/') ? [`${place} ${message}`] : [],
    );
  it.each([
    ['a type in the head', rule('', '', 'principal, action, resource in Type::"AWS::SQS::Que"'), 'AWS::SQS::Que'],
    ['a type below it', rule('when { resource is Resource in Type::"AWS::SQS::Que" }'), 'AWS::SQS::Que'],
    ['a type in a list', rule('when { !(resource in [Type::"AWS::SQS::Queue", Type::"sqs"]) }'), 'sqs'],
    ['a service', rule('when { resource in Service::"AWS::SQSS" }'), 'AWS::SQSS'],
  ])('%s that no table has', (_what, text, name) => {
    expect(warningsOf({ 'a.cedar': text })).toEqual([
      expect.stringMatching(new RegExp(`the rule r names the unknown (?:type|service) ${name}:`)),
    ]);
  });
  it('a file without a rule', () => {
    expect(warningsOf({ 'a.cedar': '// forbid (principal, action, resource);\n' })).toEqual([
      'rules/a.cedar:1:1 this file contains no rule',
    ]);
  });
  it('and names that the tables have are not', () => {
    const text = rule(
      'when { resource in [Type::"AWS::SQS::Queue", Type::"Custom::Thing"] || resource in Service::"AWS::RDS" }',
    );
    expect(warningsOf({ 'a.cedar': text })).toEqual([]);
  });
});

describe('a rule', () => {
  it('denies by its own id, message and remedy, and names the effects', () => {
    const verdicts = judge(
      rule(
        'when { context.holds == Holds::"data" }',
        '@remedy("Keep it.")',
        'principal, action == Action::"delete", resource',
      ),
      plan({
        effects: [
          effect(),
          effect({ kind: 'delete', holds: 'data', logicalId: 'B' }),
          effect({ kind: 'delete', holds: 'data', logicalId: 'A' }),
          effect({ kind: 'delete', logicalId: 'C' }),
        ],
      }),
    );
    expect(verdicts).toEqual([
      { id: 'r', outcome: 'deny', seats: 0, message: 'Not this.', remedy: 'Keep it.', effects: ['A', 'B'] },
    ]);
  });
  it('holds for the seats that it asks for', () => {
    expect(judge(rule('', '@hold("3")'))).toMatchObject([{ id: 'r', outcome: 'hold', seats: 3 }]);
  });
  it('can be watched before it stops anything', () => {
    expect(judge(rule('', '@mode("observe")'))).toMatchObject([{ id: 'r', outcome: 'note' }]);
  });
  it('that cannot be evaluated denies, also when it only holds or is only observed', () => {
    const overflow = 'when { context.hour + 9223372036854775807 > 0 }';
    for (const annotations of ['', '@hold("1")', '@mode("observe")'])
      expect(judge(rule(overflow, annotations))).toMatchObject([
        { id: 'r', outcome: 'deny', message: expect.stringContaining('overflow') },
      ]);
  });
  it('sees the hour and the day of the policy’s zone', () => {
    const friday = rule('when { context.weekday == Weekday::"fri" && context.hour >= 14 }');
    expect(judge(friday, plan(), { now: new Date('2026-11-27T12:59:00Z') })).toEqual([]);
    expect(judge(friday, plan(), { now: new Date('2026-11-27T13:00:00Z') })).toHaveLength(1);
    expect(judge(friday, plan(), { now: new Date('2026-11-27T13:00:00Z'), zone: 'America/New_York' })).toEqual([]);
  });
  it.each([
    ['its type', 'resource in Type::"AWS::Lambda::Function"', 'resource in Type::"AWS::Lambda::Alias"'],
    ['its service', 'resource in Service::"AWS::Lambda"', 'resource in Service::"AWS::RDS"'],
    ['its name', 'resource has logicalId && resource.logicalId == "Fn"', 'resource has physicalId'],
    ['its stack', 'context has stack && context.stack like "shop-*"', 'context has stack && context.stack == "shop"'],
    ['the kind', 'context.kind == Kind::"update"', 'context.kind == Kind::"delete"'],
    ['the counts', 'context.counts.updated == 1', 'context.counts.lost == 1'],
    [
      'the goal',
      'context has goal && context.goal == Goal::"deploy"',
      'context has goal && context.goal == Goal::"fix"',
    ],
    ['the sponsor', 'principal == Sponsor::"alice"', 'principal == Sponsor::"bob"'],
    ['the sponsor’s roles', 'principal.roles.contains("dev")', 'principal.roles.contains("sre")'],
    [
      'the agent',
      'context has agent && context.agent == "claude-code"',
      'context has agent && context.agent == "kiro"',
    ],
    ['the account', 'context.account == "111111111111"', 'context.account == "222222222222"'],
    ['a mark', 'context.marks.contains(Mark::"expire")', 'context.marks.contains(Mark::"expose")'],
    ['a tag', 'resource.hasTag("team") && resource.getTag("team") == "shop"', 'resource.hasTag("Team")'],
  ])('can ask for %s', (_what, matching, other) => {
    const about = plan({
      effects: [effect({ marks: [{ kind: 'expire', path: 'Properties.X', text: 'x' }] })],
      observed: { identity: { account: '1', arn: 'a' }, stack: stack({ tags: { team: 'shop' } }) },
    });
    const when = (condition: string) => rule(`when { ${condition} }`);
    expect(judge(when(matching), about), matching).toHaveLength(1);
    expect(judge(when(other), about), other).toEqual([]);
  });
  it('sees each resource of no stack with its own tags', () => {
    const about = resourcePlan([instance({ tags: { team: 'shop' } }), instance({ id: 'i-2' })], {
      effects: ['i-1', 'i-2'].map((physicalId) => {
        const {
          logicalId: _none,
          owner: _nobody,
          ...rest
        } = effect({ kind: 'stop', type: 'AWS::EC2::Instance', physicalId });
        return rest;
      }),
    });
    expect(judge(rule('when { resource.hasTag("team") }'), about)).toMatchObject([{ effects: ['i-1'] }]);
  });
  it('calls a revision an update', () => {
    const about = plan({ effects: [effect({ kind: 'replace', revision: true })] });
    expect(judge(rule('', '', 'principal, action == Action::"replace", resource'), about)).toEqual([]);
    expect(judge(rule('', '', 'principal, action == Action::"update", resource'), about)).toHaveLength(1);
  });
  it('tells two effects apart by whatever it reads, and no more than one request is answered for another', () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      effect({ logicalId: `R${index}`, size: index % 2 ? 'small' : 'large', kind: index % 3 ? 'update' : 'delete' }),
    );
    const text = `${rule('when { context has size && context.size == "large" }', '', 'principal, action == Action::"delete", resource')}
@id("s") @message("m") forbid (principal, action, resource) when { resource has logicalId && resource.logicalId == "R7" };
@id("t") @message("m") forbid (principal, action, resource == Resource::"R8");`;
    const verdicts = judge(text, plan({ effects: many }));
    const expected = many
      .filter(({ size, kind }) => size === 'large' && kind === 'delete')
      .map((one) => one.logicalId)
      .sort();
    expect(verdicts.map(({ id, effects }) => [id, effects])).toEqual([
      ['r', expected],
      ['s', ['R7']],
      ['t', ['R8']],
    ]);
  });
  it('is part of the policy’s digest', () => {
    expect(withRules({ 'a.cedar': rule('') }).digest).not.toBe(withRules({ 'a.cedar': rule('', '@hold("1")') }).digest);
  });
});

describe('many rules', () => {
  const many = (count: number, wrong: (index: number) => string = () => '') =>
    Array.from(
      { length: count },
      (_, index) =>
        `@id("r${index}") @message("No.")\nforbid (principal, action == Action::"delete", resource)${wrong(index)};`,
    ).join('\n');

  it('are validated in one call, which reads the schema once', () => {
    const validate = vi.spyOn(cedar(), 'validate');
    const counted = (count: number) => {
      validate.mockClear();
      expect(withRules({ 'a.cedar': many(count) }).rules.rules).toHaveLength(count);
      return validate.mock.calls.length;
    };
    expect(counted(2)).toBe(1);
    expect(counted(200)).toBe(1);
    validate.mockRestore();
  });

  it('are told of each at its own place, with its own id, also where two have one id', () => {
    const text = many(4, (index) => (index % 2 === 1 ? `\nwhen { context.nothing == ${index} }` : ''));
    const told = problemsOf(text);
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/^rules\/a\.cedar:5:\d+ the rule r1: .*nothing/);
    expect(told[1]).toMatch(/^rules\/a\.cedar:10:\d+ the rule r3: .*nothing/);
    const twice = problemsOf(text.replaceAll('"r3"', '"r1"'));
    expect(twice.filter((line) => line.includes('nothing'))).toHaveLength(2);
    expect(twice.at(-1)).toContain('the id r1 is already used');
  });
});
