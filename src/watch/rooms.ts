/** The rooms of a process, each as it is and watched: what passes between them is told, and nothing of it is changed. */
import { CountersignError } from '../core/errors.ts';
import { adjusted, type Guard } from '../core/guard.ts';
import type { Attributes, Told } from '../core/observing.ts';
import type { Pipeline, ToolAnswer } from '../core/pipeline.ts';
import type { Executor, Judge, Ledger, PolicyPort, Provider } from '../core/ports.ts';
import { guardCode, type Verdict } from '../core/verdict.ts';
import { UNKNOWN_TOOL } from './counted.ts';
import { whatLedTo } from './ledger.ts';
import type { Watch } from './watch.ts';

type Outcome = Verdict['outcome'];

/** A defect has no code; its words are for the operator's log. */
const codeOf = (error: unknown): string => (error instanceof CountersignError ? error.code : 'INTERNAL');

/** Told as a part of what goes on, with the code of what it throws. */
function part<T>(watch: Watch, name: string, attributes: Attributes, run: (told: Told) => Promise<T>): Promise<T> {
  return watch.during({ name, attributes }, async (told) => {
    try {
      return await run(told);
    } catch (error) {
      told.failed(codeOf(error));
      throw error;
    }
  });
}

const ID_FORM = /^[\w.:-]{1,64}$/;
/** Of the client's choosing: only what looks like an id. */
const requestId = (id: string | number): Attributes =>
  ID_FORM.test(String(id)) ? { 'jsonrpc.request.id': String(id) } : {};

/** The span of a call: a server's for a request of MCP, as its semantic conventions name it. */
export function watchedPipeline(pipeline: Pipeline, watch: Watch, tools: readonly { name: string }[]): Pipeline {
  const known = new Set(tools.map(({ name }) => name));
  return (name, input, origin = {}) => {
    const { request, token } = origin;
    // SECURITY: the name of a tool that is none is a text of the agent's.
    const tool = known.has(name) ? name : UNKNOWN_TOOL;
    const about = {
      'gen_ai.tool.name': tool,
      'gen_ai.operation.name': 'execute_tool',
      ...(request ? { 'mcp.method.name': request.method, 'network.transport': token ? 'tcp' : 'pipe' } : {}),
    };
    const began = performance.now();
    return watch.during(
      {
        name: `${request?.method ?? 'execute_tool'} ${tool}`,
        ...(request ? { kind: 'server' as const, parent: String(request.traceparent) } : {}),
        attributes: { ...about, ...(request ? requestId(request.id) : {}) },
      },
      async (told) => {
        const answer = await pipeline(name, input, origin);
        told.set(answered(answer));
        if (!answer.ok) told.failed('tool_error');
        const seconds = (performance.now() - began) / 1_000;
        const ended = answer.ok ? about : { ...about, 'error.type': 'tool_error' };
        if (request) watch.measure('mcp.server.operation.duration', seconds, ended);
        return answer;
      },
    );
  };
}

function answered(answer: ToolAnswer): Attributes {
  if (!answer.ok) return { 'countersign.error.code': answer.error.code };
  const { decision, plan_id, change_id } = answer.content;
  return {
    ...(typeof decision === 'string' ? { 'countersign.decision': decision } : {}),
    ...(typeof plan_id === 'string' ? { 'countersign.plan.id': plan_id } : {}),
    ...(typeof change_id === 'string' ? { 'countersign.change.id': change_id } : {}),
  };
}

/** Gathering the facts, and then the guards: one span for all of them, with a word of each that did not pass. */
export function watchedPolicy(policy: PolicyPort, watch: Watch): PolicyPort {
  return {
    ...policy,
    async judgeFor(plan, phase, goal, whose) {
      const about = { 'countersign.phase': phase };
      const judge = await part(watch, 'facts', about, () => policy.judgeFor(plan, phase, goal, whose));
      const { guards, guardsBeforePlanning } = judge;
      return {
        ...judge,
        guards: watchedGuards(guards, watch, about),
        guardsBeforePlanning: watchedGuards(guardsBeforePlanning, watch, about),
      };
    },
  };
}

