/**
 * Finds what the new policy of a thing cuts off (`disconnect`), and a key that nobody could administer (`disable`).
 */
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, ResourceView } from './finder.ts';
import { actionWords } from './gain-words.ts';
import { type Statement, statementsOf } from './policy-document.ts';
import { type Grant, grantsGained } from './policy-gains.ts';
import type { Document } from './policy-places.ts';
import { shown } from './read.ts';

/** What a policy of a thing no longer allows, or newly denies everybody. */
export function policyLosses(was: Document, is: Document, view: ResourceView, context: MarkContext): Mark[] {
  if (is.kind === 'identity' || is.kind === 'trust') return [];
  const after = statementsOf(is.document, context, 'everything');
  const [revoked] = grantsGained('Allow', after, statementsOf(was.document, context, 'nothing'));
  const denied = grantsGained('Deny', statementsOf(was.document, context, 'everything'), after).find(
    ({ principal, condition }) => principal === '*' && !/SecureTransport/.test(JSON.stringify(condition ?? '')),
  );
  const cut = revoked
    ? `${nameOf(revoked.principal)} may no longer ${actionWords(revoked.action)}`
    : denied
      ? `every principal is denied ${actionWords(denied.action)}`
      : undefined;
  const marks: Mark[] = cut === undefined ? [] : [{ kind: 'disconnect', path: is.path, text: `Cuts access: ${cut}.` }];
  if (/^AWS::KMS::/.test(view.type) && !after.some(mayAdminister))
    marks.push({
      kind: 'disable',
      path: is.path,
      text: 'Locks out every principal: the policy of this key could no longer be changed.',
    });
  return marks;
}

const nameOf = (principal: Grant['principal']) =>
  typeof principal !== 'string' || principal.endsWith(':?')
    ? 'a principal'
    : principal === '*'
      ? 'every principal'
      : shown(principal.slice(principal.indexOf(':') + 1));

const mayAdminister = ({ effect, actions, condition, principals }: Statement) =>
  effect === 'Allow' &&
  condition === undefined &&
  principals !== undefined &&
  !principals.except &&
  principals.names.length > 0 &&
  !actions.except &&
  actions.names.some((action) => ['*', 'kms:*', 'kms:put*', 'kms:putkeypolicy'].includes(action.toLowerCase()));
