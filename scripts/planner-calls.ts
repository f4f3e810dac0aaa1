/**
 * `npm run tables:planner`: the calls that reading and planning make, found in the provider's source, as the table from
 * which the planner role of `init aws` is made.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as ec2 from '@aws-sdk/client-ec2';
import { classifyCall } from '../src/providers/aws/call-classes.ts';

const FOLDER = 'src/providers/aws';
export const TABLE = `${FOLDER}/roles/planner-calls.ts`;
/** It resolves where a call would go, and sends none. */
const SENDS_NOTHING = ['endpoint.ts'];
const SDKS = Object.entries({ cloudformation, ec2 });
const MADE = /\bnew (?:[\w.()]+\.)?(\w+)Command\(|\bpaginate(\w+)\(/g;

/** @returns `cloudformation:DescribeStacks`, sorted: all that is not a write. */
export function plannerCalls(root: string): string[] {
  const files = readdirSync(join(root, FOLDER), { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((name) => name.endsWith('.ts') && !SENDS_NOTHING.includes(name))
    .map((name) => readFileSync(join(root, FOLDER, name), 'utf8'));
  const operations = sources.flatMap((source) => [...source.matchAll(MADE)].map(([, made, paged]) => made ?? paged));
  const calls = operations.flatMap((operation = '') =>
    SDKS.filter(
      ([service, sdk]) => `${operation}Command` in sdk && classifyCall(service, operation, {}) !== 'write',
    ).map(([service]) => `${service}:${operation}`),
  );
  return [...new Set(calls)].sort();
}

export const plannerTable = (
  calls: readonly string[],
): string => `/** What reading and planning call. Made by \`npm run tables:planner\`; do not edit. */
export const PLANNER_CALLS: readonly string[] = [
${calls.map((call) => `  '${call}',\n`).join('')}];
`;

if (import.meta.main) writeFileSync(TABLE, plannerTable(plannerCalls(process.cwd())));