/** The first time that each has judged is told: what is asked of them after that are the goals that would pass. */
function watchedGuards(guards: Judge['guards'], watch: Watch, about: Attributes): Guard[] {
  let span: ReturnType<Watch['begin']> | undefined;
  return guards.map((guard, index) => {
    let isTold = false;
    const tell = (outcome: Outcome) => {
      isTold = true;
      span ??= watch.begin({ name: 'guards', attributes: about });
      if (outcome !== 'pass')
        span.happened('verdict', {
          'countersign.guard.code': guardCode(guard.name),
          'countersign.verdict': outcome,
        });
      if (index === guards.length - 1) span.end();
    };
    return {
      name: guard.name,
      judge(plan, facts) {
        if (isTold) return guard.judge(plan, facts);
        // What a guard throws is a denial.
        let outcome: Outcome = 'deny';
        try {
          const verdict = guard.judge(plan, facts);
          outcome = adjusted(verdict, facts.adjustments[guard.name]).outcome;
          return verdict;
        } finally {
          tell(outcome);
        }
      },
    };
  });
}

/** What is asked of the cloud, by our own names; each call of the SDK is within. */
const ASKED = {
  identity: 'identity',
  recompute: 'recompute',
  takeRights: 'take rights',
  rehearse: 'rehearse',
  send: 'send',
  settle: 'settle',
  find: 'find',
  follow: 'follow',
  differences: 'compare',
  lookBack: 'look back',
  removalOf: 'look for leftovers',
  discard: 'discard',
} as const satisfies { readonly [K in keyof Provider]?: string };
const OF_ONE_CALL: readonly string[] = ['rehearse', 'send', 'settle', 'find', 'lookBack'];

export function watchedCloud(cloud: Provider, watch: Watch): Provider {
  const watched = Object.entries(ASKED).map(([method, name]) => {
    const ask = cloud[method as keyof typeof ASKED] as (...given: unknown[]) => Promise<unknown>;
    const told = (...given: unknown[]) =>
      part(watch, name, OF_ONE_CALL.includes(method) ? stepOf(given[0]) : {}, () => ask(...given));
    return [method, told] as const;
  });
  const planners = cloud.planners.map((planner) => ({
    ...planner,
    plan: (...given: Parameters<typeof planner.plan>) =>
      part(watch, 'dry run', { 'countersign.planner': planner.name }, () => planner.plan(...given)),
  }));
  return { ...cloud, ...Object.fromEntries(watched), planners };
}

function stepOf(call: unknown): Attributes {
  const { step, service, operation } = call as { step: string; service: string; operation: string };
  return { 'countersign.step': step, 'countersign.call': `${service}:${operation}` };
}

/** An execution is a trace of its own, linked to the calls that planned and proposed it. */
export function watchedExecutor(executor: Executor, watch: Watch, ledger: Pick<Ledger, 'events'>): Executor {
  const about = (changeId: string): Attributes => ({ 'countersign.change.id': changeId });
  const ledTo = (changeId: string) => whatLedTo(ledger, changeId).catch(() => []);
  return {
    ...executor,
    run: async (changeId, onProgress, how) =>
      watch.during({ name: 'execute', attributes: about(changeId), links: await ledTo(changeId) }, async (told) => {
        try {
          const change = await executor.run(changeId, onProgress, how);
          told.set({ 'countersign.state': change.state, 'countersign.environment': change.environment });
          if (change.state !== 'succeeded') told.failed(change.state);
          return change;
        } catch (error) {
          told.failed(codeOf(error));
          throw error;
        }
      }),
    reconcile: async (changeId, how) =>
      watch.during({ name: 'reconcile', attributes: about(changeId), links: await ledTo(changeId) }, async (told) => {
        const seen = await executor.reconcile(changeId, how);
        told.set({ 'countersign.state': seen.change.state });
        return seen;
      }),
  };
}
