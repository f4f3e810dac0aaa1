/** Answers of rules are kept for effects that are alike. Held here: a kept answer is what the engine says afresh. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { EFFECT_KINDS, type Effect } from '../../src/core/effect.ts';
import { MARK_KINDS } from '../../src/core/mark.ts';
import { createRuleJudge } from '../../src/policy/rules/judge.ts';
import { type LoadedRules, loadRules } from '../../src/policy/rules/load.ts';
import { readsOf } from '../../src/policy/rules/reads.ts';
import type { RuleFacts } from '../../src/policy/rules/request.ts';
import { effect, instance, NOW, plan, resourcePlan, stack } from './plans.ts';

const home = mkdtempSync(join(tmpdir(), 'countersign-reads-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Rules that the schema refuses too: what they read must be known all the same. */
function loaded(text: string): LoadedRules {
  const folder = mkdtempSync(join(home, 'p-'));
  writeFileSync(join(folder, 'a.cedar'), text);
  const ignore = () => {};
  return loadRules(['*.cedar'], folder, ignore, ignore);
}
const FACTS: RuleFacts = {
  now: NOW,
  zone: 'UTC',
  environment: 'production',
  sponsor: { name: 'alice', roles: ['dev'] },
  goal: 'deploy',
};
const rule = (head: string, conditions: string, id = 'r') =>
  `@id("${id}") @message("m") forbid (${head}) ${conditions};`;
