/** Fifty rules of a policy on a plan of 500 different effects, with all guards: what a strict security team adds. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeAll } from '../src/core/guard.ts';
import type { Plan } from '../src/core/plan.ts';
import { createRuleJudge } from '../src/policy/rules/judge.ts';
import { loadRules } from '../src/policy/rules/load.ts';
import { percentileOfJudging } from './measure.ts';
import type { BenchWorld } from './world.ts';

/** Half of them look at every effect, half at one type each; each reads something else. */
const CONDITIONS = [
  'context.environment == Environment::"production" && context.interrupts == Answer::"yes"',
  'context.reversibility == Reversibility::"irreversible"',
  'context.hour >= 18 && context.weekday == Weekday::"fri"',
  'context.counts.lost > 3',
  'resource.hasTag("critical") && resource.getTag("critical") == "yes"',
];
const TYPES = ['AWS::SQS::Queue', 'AWS::KMS::Key', 'AWS::Lambda::Function', 'AWS::DynamoDB::Table', 'AWS::S3::Bucket'];

function ruleText(number: number): string {
  const condition = CONDITIONS[number % CONDITIONS.length];
  const resource = number % 2 === 0 ? 'resource' : `resource in Type::"${TYPES[number % TYPES.length]}"`;
  return `@id("rule-${number}")\n@message("Rule ${number}")\nforbid (principal, action, ${resource}) when { ${condition} };\n`;
}

/** @returns the 99th percentile of rules and guards together, in milliseconds. */
export async function judgingWithRules(world: BenchWorld, plan: Plan, rounds: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-rules-'));
  try {
    writeFileSync(join(folder, 'all.cedar'), Array.from({ length: 50 }, (_, number) => ruleText(number)).join('\n'));
    const problems: string[] = [];
    const loaded = loadRules(
      ['*.cedar'],
      folder,
      (path, message) => problems.push(`${path}: ${message}`),
      (text) => problems.push(text),
    );
    if (problems.length > 0) throw new Error(problems.join('\n'));
    const judge = createRuleJudge(loaded);
    const { guards, facts } = await world.app.policy.judgeFor(plan, 'propose', 'fix');
    const about = {
      now: facts.now,
      zone: 'UTC',
      environment: facts.environment,
      sponsor: { name: 'alice', roles: ['dev'] },
    };
    const run = () => void judgeAll(guards, plan, { ...facts, rules: judge(plan, about) });
    // The first ones parse the rules, which a server does once.
    for (let round = 0; round < 20; round += 1) run();
    return percentileOfJudging(run, rounds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
