/**
 * Stack policies, as the User Guide ("Prevent updates to stack resources") has them: once one is set, what it does
 * not allow is denied, and Deny overrides Allow. It is looked at in updates only, never in deletions of the stack.
 */
import { matchesGlob } from '../../core/glob.ts';
import { SandboxFault } from '../service.ts';
import type { ResourceDiff } from './diff.ts';

type Action = 'Update:Modify' | 'Update:Replace' | 'Update:Delete';
interface Statement {
  Effect: 'Allow' | 'Deny';
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, { ResourceType?: string | string[] }>;
}

const MAX_BYTES = 16_384;

/** @throws SandboxFault for what is no stack policy. */
export function readStackPolicy(text: string): Statement[] {
  const invalid = (what: string) => new SandboxFault('ValidationError', `Error validating stack policy: ${what}`);
  if (Buffer.byteLength(text) > MAX_BYTES) throw invalid(`longer than ${MAX_BYTES} bytes`);
  let policy: { Statement?: Statement | Statement[] };
  try {
    policy = JSON.parse(text);
  } catch {
    throw invalid('Invalid stack policy');
  }
  const statements = [policy.Statement ?? []].flat();
  if (statements.length === 0) throw invalid('it has no Statement');
  for (const { Effect } of statements)
    if (Effect !== 'Allow' && Effect !== 'Deny') throw invalid(`unknown Effect ${String(Effect)}`);
  return statements;
}

/** @returns why the policy forbids a change that is known before anything begins. Additions are never forbidden. */
export function denialOf(
  policy: string | undefined,
  { action, logicalId, type, replacement, before }: ResourceDiff,
): { logicalId: string; reason: string } | undefined {
  if (action === 'Add') return undefined;
  const wanted: Action =
    action === 'Remove' ? 'Update:Delete' : replacement === 'True' ? 'Update:Replace' : 'Update:Modify';
  const reason = denial(policy, wanted, logicalId, before?.type ?? type);
  return reason === undefined ? undefined : { logicalId, reason };
}

/** A replacement that only the execution finds out. */
export const denialOfReplacement = (
  policy: string | undefined,
  { logicalId, type }: { logicalId: string; type: string },
) => denial(policy, 'Update:Replace', logicalId, type);

function denial(policy: string | undefined, action: Action, logicalId: string, type: string): string | undefined {
  if (policy === undefined) return undefined;
  const statements = readStackPolicy(policy);
  const applies = (statement: Statement) => covers(statement, action, logicalId, type);
  const denied = statements.findIndex((statement) => statement.Effect === 'Deny' && applies(statement));
  if (denied >= 0)
    return `Action denied by stack policy: Statement [#${denied + 1}] does not allow [${action}] for resource [LogicalResourceId/${logicalId}]`;
  if (statements.some((statement) => statement.Effect === 'Allow' && applies(statement))) return undefined;
  return `Action not allowed by stack policy: no statement allows [${action}] for resource [LogicalResourceId/${logicalId}]`;
}

function covers(statement: Statement, action: Action, logicalId: string, type: string): boolean {
  const { Action: actions, NotAction, Resource, NotResource, Condition } = statement;
  const name = `LogicalResourceId/${logicalId}`;
  const isAction = actions === undefined ? !matchesAny(NotAction, action) : matchesAny(actions, action);
  const isResource = Resource === undefined ? !matchesAny(NotResource, name) : matchesAny(Resource, name);
  const types = Object.values(Condition ?? {}).flatMap(({ ResourceType }) => [ResourceType ?? []].flat());
  return isAction && isResource && (types.length === 0 || matchesAny(types, type));
}

function matchesAny(patterns: string | string[] | undefined, text: string): boolean {
  return [patterns ?? []].flat().some((pattern) => matchesGlob(pattern, text));
}
