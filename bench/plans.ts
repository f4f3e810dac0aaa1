/** Judging a plan of 500 resources, and the size of what an agent is told about small and large plans. */
import { judgeAll } from '../src/core/guard.ts';
import { textOf } from '../src/mcp/answer-text.ts';
import { percentileOfJudging, type Row } from './measure.ts';
import { judgingWithRules } from './rules.ts';
import { createQueues, openBenchWorld } from './world.ts';

const SIZES = [
  { resources: 10, characters: 3_000 },
  { resources: 500, characters: 6_000 },
];
const ROUNDS = 2_000;

export async function benchPlans(): Promise<Row[]> {
  const world = await openBenchWorld(0);
  try {
    const rows: Row[] = [];
    for (const { resources, characters } of SIZES) {
      const stack = `queues-${resources}`;
      await createQueues(world.bareClient, stack, resources);
      const answer = await world.call('plan_stack_update', { stack, parameters: { Seconds: '60' } });
      const text = textOf({ ok: true, content: answer });
      const { plan } = await world.app.changes.plan(String(answer.plan_id));
      // The queues, and the parameter that changes them.
      if (plan.effects.length !== resources + 1) throw new Error(`expected ${resources + 1} effects`);
      if (resources === 500) {
        const { guards, facts } = await world.app.policy.judgeFor(plan, 'propose', 'fix');
        const worst = await percentileOfJudging(() => void judgeAll(guards, plan, facts), ROUNDS);
        rows.push({
          name: `judging ${guards.length} guards on ${resources} resources, p99`,
          ours: `${worst.toFixed(2)} ms`,
          baseline: 'none',
          value: worst,
          limit: 2,
          wanted: 'at most',
        });
        const withRules = await judgingWithRules(world, plan, 300);
        rows.push({
          name: `the same with 50 rules in Cedar, p99`,
          ours: `${withRules.toFixed(2)} ms`,
          baseline: 'none',
          value: withRules,
          limit: 10,
          wanted: 'at most',
        });
      }
      rows.push({
        name: `a plan of ${resources} effects, characters of text and structure`,
        ours: `${text.length} + ${JSON.stringify(answer).length}`,
        baseline: 'none',
        value: text.length + JSON.stringify(answer).length,
        limit: characters,
        wanted: 'at most',
      });
    }
    return rows;
  } finally {
    world.close();
  }
}
