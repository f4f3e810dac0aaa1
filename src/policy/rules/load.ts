/**
 * Loads the policy's own rules: Cedar, `forbid` only.
 *
 * Guarantees: every rule is valid against the published schema, has an id of its own and a message; one error in one
 * file refuses the whole policy, with file, line and column.
 */

import { z } from 'zod';
import { digestOf } from '../../core/digest.ts';
import type { Report } from '../yaml-file.ts';
import { cedar } from './cedar.ts';
import { CEDAR_SCHEMA } from './cedar-schema.ts';
import { ruleTexts } from './files.ts';
import { type Head, headAllows, type Reads, readsOf } from './reads.ts';

export interface Rule {
  id: string;
  message: string;
  remedy: string;
  /** Seats; null: it denies. */
  hold: number | null;
  observed: boolean;
  text: string;
  /** `file:line:column`. */
  place: string;
  reads: Reads;
  /** From the head of the rule: can it say anything of this action on this type? */
  couldMatch(action: string, type: string): boolean;
}
export interface LoadedRules {
  rules: Rule[];
  /** Over every file's text: part of the policy's digest. */
  digest: string;
  /** By the name of the file, from the folder of the policy. */
  texts: Record<string, string>;
  /** What is valid and probably not meant, with its place. */
  warnings: { place: string; message: string }[];
}

const annotationsSchema = z.strictObject({
  id: z.string('write @id("…")').regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'write the id in lower-case letters, digits and -'),
  message: z.string('write @message("…")').min(1).max(500),
  remedy: z.string().max(500).default('Plan a change that the rule allows, or ask the policy owners.'),
  hold: z
    .string()
    .regex(/^[1-9]$/, 'hold must be a number of approvals, 1 to 9')
    .optional(),
  mode: z.enum(['enforce', 'observe'], 'mode must be enforce or observe').default('enforce'),
});
type Located = { message: string; help?: string | null; sourceLocations?: { start: number }[] };
interface Parsed {
  effect: 'permit' | 'forbid';
  principal: Head;
  action: Head;
  resource: Head;
  annotations?: Record<string, string | null>;
}

/** @param problem takes `file:line:column message`. */
export const loadRules = (
  globs: readonly string[],
  folder: string,
  report: Report,
  problem: (text: string) => void,
): LoadedRules =>
  loadRuleTexts(
    ruleTexts(globs, folder, (index, message) => report(['rules', index], message)),
    problem,
  );

/** The same, of texts that are kept elsewhere than in files. */
export function loadRuleTexts(files: ReadonlyMap<string, string>, problem: (text: string) => void): LoadedRules {
  const loaded: LoadedRules = {
    rules: [],
    digest: digestOf([...files.values()]),
    texts: Object.fromEntries(files),
    warnings: [],
  };
  for (const [name, text] of files) loadFile(name, text, loaded, problem);
  return loaded;
}

function loadFile(name: string, text: string, loaded: LoadedRules, problem: (text: string) => void): void {
  const bytes = Buffer.from(text, 'utf8');
  const lines = [0];
  for (let at = bytes.indexOf('\n'); at >= 0; at = bytes.indexOf('\n', at + 1)) lines.push(at + 1);
  const placeAt = (offset: number) => {
    const line = lines.findLastIndex((start) => start <= offset);
    return `${name}:${line + 1}:${bytes.subarray(lines[line], offset).toString('utf8').length + 1}`;
  };

  const parts = cedar().policySetTextToParts(text);
  if (parts.type === 'failure') {
    for (const { message, help, sourceLocations } of parts.errors as Located[])
      problem(`${placeAt(sourceLocations?.[0]?.start ?? 0)} ${message}${help ? ` (${help})` : ''}`);
    return;
  }
  if (parts.policy_templates.length > 0) problem(`${name}:1:1 a template (?principal, ?resource) is not a rule`);
  else if (parts.policies.length === 0)
    loaded.warnings.push({ place: `${name}:1:1`, message: 'this file contains no rule' });
  const rules = parts.policies.map((part) => convertedRule(part));
  const findings = validated(rules);
  let searched = 0;
  for (const [index, rule] of rules.entries()) {
    const start = bytes.indexOf(rule.text, searched);
    searched = start + Buffer.byteLength(rule.text);
    readRule(rule, findings[index]!, { start, placeAt }, loaded, problem);
  }
}

interface Converted {
  text: string;
  /** As it is told of. */
  id: string;
  /** Undefined: Cedar cannot read it, and says why. */
  json: Record<string, unknown> | undefined;
  errors: readonly Located[];
}

