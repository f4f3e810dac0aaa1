/**
 * What is gained, as one sentence: *who* can newly do *what* on *which things of whom*.
 *
 * Guarantees: principals, actions and resources as the documents write them (references as logical ids); “every” only
 * where `*` is written or where the document is unknown; one sentence for all that the same principal may do on the
 * same things; what is too long for a sentence is counted.
 */
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, ResourceView } from './finder.ts';
import type { Gainer } from './gainers.ts';
import type { Part } from './patterns.ts';
import { UNKNOWN_PART } from './policy-document.ts';
import { REACH } from './reach-table.ts';
import { listOf, shown, written } from './read.ts';
import { whoseIs } from './refs.ts';

/** One thing gained: words for the action and for the thing. */
export interface Told {
  gainer: Gainer;
  action: string;
  thing: string;
  /** Ends the sentence: `, under a condition on …`. */
  under: string;
}

const MOST = 4;
const LONGEST_NAME = 200;

export function listed(names: readonly string[], most = MOST): string {
  const some = names.slice(0, most);
  const rest = names.length - some.length;
  return `${some.join(', ')}${rest === 0 ? '' : ` and ${rest} more`}`;
}

export function actionWords(action: Part): string {
  if (typeof action !== 'string') return `every action except ${listed(action) || 'none'}`;
  if (action === UNKNOWN_PART) return 'actions that are unknown until execution';
  return action === '*' ? 'every action' : shown(action);
}

/** The things that the policy of a resource is for: those that it attaches to, or itself. */
export function thingsOf(view: ResourceView): string[] {
  const [row] = REACH.get(view.type) ?? [];
  const named = listOf(view.properties[row?.property.split('.')[0] ?? '']).map((value) => shown(value));
  return named.length > 0 ? named : [view.logicalId];
}

/** A thing and whose it is. */
export function thingWords(resource: Part, itself: string | undefined, context: MarkContext): string {
  if (typeof resource !== 'string')
    return `every resource except ${listed(resource.map((name) => shown(name))) || 'none'}`;
  if (resource === '*') return itself ?? 'every resource';
  const whose = whoseIs(resource, context);
  const name = written(resource).slice(0, LONGEST_NAME);
  if (whose.kind === 'own') return name;
  const [, imported] = /\u{27e6}import:([^\u{27e7}]{0,300})\u{27e7}/u.exec(resource) ?? [];
  if (imported !== undefined) return `a resource that is imported as ${shown(imported)}`;
  if (resource === UNKNOWN_PART || context.isUnknown(resource)) return 'a resource that is unknown until execution';
  const account = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(resource)?.[1];
  if (itself !== undefined && account === undefined) return name;
  const owner =
    account === undefined ? '' : account === context.account ? 'of this account, ' : `of account ${account}, `;
  return `${name} (${owner}outside this stack)`;
}

/** One mark for each principal and set of things. */
export function sentences(path: string, told: readonly Told[]): Mark[] {
  const byGainer = Map.groupBy(told, ({ gainer, under }) => `${gainer.who} ${under}`);
  return [...byGainer.values()].flatMap((gains) => {
    const actionsByThing = [...Map.groupBy(gains, ({ thing }) => thing)].map(([thing, list]) => ({
      thing,
      actions: [...new Set(list.map(({ action }) => action))],
    }));
    const bySet = [...Map.groupBy(actionsByThing, ({ actions }) => actions.join(' ')).values()];
    const { gainer, under } = gains[0]!;
    return bySet.map((group): Mark => {
      const things = listed(group.map(({ thing }) => thing));
      const text = `${gainer.who} can newly call ${listed(group[0]!.actions)} on ${things}${under}.`;
      return exposeMark(path, gainer, text);
    });
  });
}

export const exposeMark = (path: string, gainer: Gainer, text: string): Mark => ({
  kind: 'expose',
  path,
  text,
  principal: gainer.principal,
});
