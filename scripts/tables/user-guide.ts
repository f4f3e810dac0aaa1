/** "Update requires" of the CloudFormation User Guide's Markdown (awsdocs/aws-cloudformation-user-guide, doc_source). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface GuideLine {
  type: string;
  property: string;
  /** `Replacement`, `No interruption`, `Some interruptions`, `Updates are not supported`, and words besides. */
  requires: string;
}

/** @param folder with the pages. Only properties of resources: pages of their parts have titles of two words. */
export function readGuide(folder: string): GuideLine[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .flatMap((name) => linesOf(readFileSync(join(folder, name), 'utf8')));
}

function linesOf(page: string): GuideLine[] {
  const type = /^# (\w+::\w+::\w+(?:::\w+)?)<a /m.exec(page)?.[1];
  const start = page.search(/^## Properties</m);
  if (type === undefined || start < 0) return [];
  const end = page.slice(start + 1).search(/^## /m);
  const section = page.slice(start, end < 0 ? undefined : start + 1 + end);
  const [, ...parts] = section.split(/^`([A-Za-z0-9]+)`\s+<a name="[^"]*"><\/a>/m);
  return Array.from({ length: parts.length / 2 }, (_, index) => {
    const text = parts[2 * index + 1]!;
    const line = /^\*?Update requires\*?: ?(.*)$/m.exec(text)?.[1] ?? '';
    return { type, property: parts[2 * index]!, requires: plain(line) };
  }).filter(({ requires }) => requires !== '');
}

/** A link is its text; a backslash before a sign is Markdown's. */
const plain = (text: string): string =>
  text
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\\(.)/g, '$1')
    .replace(/\.\s*$/, '')
    .trim();
