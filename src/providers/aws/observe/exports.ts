/** Exports of a stack: who imports them, and which of them a change could touch. */
import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import { couldBeLoss, type Effect } from '../../../core/effect.ts';
import type { ObservedStack } from '../observed.ts';
import { allPages, inChunks } from '../paging.ts';
import { conditionsIn, referencesIn } from '../template/inspect.ts';
import { parseTemplate } from '../template/parse.ts';

/** CloudFormation throttles lists: a stack has up to 200 exports. */
const AT_ONCE = 10;

/** Of these exports those that others import. One list for each. */
export async function importersOf(
  client: CloudFormationClient,
  names: readonly string[],
): Promise<ObservedStack['importedExports']> {
  const { paginateListImports } = await import('@aws-sdk/client-cloudformation');
  const find = async (name: string) => {
    try {
      const importers: string[] = [];
      for await (const { Imports = [] } of allPages(paginateListImports({ client }, { ExportName: name })))
        importers.push(...Imports);
      return { name, importers: importers.sort() };
    } catch (error) {
      if (/is not imported/.test((error as Error).message)) return { name, importers: [] };
      throw error;
    }
  };
  const found = await inChunks(names, AT_ONCE, (chunk) => Promise.all(chunk.map(find)));
  return found.filter(({ importers }) => importers.length > 0);
}

export const exportsOf = ({ Outputs = [] }: Pick<Stack, 'Outputs'>): string[] =>
  Outputs.flatMap(({ ExportName }) => (ExportName ? [ExportName] : []));

/**
 * Exports whose importers a change that loses something could touch: of what it loses, of what it says otherwise, and of
 * what a condition decides. A change that can lose nothing touches none: what imports an export keeps its value.
 *
 * @param wanted the template after the change.
 */
export function exportsAtStake(
  { stack, processed }: { stack: Pick<Stack, 'Outputs'>; processed: string },
  wanted: string,
  effects: readonly Effect[],
): string[] {
  // Of a nested stack's resource: the stack itself.
  const lost = new Set(effects.filter(couldBeLoss).map(({ logicalId }) => logicalId?.split('/')[0]));
  if (lost.size === 0 || exportsOf(stack).length === 0) return [];
  const [was = {}, is = {}] = [processed, wanted].map((text) => parseTemplate(text).Outputs);
  return (stack.Outputs ?? []).flatMap(({ OutputKey = '', ExportName }) => {
    if (!ExportName) return [];
    const output = was[OutputKey];
    const isAtStake =
      output === undefined ||
      JSON.stringify(output) !== JSON.stringify(is[OutputKey]) ||
      output.Condition !== undefined ||
      conditionsIn(output as never).length > 0 ||
      referencesIn(output as never).some((id) => lost.has(id));
    return isAtStake ? [ExportName] : [];
  });
}

/** Outputs that the stack has and will no longer have, by its template. @param wanted the template after the change. */
export function outputsRemoved({ stack }: { stack: Pick<Stack, 'Outputs'> }, wanted: string): string[] {
  const { Outputs = {} } = parseTemplate(wanted);
  return (stack.Outputs ?? []).flatMap(({ OutputKey = '' }) => (OutputKey in Outputs ? [] : [OutputKey]));
}
