/** `npm run docs:guards`: writes docs/guards.md from the guards themselves. The page: `guardsPage`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { guards } from '../guards/index.ts';
import type { GuardDefinition } from '../src/core/guard.ts';
import { guardCode } from '../src/core/verdict.ts';

const root = new URL('..', import.meta.url);
export const PAGE = new URL('docs/guards.md', root);

/** A part of JSON Schema, as zod writes it. */
interface Schema {
  description?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
}

const INTRODUCTION = `# The guards

Generated from \`guards/\` by \`npm run docs:guards\`; do not edit.

Every guard judges every plan: as a preview when it is planned, with binding effect when it is proposed, and again on the live
state before execution. Guards judge the effects of a plan, not the names of its calls. No guard stops another, so an
agent sees every reason at once. All verdicts together decide: one \`deny\` refuses the plan; otherwise the largest
\`hold\` gives the number of required approvals; a \`note\` is shown and stops nothing.

**How to read "normally".** \`hold(n)\`: n approvals in production, one elsewhere, unless stated otherwise. \`P-deny\`:
denied in production, held elsewhere. In *disposable* environments \`recreate\`, \`stateful-loss\`, \`intent\`,
\`blast-radius\`, \`backup-first\`, \`stack-deletion\` and the holds of \`budget\` are notes. An undecided effect counts as
the worst case; a resource type outside the tables needs approval. Approvals cannot lift a deny: only a change of the
policy or a dated exception can.

**Options** belong in the policy file under \`guards: <name>:\`, either flat or per environment. Structural guards cannot
be set to observe, and exceptions do not apply to them.
`;

export function guardsPage(): string {
  const rows = guards.map(({ name, normally }) => `| [\`${name}\`](#${name}) | ${normally} | \`${guardCode(name)}\` |`);
  const table = ['| guard | normally | code |', '|---|---|---|', ...rows].join('\n');
  return [INTRODUCTION, table, '', ...guards.map(section)].join('\n');
}

function section(guard: GuardDefinition): string {
  const { guarantees, limits } = header(guard.name);
  return [
    `## ${guard.name}`,
    '',
    guard.rule,
    '',
    `- Normally: ${guard.normally}`,
    `- Code: \`${guardCode(guard.name)}\``,
    `- The agent is told: ${guard.told}`,
    `- Guarantees: ${guarantees}`,
    `- Does not cover: ${limits}`,
    ...(guard.structural ? ['- Structural.'] : []),
    ...(guard.beforePlanning ? ['- Also judged before planning makes any call that leaves a trace in the cloud.'] : []),
    ...optionsTable(guard),
    '',
  ].join('\n');
}

/** The first comment of a guard's file. @throws Error when it does not say both. */
function header(name: string): { guarantees: string; limits: string } {
  const text = readFileSync(new URL(`guards/${name}.ts`, root), 'utf8');
  const comment = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(text)?.[1] ?? '';
  const words = comment.replaceAll(/^ \* ?/gm, '').replaceAll(/\s+/g, ' ');
  const [, guarantees, limits] = /^Guarantees: (.+) Does not cover: (.+)$/.exec(words) ?? [];
  if (!guarantees || !limits) throw new Error(`guards/${name}.ts does not say what it guarantees and does not cover`);
  return { guarantees, limits };
}

function optionsTable(guard: GuardDefinition): string[] {
  const schema = z.toJSONSchema(guard.options, { io: 'input' }) as Schema;
  const rows = optionRows(schema);
  if (rows.length === 0) return [];
  return ['', '| option | default | meaning |', '|---|---|---|', ...rows];
}

/** @throws Error when an option has no description: each is part of the policy's language. */
function optionRows({ properties = {} }: Schema): string[] {
  return Object.entries(properties).flatMap(([key, option]) => {
    if (!option.description) throw new Error(`the option ${key} has no description`);
    const standard = option.default === undefined ? 'see meaning' : `\`${JSON.stringify(option.default)}\``;
    return [`| \`${key}\` | ${standard} | ${option.description.replaceAll('|', '\\|')} |`];
  });
}

if (import.meta.main) writeFileSync(PAGE, guardsPage());
