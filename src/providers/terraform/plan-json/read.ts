/**
 * Reads what `terraform show -json` or `tofu show -json` says of a plan file.
 *
 * Guarantees: what is not known to us is refused by name, never skipped: a format, a member, a list of actions, a kind
 * of resource. A plan that failed, that is partial (`-target`), that defers changes or that invokes actions is refused.
 * Does not cover: what the JSON does not say (the workspace, serial and lineage of the state, the arguments). OpenTofu,
 * and Terraform before 1.8, do not say whether a plan is partial: the arguments that it was made with must.
 */
import type { z } from 'zod';
import { CountersignError, type ErrorCode } from '../../../core/errors.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import { faultIn } from './bounds.ts';
import { configurationOf } from './configuration.ts';
import { JsonPieces } from './pieces.ts';
import { addSensitiveOf, sensitiveIn } from './sensitive.ts';
import {
  planJsonSchema,
  type ResourceChange,
  resourceChangeSchema,
  type StateResource,
  type TerraformPlan,
  type Tool,
} from './shape.ts';

/** Terraform 1.1 to 1.14, and OpenTofu: internal/command/jsonplan/plan.go, FormatVersion. */
const FORMATS = ['1.0', '1.1', '1.2'];
/** Terraform 0.12 to 1.0: to look at, not to apply. */
const OLD_FORMATS = ['0.1', '0.2'];
/** From this version on Terraform says whether a plan is complete. */
const SAYS_COMPLETE = [1, 8];

/**
 * Of a plan that may be applied.
 *
 * @param text JSON, UTF-8.
 * @throws INPUT_PLAN_INVALID: it is no plan, or has something that is not known. INPUT_PLAN_NOT_APPLICABLE: it failed, is
 *   partial, defers changes or invokes actions.
 */
export function readPlanJson(text: string | Uint8Array, about: About): TerraformPlan {
  return mustBeApplicable(parsePlanJson(text, about));
}

/** @throws INPUT_PLAN_NOT_APPLICABLE */
export function mustBeApplicable(plan: TerraformPlan): TerraformPlan {
  const refusal = refusalOf(plan);
  if (refusal) throw refused(refusal);
  return plan;
}

/**
 * Of a plan that is only looked at: old formats and failed plans are read too.
 *
 * @throws INPUT_PLAN_INVALID
 */
export function parsePlanJson(text: string | Uint8Array, about: About): TerraformPlan {
  const reading = readingPlan(about);
  reading.push(typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.buffer, text.byteOffset, text.length));
  return reading.end();
}

interface About {
  tool: Tool;
}
export interface ReadingPlan {
  push(chunk: Buffer): void;
  /** @throws INPUT_PLAN_INVALID */
  end(): TerraformPlan;
}

const CHANGES = /^resource_(?:changes|drift)$/;
const IN_STATE = /^(?:prior_state\0values|planned_values)\0root_module(?:\0child_modules\0\[\])*\0resources$/;

/**
 * As its JSON comes. Of a state, only what is sensitive in it and how much it has are kept, so that a plan takes little
 * more memory than its changes do.
 */
export function readingPlan({ tool }: About): ReadingPlan {
  const changes: Record<string, ResourceChange[]> = {};
  const sensitive = new Set<string>();
  let managed = 0;
  // The format, which may stand behind it, is told first.
  let fault: unknown;
  const take = (at: string, item: unknown) => {
    mustBeWithin(item, DEEP);
    if (CHANGES.test(at)) {
      changes[at] ??= [];
      changes[at].push(checked(resourceChangeSchema, item, [at, changes[at].length]));
      return;
    }
    const resource = item as StateResource;
    addSensitiveOf(resource, sensitive);
    if (at.startsWith('prior_state') && resource.mode !== 'data') managed += 1;
  };
  const pieces = new JsonPieces(
    (at) => CHANGES.test(at) || IN_STATE.test(at),
    (at, item) => {
      if (fault !== undefined) return;
      try {
        take(at, item);
      } catch (error) {
        fault = error;
      }
    },
  );
  return {
    push: (chunk) => asJson(() => pieces.push(chunk)),
    end() {
      const parsed = asJson(() => pieces.end());
      mustBeWithin(parsed, 0);
      mustBeKnownFormat(parsed);
      if (fault !== undefined) throw fault;
      const {
        prior_state: state,
        planned_values: planned,
        relevant_attributes: _,
        ...rest
      } = checked(planJsonSchema, parsed, []);
      const whole = {
        ...rest,
        ...changes,
        ...(state ? { prior_state: state } : {}),
        ...(planned ? { planned_values: planned } : {}),
      };
      return { ...rest, ...changes, tool, managed, sensitive: sensitiveIn(whole, sensitive) };
    },
  };
}

function asJson<T>(run: () => T): T {
  try {
    return run();
  } catch {
    throw invalid('it is not JSON', 'Make the JSON with `show -json` of a plan file, and nothing else.');
  }
}

function mustBeKnownFormat(parsed: unknown): void {
  const format = (parsed as { format_version?: unknown } | null)?.format_version;
  if (typeof format !== 'string')
    throw invalid('it has no format_version', 'Make the JSON with `show -json` of a plan file, and nothing else.');
  if (![...FORMATS, ...OLD_FORMATS].includes(format))
    throw invalid(`its format ${makeVisibleLine(format, 40)} is not known`, UPDATE);
}

