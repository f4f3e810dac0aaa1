/**
 * IAM policy documents, read into statements.
 *
 * Guarantees: documents as objects or as JSON text; one or many; actions as they are written (compared without case);
 * NotAction, NotResource and NotPrincipal as the lists that they leave out; variables only where the Version has them
 * (`$\{` stands for a `${` that is plain text); a document or part that is unknown counts
 * as everything that it could allow when it comes, and as nothing when it goes, unless it is an import, which is the
 * same wherever it is named.
 */

import type { Json } from '../../../../core/digest.ts';
import type { MarkContext } from './finder.ts';
import type { Names } from './patterns.ts';
import { isMembers, listOf } from './read.ts';
import { STAND_IN } from './tokens.ts';

export interface Statement {
  effect: 'Allow' | 'Deny';
  /** `AWS:…`, `Service:…`, `Federated:…`, `*`; an account as `AWS:` and its number. Undefined: identity policies have none. */
  principals: Names | undefined;
  actions: Names;
  /** Undefined: the thing that the document belongs to. */
  resources: Names | undefined;
  condition: Json | undefined;
}

/** Stands for an action or resource that is known only at execution: it may be any. */
export const UNKNOWN_PART = '\u{27e6}unknown\u{27e7}';

/** Stands in a principal for a value that is known only at execution. */
export const UNKNOWN_NAME = '?';

const all = (): Names => ({ except: false, names: ['*'] });

export const EVERYTHING: Statement = {
  effect: 'Allow',
  principals: all(),
  actions: all(),
  resources: all(),
  condition: undefined,
};

/** An identity document that is unknown. */
const ANYTHING: Statement = { ...EVERYTHING, principals: undefined };

export type Worst = 'everything' | 'nothing';

/** @param worst what an unknown part counts as: everything, or (for what was there before) nothing. */
export function statementsOf(document: Json | undefined, context: MarkContext, worst: Worst): Statement[] {
  const unreadable = worst === 'everything' ? [EVERYTHING] : [];
  if (document === undefined || document === null) return [];
  let parsed: Json = document;
  if (typeof document === 'string') {
    try {
      parsed = JSON.parse(document) as Json;
    } catch {
      return unreadable;
    }
  }
  if (!isMembers(parsed)) return unreadable;
  const { Version } = parsed;
  return listOf(parsed.Statement).flatMap((statement) => {
    if (!isMembers(statement)) return unreadable;
    const isWide = widensBy(statement, worst);
    const hasVariables = Version === WITH_VARIABLES || (isWide && context.isUnknown(Version ?? null));
    return [statementOf(hasVariables ? statement : withPlainText(statement), context, worst)];
  });
}

/** What widens: an unknown item of an Allow that comes or of a Deny that goes, and one that is left out the other way. */
const widensBy = ({ Effect }: Record<string, Json>, worst: Worst) => (worst === 'everything') === (Effect !== 'Deny');

/** Source: IAM User Guide, "Policy variables": in an earlier version, or without one, `${aws:username}` is plain text. */
const WITH_VARIABLES = '2012-10-17';
const withPlainText = (statement: Record<string, Json>): Record<string, Json> => {
  const text = JSON.stringify(statement);
  return text.includes('${') ? JSON.parse(text.replaceAll('${', '$\\\\{')) : statement;
};

/** The same without principals: what an identity may do. */
export const identityStatementsOf = (document: Json | undefined, context: MarkContext, worst: Worst): Statement[] =>
  statementsOf(document, context, worst).map((statement) =>
    statement === EVERYTHING ? ANYTHING : { ...statement, principals: undefined },
  );

/** Is it known but for imports? */
const isKnown = (value: string, context: MarkContext) =>
  !context.isUnknown(value) || !context.isUnknown(value.replaceAll(STAND_IN, ''));

function statementOf(statement: Record<string, Json>, context: MarkContext, worst: Worst): Statement {
  const effect = statement.Effect === 'Deny' ? 'Deny' : 'Allow';
  const widens = widensBy(statement, worst);
  const names = (value: Json | undefined, except: boolean): Names => ({
    except,
    names: listOf(value).flatMap((item) => {
      const text = typeof item === 'string' ? item : JSON.stringify(item);
      return isKnown(text, context) ? [text] : widens !== except ? [UNKNOWN_PART] : [];
    }),
  });
  const part = (name: string): Names | undefined =>
    `Not${name}` in statement
      ? names(statement[`Not${name}`], true)
      : name in statement
        ? names(statement[name], false)
        : undefined;
  const unknownCondition = statement.Condition !== undefined && context.isUnknown(statement.Condition);
  return {
    effect,
    principals: principalsOf(statement, context, widens),
    actions: part('Action') ?? { except: false, names: [] },
    resources: part('Resource'),
    condition: unknownCondition ? (widens ? undefined : UNMET) : statement.Condition,
  };
}

/** A condition that no request meets, and that no other is known to imply. */
const UNMET: Json = { Bool: { 'countersign:never': [] } };

function principalsOf(statement: Record<string, Json>, context: MarkContext, widens: boolean): Names | undefined {
  const except = 'NotPrincipal' in statement;
  const principal = except ? statement.NotPrincipal : statement.Principal;
  if (principal === undefined) return undefined;
  if (!isMembers(principal)) return { except, names: principal === '*' || widens !== except ? ['*'] : [] };
  return {
    except,
    names: Object.entries(principal).flatMap(([kind, names]) =>
      listOf(names).flatMap((written) => {
        // A bare account is a number to YAML, without its first zeros.
        const name = Number.isSafeInteger(written) ? String(written).padStart(12, '0') : written;
        if (typeof name !== 'string' || !isKnown(name, context)) return widens ? [`${kind}:${UNKNOWN_NAME}`] : [];
        const [, account] = /^arn:[^:]*:iam::(\d{12}):root$/.exec(name) ?? [];
        return name === '*' ? '*' : `${kind}:${account ?? name}`;
      }),
    ),
  };
}