const TYPES = ['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'AWS::RDS::DBInstance', 'AWS::SQS'];
const NAMES = ['A', 'B', 'C'];

const literal = fc.oneof(
  fc.constantFrom(...TYPES).map((type) => `Type::"${type}"`),
  fc.constantFrom('AWS::SQS', 'AWS::RDS').map((service) => `Service::"${service}"`),
  fc.constantFrom(...NAMES).map((name) => `Resource::"${name}"`),
  fc.constantFrom('alice', 'bob').map((name) => `Sponsor::"${name}"`),
  fc.constantFrom(...EFFECT_KINDS).map((kind) => `Action::"${kind}"`),
  fc.constantFrom('update', 'delete').map((kind) => `Kind::"${kind}"`),
  fc.constantFrom(...MARK_KINDS).map((kind) => `Mark::"${kind}"`),
  fc.constantFrom('"small"', '"AWS::SQS::Queue"', '"A"', '"shop-api"', '1', '13', 'true', 'false'),
);
const attribute = fc.constantFrom(
  ...[
    'type',
    'kind',
    'reversibility',
    'interrupts',
    'holds',
    'marks',
    'revision',
    'size',
    'stack',
    'sponsor',
    'hour',
  ].map((name) => `context.${name}`),
  ...['context["size"]', 'context.counts.lost', 'context.counts', 'resource.logicalId', 'resource.physicalId'],
  ...['principal.roles', 'principal', 'action', 'resource', 'context', 'resource.getTag("team")'],
  ...['resource.getTag(context.type)', '{"a": context.holds, "b": resource}.a', 'if true then resource else resource'],
);
const group = fc.oneof(
  literal,
  fc.array(literal, { minLength: 1, maxLength: 3 }).map((members) => `[${members.join(', ')}]`),
  fc.constantFrom('resource', '[resource]', 'if context.revision then Type::"AWS::SQS::Queue" else Type::"AWS::SQS"'),
);
/** What the schema takes: most rules are of these, so that their answers differ from effect to effect. */
const typed = fc.oneof(
  fc.constantFrom(...TYPES).map((type) => `resource is Resource in Type::"${type}"`),
  fc.constantFrom(...TYPES).map((type) => `resource in Type::"${type}"`),
  fc.constantFrom(...TYPES).map((type) => `resource in [Service::"AWS::RDS", Type::"${type}"]`),
  fc.constantFrom(...NAMES).map((name) => `resource in Resource::"${name}"`),
  fc.constantFrom(...NAMES).map((name) => `resource has logicalId && resource.logicalId == "${name}"`),
  fc.constantFrom(...NAMES).map((name) => `resource has physicalId && "${name}" == resource.physicalId`),
  fc.constantFrom(...NAMES).map((name) => `resource == Resource::"${name}"`),
  fc.constantFrom('team', 'tier').map((key) => `resource.hasTag("${key}") && resource.getTag("${key}") like "s*"`),
  fc.constantFrom('update', 'delete').map((kind) => `action == Action::"${kind}"`),
  fc.constantFrom('update', 'delete').map((kind) => `action in [Action::"${kind}", Action::"tag"]`),
  fc.constantFrom('update', 'delete').map((kind) => `context.kind == Kind::"${kind}"`),
  fc.constantFrom(...MARK_KINDS).map((kind) => `context.marks.contains(Mark::"${kind}")`),
  fc.constantFrom('expire', 'reach').map((kind) => `context.marks.containsAny([Mark::"${kind}", Mark::"expose"])`),
  fc.constantFrom(
    ...['context.marks.isEmpty()', 'context.type like "*Queue"', 'context.holds == Holds::"data"', 'context.revision'],
    ...['context has size', 'context has size && context.size == "small"', 'context["interrupts"] != Answer::"no"'],
    ...['context has stack && context.stack == "nested"', 'context.counts.lost > 1', 'context.hour + 1 < 13'],
    ...['context.reversibility == Reversibility::"irreversible"', '[context.holds].contains(Holds::"data")'],
    ...['{"a": context.revision}.a', 'principal.roles.contains("dev")', 'principal in Sponsor::"alice"'],
    ...['context.environment == Environment::"production"', 'context has goal && context.goal == Goal::"deploy"'],
    ...['context.weekday == Weekday::"sat" || context.hour < 9', 'context.sponsor == "alice"', 'context has agent'],
    ...['context.account like "1*" && context.region like "eu-*"', 'context.counts.total > 1'],
    ...['if context.revision then resource in Type::"AWS::SQS::Queue" else resource in Service::"AWS::RDS"'],
  ),
);
const wild = fc.oneof(
  fc
    .tuple(attribute, fc.constantFrom('==', '!=', '<', '<=', '>', '>='), fc.oneof(attribute, literal))
    .map((all) => all.join(' ')),
  fc.tuple(fc.constantFrom('resource', 'principal', 'action'), group).map(([left, right]) => `${left} in ${right}`),
  group.map((right) => `resource is Resource in ${right}`),
  fc.tuple(attribute, fc.constantFrom('A', '*s*')).map(([left, pattern]) => `${left} like "${pattern}"`),
  fc.tuple(attribute, fc.oneof(literal, attribute)).map(([left, right]) => `[${left}].contains(${right})`),
  fc.constantFrom(
    ...['resource is Type', 'context has goal', 'context has counts.lost', 'ip(resource.logicalId).isLoopback()'],
    ...['decimal(context.size).lessThan(decimal("1.0"))', '-context.hour < 0', 'context.hour * 2 >= 26'],
  ),
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { arbitrary: typed, weight: 6 },
    { arbitrary: wild, weight: 1 },
    {
      arbitrary: fc
        .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
        .map(([a, word, b]) => `((${a}) ${word} (${b}))`),
      weight: 1,
    },
    { arbitrary: tie('condition').map((one) => `!(${one})`), weight: 1 },
    {
      arbitrary: fc
        .tuple(tie('condition'), tie('condition'), tie('condition'))
        .map(([a, b, c]) => `(if ${a} then ${b} else ${c})`),
      weight: 1,
    },
  ),
}));
const head = fc
  .tuple(
    fc.constantFrom('principal', 'principal == Sponsor::"alice"', 'principal is Sponsor'),
    fc.constantFrom('action', 'action == Action::"update"', 'action in [Action::"delete", Action::"update"]'),
    fc.oneof(
      { arbitrary: fc.constantFrom('resource', 'resource is Resource'), weight: 6 },
      { arbitrary: fc.constantFrom('resource is Type', 'resource == Resource::"A"'), weight: 1 },
      { arbitrary: literal.map((one) => `resource in ${one}`), weight: 2 },
      { arbitrary: literal.map((one) => `resource is Resource in ${one}`), weight: 2 },
    ),
  )
  .map((parts) => parts.join(', '));
const rulesText = fc
  .array(fc.tuple(head, fc.constantFrom('when', 'unless'), condition), { minLength: 1, maxLength: 3 })
  .map((all) => all.map(([top, word, one], index) => rule(top, `${word} { ${one} }`, `r${index}`)).join('\n'));

