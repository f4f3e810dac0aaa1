/**
 * What one plan, or one answer, reads of other stacks: each of it once, whoever asks for it.
 *
 * Does not cover: exports beyond the bound; they stay unknown.
 */
import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import { allPages } from '../paging.ts';

export interface Exported {
  name: string;
  value: string;
  stackId: string;
}
export interface OtherStacks {
  /** Of the whole region. */
  exports(): Promise<readonly Exported[]>;
  /** By name or id. @throws where there is none, as for any other failure. */
  stack(name: string): Promise<Stack | undefined>;
}

/** Of a hundred exports each. */
const MAX_PAGES = 50;

/** A read that failed is kept as that. */
export function readOtherStacks(client: CloudFormationClient): OtherStacks {
  let exported: Promise<readonly Exported[]> | undefined;
  const stacks = new Map<string, Promise<Stack | undefined>>();
  return {
    exports() {
      exported ??= listExports(client);
      return exported;
    },
    stack(name) {
      const found = stacks.get(name) ?? describeStack(client, name);
      stacks.set(name, found);
      return found;
    },
  };
}

async function listExports(client: CloudFormationClient): Promise<Exported[]> {
  const { paginateListExports } = await import('@aws-sdk/client-cloudformation');
  const found: Exported[] = [];
  let pages = 0;
  for await (const { Exports = [] } of allPages(paginateListExports({ client }, {}))) {
    for (const { Name = '', Value = '', ExportingStackId = '' } of Exports)
      found.push({ name: Name, value: Value, stackId: ExportingStackId });
    pages += 1;
    if (pages === MAX_PAGES) break;
  }
  return found;
}

async function describeStack(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  return (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
}
