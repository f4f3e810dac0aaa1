/** Runs one case step by step, and tells how it differs from what it expects. */
import { CountersignError } from '../../core/errors.ts';
import { durationSeconds } from '../../policy/schema.ts';
import type { PolicyCase } from './load.ts';
import { answered, type Difference, differences, type Observation, refusal } from './observe.ts';
import { withReferences } from './references.ts';
import type { SigningStep, Step } from './schema.ts';

/** A countersign of its own for one case: policy, ledger and simulated cloud. */
export interface Bench {
  call(tool: string, input: Record<string, unknown>): Promise<Observation>;
  sign(signing: {
    changeId: string;
    decision: 'approve' | 'reject';
    person: string;
    keyOf: string;
    statementOf: string;
  }): Promise<Observation>;
  execute(changeId: string): Promise<Observation>;
  stateOf(changeId: string): Promise<string>;
  setHalt(kind: 'halted' | 'resumed'): Promise<void>;
  advance(seconds: number): void;
  /** What somebody else does: past the pipeline and not counted. */
  prepare(service: string, operation: string, input: Record<string, unknown>): Record<string, unknown>;
  /** Operations of the writes that reached the cloud. */
  writes(): string[];
  close(): void;
}
/** @throws CountersignError when the policy or the world cannot be used. */
export type OpenBench = (about: PolicyCase) => Promise<Bench>;

export interface StepFailure {
  /** `line:column` of the step, or of the case for what is about the whole run. */
  place: string;
  what: string;
  differences: Difference[];
  /** Why it was answered so. */
  told: string[];
}
export interface CaseResult {
  name: string;
  file: string;
  place: string;
  passed: boolean;
  failures: StepFailure[];
  seconds: number;
}

export async function runCase(about: PolicyCase, open: OpenBench): Promise<CaseResult> {
  const { name, file, place } = about;
  const started = performance.now();
  const failures = await failuresOf(about, open);
  const seconds = (performance.now() - started) / 1000;
  return { name, file, place, passed: failures.length === 0, failures, seconds };
}

interface Run {
  about: PolicyCase;
  bench: Bench;
  answers: Map<string, unknown>;
  /** The newest, which people's steps are about unless they name another. */
  changeId?: string;
  observed: Observation[];
}

async function failuresOf(about: PolicyCase, open: OpenBench): Promise<StepFailure[]> {
  let bench: Bench;
  try {
    bench = await open(about);
  } catch (error) {
    return atTheEnd(about, [refused(error)], [], false);
  }
  const run: Run = { about, bench, answers: new Map(), observed: [] };
  const last = about.steps.findLast(({ step }) => isAnswered(step))?.step;
  const failures: StepFailure[] = [];
  try {
    for (const { step, place } of about.steps) {
      const fail = (found: Difference[], told: string[]) =>
        found.length > 0 && failures.push({ place, what: titleOf(step), differences: found, told });
      try {
        const got = await take(step, run);
        if (!got) continue;
        run.observed.push(got);
        if (step !== last || expectationOf(step)) fail(differences(expectationOf(step) ?? {}, got), got.told);
      } catch (error) {
        // What follows a step that could not be taken at all would be about something else.
        const { codes, told } = refused(error);
        fail([{ what: 'step', expected: 'to be possible', got: codes.join() }], told);
        return failures;
      }
    }
    const isJudged = last !== undefined && expectationOf(last) !== undefined;
    return [...failures, ...atTheEnd(about, await withState(run), bench.writes(), isJudged)];
  } finally {
    bench.close();
  }
}

const isAnswered = (step: Step) => 'tool' in step || 'approve' in step || 'reject' in step || 'execute' in step;
const expectationOf = (step: Step) => ('expect' in step ? step.expect : undefined);

function titleOf(step: Step): string {
  if ('tool' in step) return step.tool;
  const [kind, value] = Object.entries(step)[0]!;
  return value === true ? kind : `${kind} ${value}`;
}

function refused(error: unknown): Observation {
  if (error instanceof CountersignError) return refusal(error.toAnswer());
  const message = error instanceof Error ? error.message : String(error);
  return refusal({ code: 'INTERNAL', message, remedy: 'This is a defect; report it.' });
}

/** @returns undefined for what has no answer. */
async function take(step: Step, run: Run): Promise<Observation | undefined> {
  const { bench, answers, about } = run;
  const resolved = <T>(value: T) => withReferences(value, answers, about.folder);
  const changeOf = (named: string | undefined) => {
    const id = named === undefined ? run.changeId : resolved(named);
    if (id === undefined) throw new CountersignError('CONFIG_INVALID', 'No change was proposed.', 'Propose one first.');
    return id;
  };
  if ('advance' in step) bench.advance(durationSeconds(step.advance));
  else if ('halt' in step) await bench.setHalt('halted');
  else if ('resume' in step) await bench.setHalt('resumed');
  else if ('prepare' in step) {
    const output = bench.prepare(step.service, step.prepare, resolved(step.input));
    if (step.as !== undefined) answers.set(step.as, output);
  } else if ('execute' in step) return bench.execute(changeOf(step.change));
  else if ('tool' in step) {
    const got = await bench.call(step.tool, resolved(step.input));
    if (step.as !== undefined) answers.set(step.as, got.content);
    if (typeof got.content.change_id === 'string') run.changeId = got.content.change_id;
    return got;
  } else return bench.sign(signingOf(step, changeOf));
  return undefined;
}

function signingOf(step: SigningStep, changeOf: (named: string | undefined) => string) {
  const changeId = changeOf(step.change);
  if ('reject' in step)
    return { changeId, decision: 'reject' as const, person: step.reject, keyOf: step.reject, statementOf: changeId };
  const statementOf = step.statement_of === undefined ? changeId : changeOf(step.statement_of);
  const { approve: person, key_of: keyOf = person } = step;
  return { changeId, decision: 'approve' as const, person, keyOf, statementOf };
}

/** The last observation, with the state in which the newest change is at the end. */
async function withState({ observed, changeId, bench }: Run): Promise<Observation[]> {
  const last = observed.at(-1);
  return last && changeId !== undefined
    ? [...observed.slice(0, -1), { ...last, state: await bench.stateOf(changeId) }]
    : observed;
}

/** @param isJudged the last answer had an expectation of its own, so that an error is no news here. */
function atTheEnd(about: PolicyCase, observed: Observation[], writes: string[], isJudged: boolean): StepFailure[] {
  const { expect, steps, place } = about;
  const { error, ...last } = observed.at(-1) ?? answered({}, undefined, 0);
  const { mutating_calls, tool_calls, characters = Number.POSITIVE_INFINITY, ...ofLast } = expect;
  const executes = steps.some(({ step }) => 'execute' in step);
  const calls = steps.filter(({ step }) => 'tool' in step).length;
  const largest = Math.max(0, ...observed.map((one) => one.characters));
  const found = differences(
    { ...ofLast, characters },
    {
      ...last,
      characters: largest,
      ...(error && !isJudged ? { error } : {}),
    },
  );
  const allowed = mutating_calls ?? (executes ? writes.length : 0);
  if (allowed !== writes.length)
    found.push({
      what: 'mutating_calls',
      expected: String(allowed),
      got: [writes.length, ...writes].join(' '),
    });
  if (tool_calls !== undefined && tool_calls !== calls)
    found.push({ what: 'tool_calls', expected: String(tool_calls), got: String(calls) });
  return found.length > 0 ? [{ place, what: 'at the end', differences: found, told: last.told }] : [];
}