const oneOf = fc.constantFrom;
const oneEffect: fc.Arbitrary<Effect> = fc
  .record({
    kind: oneOf('update', 'delete', 'create', 'replace', 'tag'),
    type: oneOf(...TYPES),
    holds: oneOf('data', 'nothing'),
    interrupts: oneOf('no', 'yes'),
    reversibility: oneOf('reversible', 'irreversible'),
    revision: fc.boolean(),
    size: fc.option(oneOf('small', 'large'), { nil: undefined }),
    physicalId: fc.option(oneOf(...NAMES), { nil: undefined }),
    owner: fc.option(oneOf({ kind: 'stack' as const, name: 'shop-api' }, { kind: 'stack' as const, name: 'nested' }), {
      nil: undefined,
    }),
    marks: fc.subarray([...MARK_KINDS], { maxLength: 2 }),
  })
  .map(({ marks, ...rest }) => {
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const { logicalId: _id, owner: _owner, ...ordinary } = effect();
    return { ...ordinary, ...given, marks: marks.map((kind) => ({ kind, path: 'P', text: 't' })) } as Effect;
  });
const somePlan = fc.tuple(fc.array(oneEffect, { minLength: 2, maxLength: 12 }), fc.boolean()).map(([effects, alone]) =>
  alone
    ? resourcePlan([instance({ id: 'A', tags: { team: 'shop' } }), instance({ id: 'B', tags: { tier: 'x' } })], {
        effects,
      })
    : plan({ effects, observed: { identity: { account: '1', arn: 'a' }, stack: stack({ tags: { team: 'shop' } }) } }),
);

describe('an answer that is kept', () => {
  it('is what the engine says of each effect afresh', () => {
    let told = 0;
    fc.assert(
      fc.property(rulesText, fc.array(somePlan, { minLength: 1, maxLength: 3 }), (text, plans) => {
        const rules = loaded(text);
        const kept = createRuleJudge(rules);
        const afresh = createRuleJudge(rules, { afresh: true });
        for (const about of plans) {
          const verdicts = kept(about, FACTS);
          told += verdicts.length;
          expect(verdicts, text).toEqual(afresh(about, FACTS));
        }
      }),
      { numRuns: 200 },
    );
    expect(told).toBeGreaterThan(100);
  }, 120_000);
  it.each([
    'resource is Resource in Type::"AWS::SQS::Queue"',
    '[resource].contains(resource) && resource in [Type::"AWS::SQS::Queue"]',
    'if resource in Service::"AWS::SQS" then context.type like "*Queue" else false',
    'resource in (if context.hour > 3 then Type::"AWS::SQS::Queue" else Type::"AWS::RDS::DBInstance")',
  ])('is not taken for another type: %s', (condition) => {
    const rules = loaded(rule('principal, action, resource', `when { ${condition} }`));
    const about = plan({
      effects: [effect({ logicalId: 'First' }), effect({ type: 'AWS::SQS::Queue', logicalId: 'Queue' })],
    });
    expect(createRuleJudge(rules, { validateRequests: true })(about, FACTS)).toMatchObject([{ effects: ['Queue'] }]);
  });
});

describe('what is not understood reads everything', () => {
  const head = { effect: 'forbid', principal: { op: 'All' }, action: { op: 'All' }, resource: { op: 'All' } };
  const withBody = (body: unknown) => ({ ...head, conditions: [{ kind: 'when', body }] });
  it.each([
    ['an operator that is new', withBody({ resembles: { left: { Var: 'principal' }, right: { Value: 1 } } })],
    ['an extension function', withBody({ ip: [{ Value: '1.2.3.4' }] })],
    ['two operators in one node', withBody({ Value: true, '!': { arg: { Value: true } } })],
    ['no node at all', withBody(null)],
    ['a new part of a rule', { ...withBody({ Value: true }), scope: {} }],
    [
      'a new form of a head',
      { ...withBody({ Value: true }), resource: { op: 'near', entity: { type: 'Type', id: 'x' } } },
    ],
    [
      'a head that names a resource',
      { ...head, conditions: [], resource: { op: '==', entity: { type: 'Resource', id: 'x' } } },
    ],
  ])('%s', (_what, policy) => {
    expect(readsOf(policy).everything).toBe(true);
  });
  it('and what is, does not', () => {
    expect(readsOf(withBody({ '.': { left: { Var: 'context' }, attr: 'size' } }))).toMatchObject({ everything: false });
  });
});
