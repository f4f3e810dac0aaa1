/**
 * Policy documents that data sources make only when a plan is applied, because something in them is not known yet: what
 * is known of them now.
 *
 * Guarantees: the document follows from the statements that the plan has for the data source, with what is not known in
 * them unknown. One that is put together from other documents is not known at all.
 * Source: the page of aws_iam_policy_document, hashicorp/aws 6.25.0.
 */
import type { Json } from '../../../core/digest.ts';
import { isMembers } from '../../../core/leaves.ts';
import { UNRESOLVED } from '../../aws/template/values.ts';
import type { Values } from '../knowledge/judgement.ts';
import { isAbsent } from '../knowledge/present.ts';

export const POLICY_DOCUMENT = 'aws_iam_policy_document';

/** Attributes that bring in other documents. */
const FROM_ELSEWHERE = ['source_policy_documents', 'override_policy_documents', 'source_json', 'override_json'];

/** @param values of the data source, as they will be. @returns undefined: it is not known. */
export function policyDocument(values: Values): Json | undefined {
  if (FROM_ELSEWHERE.some((name) => !isAbsent(values[name]))) return undefined;
  const { statement, version } = values;
  if (!Array.isArray(statement) || !statement.every(isWhole)) return undefined;
  return { Version: version ?? '2012-10-17', Statement: statement.map((one) => statementOf(one as Values)) };
}

/** One that says nothing of its actions is not told whole. */
const isWhole = (one: Json): boolean => isMembers(one) && !(isAbsent(one.actions) && isAbsent(one.not_actions));

function statementOf(one: Values): Json {
  const lists = [
    ['actions', 'Action'],
    ['not_actions', 'NotAction'],
    ['resources', 'Resource'],
    ['not_resources', 'NotResource'],
  ] as const;
  const made: Values = { Effect: one.effect ?? 'Allow' };
  for (const [name, member] of lists) if (!isAbsent(one[name])) made[member] = one[name]!;
  for (const [name, member] of [
    ['principals', 'Principal'],
    ['not_principals', 'NotPrincipal'],
  ] as const)
    if (!isAbsent(one[name])) made[member] = principalsOf(one[name]!);
  if (!isAbsent(one.condition)) made.Condition = conditionsOf(one.condition!);
  return made;
}

function principalsOf(blocks: Json): Json {
  const made: Record<string, Json[]> = {};
  for (const block of Array.isArray(blocks) ? blocks : [UNRESOLVED]) {
    if (!isMembers(block) || typeof block.type !== 'string' || block.type === '*' || block.type === UNRESOLVED)
      return '*';
    const { type, identifiers = UNRESOLVED } = block;
    made[type] = [...(made[type] ?? []), ...(Array.isArray(identifiers) ? identifiers : [identifiers])];
  }
  return made;
}

function conditionsOf(blocks: Json): Json {
  const made: Record<string, Record<string, Json>> = {};
  for (const block of Array.isArray(blocks) ? blocks : []) {
    if (!isMembers(block)) continue;
    const { test, variable, values } = block;
    const of = made[String(test)] ?? {};
    made[String(test)] = { ...of, [String(variable)]: values ?? UNRESOLVED };
  }
  return made;
}
