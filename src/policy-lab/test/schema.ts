/** The shape of a file of policy tests. Strict like the policy: what is not understood is an error, never ignored. */
import { z } from 'zod';
import { CHANGE_STATES } from '../../core/change-states.ts';

const person = z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, 'a person of the policy');
const answerName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'lower-case letters, digits and _');
const code = z.string().regex(/^[A-Z]+(?:_[A-Z]+)+$/, 'a code such as GUARD_RECREATE or INPUT_INVALID');
const count = z.int().min(0);
const input = z.record(z.string(), z.json()).default({});
/** An answer's value, such as `$first.change_id`. */
const change = z.string().startsWith('$', 'an answer’s value, such as $first.change_id');

const answerExpectation = {
  decision: z.enum(['pass', 'needs_approval', 'denied', 'plan_only', 'no_change']).optional(),
  /** Each must be among the codes of what refused or holds; there may be more. */
  codes: z.array(code).min(1).optional(),
  seats: count.optional(),
  roles: z.array(z.string()).optional(),
  state: z.enum(CHANGE_STATES).optional(),
  /** Texts that the agent is told. */
  contains: z.array(z.string().min(1)).min(1).optional(),
  /** At most so many, text and structure together. */
  characters: count.optional(),
};
const stepExpectation = z.strictObject(answerExpectation).optional();
/** Of the last answer, and of the whole run. */
const caseExpectation = z.strictObject({
  ...answerExpectation,
  /** Writes that reached the cloud. Not written: none, unless something was executed. */
  mutating_calls: count.optional(),
  tool_calls: count.optional(),
});

const toolStep = z.strictObject({
  tool: z.string().min(1),
  input,
  /** The answer's name, for `$name.plan_id` in what follows. */
  as: answerName.optional(),
  expect: stepExpectation,
});
const signing = { change: change.optional(), expect: stepExpectation };
const approveStep = z.strictObject({
  approve: person,
  ...signing,
  /** They signed the statement of this change, and it is handed in for the other. */
  statement_of: change.optional(),
  /** Whose key signs. */
  key_of: person.optional(),
});
const rejectStep = z.strictObject({ reject: person, ...signing });
const executeStep = z.strictObject({ execute: z.literal(true), ...signing });
const haltStep = z.strictObject({ halt: z.literal(true) });
const resumeStep = z.strictObject({ resume: z.literal(true) });
const advanceStep = z.strictObject({ advance: z.string().regex(/^\d{1,4}[mhd]$/, 'a time such as 90m, 25h or 3d') });
/** What somebody else does in the cloud: not counted. */
const prepareStep = z.strictObject({
  prepare: z.string().min(1),
  /** Of the provider; its usual one, where none is named. */
  service: z.string().min(1).optional(),
  input,
  as: answerName.optional(),
});
const stepSchema = z.union([
  toolStep,
  approveStep,
  rejectStep,
  executeStep,
  haltStep,
  resumeStep,
  advanceStep,
  prepareStep,
]);

const around = {
  /** Another policy file than the one that is tested, from this file's folder. */
  policy: z.string().min(1).optional(),
  /** As in docs/sandbox.md, or a file with it. Without: the sandbox's default world. */
  world: z.union([z.string().min(1), z.record(z.string(), z.json())]).optional(),
  /** Whom the agent works for. Without: the first person of the policy. `null`: nobody. */
  sponsor: person.nullable().optional(),
  /** When it all begins. Without: now. */
  at: z.iso.datetime('an instant in UTC, such as 2026-12-18T18:00:00Z').optional(),
};
const caseSchema = z
  .strictObject({
    name: z.string().min(1).max(200),
    ...around,
    calls: z.array(stepSchema).default([]),
    expect: caseExpectation.optional(),
  })
  .refine(
    ({ calls, expect }) => expect !== undefined || calls.some((step) => 'expect' in step && step.expect !== undefined),
    { message: 'this test expects no result, so it could never fail', path: ['expect'] },
  );

/** What stands at the top holds for every case that does not say otherwise. */
export const caseFileSchema = z.strictObject({ ...around, cases: z.array(caseSchema).min(1) });

export type CaseFile = z.output<typeof caseFileSchema>;
export type Step = z.output<typeof stepSchema>;
export type SigningStep = z.output<typeof approveStep> | z.output<typeof rejectStep>;
export type Expectation = z.output<typeof caseExpectation>;