function convertedRule(text: string): Converted {
  const converted = cedar().policyToJson(text);
  if (converted.type === 'failure') return { text, id: '', json: undefined, errors: converted.errors as Located[] };
  const json = converted.json as unknown as Record<string, unknown>;
  return { text, id: (json as unknown as Parsed).annotations?.id ?? 'without an id', json, errors: [] };
}

interface Position {
  start: number;
  placeAt(offset: number): string;
}

function readRule(
  { text, json, errors }: Converted,
  findings: Findings,
  { start, placeAt }: Position,
  loaded: LoadedRules,
  problem: (text: string) => void,
): void {
  const place = placeAt(start);
  const say = (message: string) => problem(`${place} ${message}`);
  if (!json) {
    for (const { message } of errors) say(message);
    return;
  }
  const parsed = json as unknown as Parsed;
  const annotations = annotationsSchema.safeParse(parsed.annotations ?? {});
  for (const { message, offset } of findings.errors) problem(`${placeAt(start + offset)} ${message}`);
  for (const { message, offset } of findings.warnings)
    loaded.warnings.push({ place: placeAt(start + offset), message });
  if (parsed.effect !== 'forbid') say('a rule must be a forbid: a permit has no effect');
  else if (!annotations.success) for (const issue of annotations.error.issues) say(annotationProblem(issue));
  else {
    const { hold, mode, ...told } = annotations.data;
    const other = loaded.rules.find((rule) => rule.id === told.id);
    const reads = readsOf(json);
    if (other) say(`the id ${told.id} is already used by the rule at ${other.place}`);
    if (reads.computedTag)
      say(
        'write tag keys as literal text: Countersign must know the tags that a rule reads, so that plans cannot set them',
      );
    loaded.rules.push({
      ...told,
      hold: hold === undefined ? null : Number(hold),
      observed: mode === 'observe',
      text,
      place,
      reads,
      couldMatch: (action, type) =>
        headAllows(parsed.action, [{ type: 'Action', id: action }]) &&
        headAllows(parsed.resource, [
          { type: 'Type', id: type },
          { type: 'Service', id: serviceOf(type) },
        ]),
    });
  }
}

interface Finding {
  message: string;
  /** In bytes, from the start of the rule. */
  offset: number;
}

interface Findings {
  errors: Finding[];
  warnings: Finding[];
}

/**
 * All rules at once, since Cedar reads the whole schema each time it is asked. It validates once for each action and says
 * the same each time: here it is said once, with the rule's own id.
 *
 * @returns findings by the place of the rule in the list.
 */
function validated(rules: readonly Converted[]): Findings[] {
  const found: Findings[] = rules.map(() => ({ errors: [], warnings: [] }));
  // Two rules may have one id, which is told as a mistake; Cedar is given one name for each.
  const named = new Map<string, number>();
  for (const [index, { id, json }] of rules.entries())
    if (json) named.set(named.has(id) ? `${id} (${index})` : id, index);
  if (named.size === 0) return found;
  const staticPolicies = Object.fromEntries([...named].map(([name, index]) => [name, rules[index]!.text]));
  const answer = cedar().validate({ schema: CEDAR_SCHEMA, policies: { staticPolicies } });
  // What is not said of one rule stands at the first: it refuses them all.
  if (answer.type === 'failure') return found.with(0, { errors: once('', answer.errors as Located[]), warnings: [] });
  for (const [name, index] of named) {
    const of = (told: readonly { policyId: string; error: unknown }[]) =>
      once(
        rules[index]!.id,
        told.filter(({ policyId }) => policyId === name).map(({ error }) => error as Located),
      );
    found[index] = { errors: of(answer.validationErrors), warnings: of(answer.validationWarnings) };
  }
  return found;
}

function once(id: string, located: readonly Located[]): Finding[] {
  const findings = located.map((one) => ({ message: saidOf(id, one), offset: startOf(one) }));
  return [...new Map(findings.map((one) => [`${one.offset} ${one.message}`, one])).values()];
}

function saidOf(id: string, { message, help }: Located): string {
  const said = `${message}${help ? ` (${help})` : ''}`;
  return `the rule ${id}: ${said.replaceAll(/for policy `[^`]*`, /g, '').replace(/ for Action::"\w+"/, '')}`;
}

const startOf = ({ sourceLocations }: Located): number => sourceLocations?.[0]?.start ?? 0;

function annotationProblem({ code, path, message, keys }: z.core.$ZodIssue & { keys?: string[] }): string {
  if (code === 'unrecognized_keys') return `there is no annotation @${keys?.join(', @')}`;
  return `@${path.join('.')}: ${message}`;
}

/** `Vendor::Service` of `Vendor::Service::Thing`. */
export const serviceOf = (type: string): string => type.split('::').slice(0, 2).join('::');
