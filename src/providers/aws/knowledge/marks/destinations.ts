/**
 * Finds where data is newly sent, and other accounts that are newly named.
 *
 * Guarantees: every row of the table; in any property of any type, an ARN of another account, or an account number where
 * the property is called account or owner, that stood nowhere in the resource before.
 * Does not cover: policy documents (policies.ts); hosts and buckets in properties without a row; an account that another
 * finder tells already (index.ts).
 */
import type { Json } from '../../../../core/digest.ts';
import { jsonInText } from '../../../../core/input-bounds.ts';
import type { Mark } from '../../../../core/mark.ts';
import { DESTINATIONS } from './destinations-table.ts';
import type { MarkContext, MarkFinder, ResourceView } from './finder.ts';
import { foreignAccountsIn } from './openings.ts';
import { isMembers, shown } from './read.ts';
import { judgeRows, rowsByType } from './rows.ts';

const rows = rowsByType(DESTINATIONS);

export const findDestinations: MarkFinder = (before, after, context) =>
  after
    ? (rows.get(after.type) ?? []).flatMap((row) => {
        const logs = LOGS.test(row.loses);
        return judgeRows([row], before, after, context).map((mark) => ({
          ...mark,
          receives: { names: mark.principal?.split(', ') ?? [], logs },
        }));
      })
    : [];

/** What such a row sends away tells of the work, and is not the data. */
const LOGS = /\b(?:logs?|log events|log files|DNS queries|findings)\b/;

const CALLED_ACCOUNT = /(?:Account(?:Id|Ids|Number)?s?|Owner(?:Id|AccountId)?)(?:\.\d+)?$/;
const ACCOUNT = /^\d{12}$/;

const isPolicy = (value: Json): boolean => isMembers(value) && 'Statement' in value;
function isPolicyText(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false;
  const json = jsonInText(text);
  return typeof json === 'object' && isPolicy(json.value as Json);
}

/** Every text outside of policy documents. */
function* textsIn(value: Json | undefined, at: string): Generator<[path: string, text: string]> {
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value);
    if (!isPolicyText(text)) yield [at, text];
  } else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* textsIn(item, `${at}.${index}`);
  else if (isMembers(value) && !isPolicy(value))
    for (const [name, item] of Object.entries(value)) yield* textsIn(item, `${at}.${name}`);
}

function accountsIn(view: ResourceView | null, context: MarkContext): Map<string, [path: string, text: string]> {
  const found = new Map<string, [string, string]>();
  for (const [path, text] of textsIn(view?.properties as Json | undefined, 'Properties'))
    if (ACCOUNT.test(text) ? CALLED_ACCOUNT.test(path) : text.includes('arn:'))
      for (const account of foreignAccountsIn(text, context)) if (!found.has(account)) found.set(account, [path, text]);
  return found;
}

/** @param told what the other finders found of this change. */
export function findNewAccounts(
  before: ResourceView | null,
  after: ResourceView | null,
  context: MarkContext,
  told: readonly Mark[],
): Mark[] {
  // What a permission says of accounts narrows it, and policies.ts reads it.
  if (!after || after.type === 'AWS::Lambda::Permission') return [];
  const was = accountsIn(before, context);
  const texts = told.map(({ text, principal = '', target }) => `${text} ${principal} ${target?.id ?? ''}`).join('\n');
  return [...accountsIn(after, context)]
    .filter(([account]) => !was.has(account) && !texts.includes(account))
    .map(([account, [path, text]]) => ({
      kind: 'expose',
      path,
      principal: account,
      text: `Account ${account}, newly named by ${after.logicalId}, can newly receive, send or decide what ${path} is for (${shown(text)}).`,
    }));
}