/** An item stands in a list in the plan. */
const DEEP = 2;
function mustBeWithin(value: unknown, depth: number): void {
  const fault = faultIn(value, depth);
  if (fault !== undefined) throw invalid(`it ${fault}`, 'Take the value out that it is about.');
}

/** In place of what it was made of, so that nothing of a large plan is there twice. */
function checked<T extends z.ZodType>(schema: T, value: unknown, within: readonly PropertyKey[]): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = [...within, ...issue!.path].map(String).join('.');
  const what =
    issue!.code === 'unrecognized_keys' ? `the member ${issue!.keys.join(', ')} is not known` : issue!.message;
  throw invalid(makeVisibleLine(at === '' ? what : `${at}: ${what}`), UPDATE);
}

const UPDATE = 'Plan with a version that the documentation of Countersign names, or update Countersign.';

interface Refusal {
  code: ErrorCode;
  message: string;
  remedy: string;
}
const invalid = (what: string, remedy: string) =>
  refused({ code: 'INPUT_PLAN_INVALID', message: `The plan cannot be read: ${what}.`, remedy });
const refused = ({ code, message, remedy }: Refusal) => new CountersignError(code, message, remedy);

const some = (list: readonly unknown[] | null | undefined) => (list ?? []).length > 0;
const named = (list: readonly unknown[] | null | undefined): string =>
  makeVisibleLine(
    (list ?? [])
      .slice(0, 5)
      .map((one) => addressIn(one) ?? 'one without an address')
      .join(', '),
  );
const addressIn = (one: unknown): string | undefined => {
  const { address, resource_change: inner } = (one ?? {}) as { address?: unknown; resource_change?: unknown };
  return typeof address === 'string' ? address : inner === undefined ? undefined : addressIn(inner);
};

/** Each with what it says of a plan. The first that applies is told. */
const REFUSALS: readonly ((plan: TerraformPlan) => [message: string, remedy: string] | undefined)[] = [
  ({ format_version }) =>
    FORMATS.includes(format_version)
      ? undefined
      : [`Its format ${format_version} is of a version before 1.1.`, 'Plan with Terraform 1.1 or later.'],
  ({ errored }) =>
    errored
      ? [
          'It failed: a precondition, a check of a value or a provider refused it.',
          'Fix what the plan says, then plan again.',
        ]
      : undefined,
  ({ deferred_changes: deferred }) =>
    some(deferred)
      ? [
          `It defers changes (${named(deferred)}), which would be applied by a later plan.`,
          'Write out what is not known yet, so that one plan has it all.',
        ]
      : undefined,
  ({ action_invocations: one, deferred_action_invocations: other }) =>
    some(one) || some(other)
      ? [
          `It invokes actions (${named([...(one ?? []), ...(other ?? [])])}), which act without a change of a resource.`,
          'Remove the action triggers from the configuration.',
        ]
      : undefined,
  ({ complete }) =>
    complete === false
      ? [
          'It is partial: made with -target or -exclude, or without what it depends on.',
          'Plan the whole workspace, without -target.',
        ]
      : undefined,
  (plan) =>
    saysComplete(plan) && (plan.complete === undefined || plan.applyable === undefined)
      ? ['It does not say whether it is complete and applyable.', 'Make the JSON with the version that made the plan.']
      : undefined,
  (plan) =>
    plan.applyable === false && changesSomething(plan)
      ? ['It cannot be applied.', 'Read what the plan says, fix it, then plan again.']
      : undefined,
  ({ configuration }) =>
    configuration?.root_module === undefined
      ? ['It does not contain its configuration.', 'Make the JSON with `show -json` of the plan file.']
      : undefined,
  (plan) => {
    const [address] = configurationOf(plan).modules.flatMap(([prefix, { resources = [] }]) =>
      resources
        .filter(({ provisioners = [] }) => !Array.isArray(provisioners) || provisioners.length > 0)
        .map((block) => `${prefix}${String(block.address)}`),
    );
    return address === undefined
      ? undefined
      : [
          `${makeVisibleLine(address)} has a provisioner, which runs commands.`,
          'Remove the provisioner, or run what it does outside of the plan.',
        ];
  },
];

function refusalOf(plan: TerraformPlan): Refusal | undefined {
  for (const refusal of REFUSALS) {
    const [message, remedy] = refusal(plan) ?? [];
    if (message !== undefined && remedy !== undefined)
      return { code: 'INPUT_PLAN_NOT_APPLICABLE', message: `This plan is refused. ${message}`, remedy };
  }
  return undefined;
}

/** Terraform 1.8 was the first to say it; a version that is not told is taken for a new one where the format is. */
function saysComplete({ tool, format_version, terraform_version }: TerraformPlan): boolean {
  if (tool === 'tofu') return false;
  if (terraform_version === undefined) return format_version === '1.2';
  const [major = 0, minor = 0] = terraform_version.split('.').map(Number);
  return major > SAYS_COMPLETE[0]! || (major === SAYS_COMPLETE[0] && minor >= SAYS_COMPLETE[1]!);
}

/** A plan of no change is not applyable either, and no failure. */
export function changesSomething({ resource_changes = [], output_changes = {} }: TerraformPlan): boolean {
  const changes = [...resource_changes, ...Object.values(output_changes).map((change) => ({ change }))];
  return changes.some(
    (one) =>
      one.change.actions !== 'none' ||
      one.change.importing != null ||
      ('previous_address' in one && one.previous_address !== undefined),
  );
}
