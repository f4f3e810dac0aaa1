/**
 * Values of other stacks that a template names: exports (`Fn::ImportValue`) and outputs (`Fn::GetStackOutput`).
 *
 * Guarantees: each is read once for a plan, however many stacks it has; reading ends at a bound; what was not read
 * stays unknown, and for which reason is told.
 * SECURITY: a value whose name says that it is a secret, or that its own template makes of one, is not read into a plan.
 * Does not cover: outputs in another region or under another role.
 */
import type { Stack } from '@aws-sdk/client-cloudformation';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import { asCountersignError } from '../errors.ts';
import type { StackOutput } from '../template/evaluate.ts';
import { isSecretPath } from '../template/secrets.ts';
import type { OtherStacks } from './other-stacks.ts';

/** What templates name; as many names as there are. */
export interface Named {
  imports: readonly string[];
  outputs: readonly StackOutput[];
}
export interface Values {
  exportOf(name: string): string | undefined;
  outputOf(asked: StackOutput): string | undefined;
}
export interface Elsewhere {
  /** @param region of the stack whose template names them. @param secrets exports that tell a secret, by what makes them. */
  read(named: Named, region: string, secrets?: ReadonlySet<string>): Promise<Values>;
  /** What a failed read would have told counts as unknown; that, and why, is in `notes`. */
  orUnread<T>(what: string, read: Promise<T>, otherwise: T): Promise<T>;
  note(text: string): void;
  notes(): string[];
}

const MAX_STACKS = 25;

const isSecretName = (name: string) => isSecretPath(name.split(/[:/]/).at(-1) ?? '');

export function createElsewhere(others: OtherStacks): Elsewhere {
  let exported: Promise<ReadonlyMap<string, string>> | undefined;
  const stacks = new Map<string, Promise<Stack | undefined>>();
  const unread = new Set<string>();
  const orUnread = async <T>(what: string, read: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read;
    } catch (error) {
      unread.add(`${what} could not be read (${asCountersignError(error).message}); these values count as unknown.`);
      return otherwise;
    }
  };
  const stackOf = (name: string): Promise<Stack | undefined> => {
    const known = stacks.get(name);
    if (known) return known;
    const asked =
      stacks.size < MAX_STACKS
        ? orUnread(`The outputs of ${makeVisibleLine(name)}`, others.stack(name), undefined)
        : Promise.resolve(undefined);
    stacks.set(name, asked);
    return asked;
  };
  return {
    async read({ imports, outputs }, region, secrets = new Set()) {
      const isHere = (asked: StackOutput) =>
        asked.roleArn === undefined && (asked.region ?? region) === region && !isSecretName(asked.output);
      const wanted = outputs.filter(isHere);
      if (imports.length > 0)
        exported ??= orUnread('The exports of this region', valuesByName(others), new Map<string, string>());
      const [exportsByName = new Map<string, string>(), found] = await Promise.all([
        exported,
        Promise.all(wanted.map(async ({ stack }) => [stack, await stackOf(stack)] as const)),
      ]);
      const byStack = new Map(found);
      return {
        exportOf: (name) => (isSecretName(name) || secrets.has(name) ? undefined : exportsByName.get(name)),
        outputOf: (asked) =>
          isHere(asked)
            ? byStack.get(asked.stack)?.Outputs?.find(({ OutputKey }) => OutputKey === asked.output)?.OutputValue
            : undefined,
      };
    },
    orUnread,
    note: (text) => void unread.add(text),
    notes: () => [...unread],
  };
}

const valuesByName = async (others: OtherStacks): Promise<ReadonlyMap<string, string>> =>
  new Map((await others.exports()).map(({ name, value }) => [name, value]));
