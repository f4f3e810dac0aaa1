/** The policy tests that `init` writes beside its policy: what a new policy promises, to be kept true while it grows. */
import type { InitAnswers } from './init-answers.ts';

/** What the sandbox's default world has, in the account of the policy. */
const STACK = 'cost-explorer-prod';

/** Said in terms of what holds in every environment as long as nothing executes. */
export function initialTests({ person }: InitAnswers): string {
  return `# Run these with: countersign --policy <the policy> policy test
# Each case has a simulated cloud of its own (docs/policy.md, "Test it"); nothing here touches your cloud or your keys.
sponsor: ${person}
cases:
  - name: agents can plan, but nothing executes
    calls:
      - tool: plan_stack_update
        as: plan
        input: { stack: ${STACK}, set: [{ path: Resources.QueryFunction.Properties.MemorySize, value: 1024 }] }
        expect: { decision: plan_only, codes: [GUARD_EXECUTION] }
      - tool: propose_change
        input: { plan_id: $plan.plan_id, goal: fix, reason: Queries run out of memory. }
        expect: { state: denied }
      - execute: true
        expect: { codes: [STATE_CHANGE_NOT_APPROVED] }
    # Once you write execute: by_command and add people: { decision: needs_approval, seats: 1, state: pending }
    expect: { mutating_calls: 0 }

  - name: a stack that others import from cannot be deleted
    calls:
      - tool: plan_stack_delete
        as: plan
        input: { stack: ${STACK} }
      - tool: propose_change
        input: { plan_id: $plan.plan_id, goal: fix, reason: Recreate the environment from scratch. }
        expect: { decision: denied, codes: [GUARD_STACK_DELETION] }
    expect: { state: denied, mutating_calls: 0 }

  - name: an agent without a sponsor can only plan
    sponsor: null
    calls:
      - tool: plan_stack_update
        input: { stack: ${STACK}, set: [{ path: Resources.QueryFunction.Properties.Timeout, value: 20 }] }
    expect: { decision: plan_only, mutating_calls: 0 }

  - name: other regions are out of reach
    calls:
      - tool: plan_stack_delete
        input: { stack: ${STACK}, region: us-gov-west-1 }
    expect: { codes: [GUARD_IDENTITY], mutating_calls: 0 }
`;
}
