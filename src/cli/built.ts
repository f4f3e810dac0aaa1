/** What the build puts beside its bundles for every server. */
import { readFileSync } from 'node:fs';
import type { ListedTool } from '../mcp/tool-list.ts';

const beside = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

let list: ListedTool[] | undefined;
/** What `tools/list` answers; read once. */
export const listedTools = (): ListedTool[] => {
  list ??= JSON.parse(beside('./tools.json')) as ListedTool[];
  return list;
};
export const cardPage = (): string => beside('./page/card.html');
