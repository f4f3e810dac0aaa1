/**
 * Reads an expression as it is written, where it is nothing but text and references to attributes of resources.
 *
 * INVARIANT: a function, a condition or an index that is not written out makes the whole of it unknown: what it makes of
 * a reference could be anything. So could an attribute that the configuration sets: only what the provider computes names
 * the resource itself.
 */
import type { Json } from '../../../core/digest.ts';
import { ownOf } from '../knowledge/alias.ts';

const NAME = '[A-Za-z_][\\w-]*';
const REFERENCE = new RegExp(`^(${NAME}\\.${NAME}(?:\\[(?:\\d+|"[^"\\\\$%]*")\\])?)\\.(${NAME})$`);
/** What else begins like a resource. */
const NO_RESOURCE = /^(?:var|local|module|data|each|count|path|terraform|self|ephemeral)\./;

export interface Scope {
  /** The address of the module, with a dot after it; the root's is empty. */
  module: string;
  /** Does no block set this attribute? @param resource its address, with its index. */
  isComputed(resource: string, attribute: string): boolean;
  /** The document that a data source will make; undefined: not known. @param source its address, with its index. */
  documentOf(source: string): Json | undefined;
}

/** @returns with each reference as a token of the resource; undefined: it is not only these. */
export function namedIn(written: Json, scope: Scope): Json | undefined {
  if (typeof written === 'string') return textOf(written, scope);
  if (Array.isArray(written)) {
    const items = written.map((item) => namedIn(item, scope) ?? (isLiteral(item) ? item : undefined));
    const isNamed = written.some((item) => !isLiteral(item));
    return !isNamed || items.some((item) => item === undefined) ? undefined : (items as Json[]);
  }
  return undefined;
}

const isLiteral = (written: Json): boolean =>
  typeof written === 'string' ? !/[$%]\{/.test(written) : typeof written !== 'object';

const DOCUMENT = new RegExp(
  `^\\$\\{(data\\.aws_iam_policy_document\\.${NAME}(?:\\[(?:\\d+|"[^"\\\\$%]*")\\])?)\\.json\\}$`,
);

function textOf(written: string, { module, isComputed, documentOf }: Scope): Json | undefined {
  const [, document] = DOCUMENT.exec(written) ?? [];
  if (document !== undefined) return documentOf(`${module}${document}`);
  if (written.includes('%{') || written.includes('$${')) return undefined;
  let isPlain = true;
  const made = written.replaceAll(/\$\{([^{}]*)\}/g, (_, inner: string) => {
    const [, resource, attribute] = REFERENCE.exec(inner.trim()) ?? [];
    const address = `${module}${resource}`;
    if (resource === undefined || NO_RESOURCE.test(resource) || !isComputed(address, attribute!)) isPlain = false;
    return isPlain ? ownOf(address, attribute === 'id' ? undefined : attributeName(attribute!)) : '';
  });
  // Without a reference it would be known: it is another's text.
  return isPlain && made !== written && !made.includes('${') ? made : undefined;
}

/** As judgements of references have it: `Arn`, `VpcId`. */
const attributeName = (name: string): string =>
  name.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
