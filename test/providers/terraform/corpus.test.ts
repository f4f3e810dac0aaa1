/** Real plans that lie beside the project: none crashes, none is told milder than its actions say, no secret is told. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/digest.ts';
import { type EffectKind, KIND_SEVERITY } from '../../../src/core/effect.ts';
import { describePlan, parsePlanJson } from '../../../src/providers/terraform/effects/index.ts';
import { hasPlans, PLANS } from '../../corpus-plans.ts';
import { keyed } from './builders.ts';

const files = hasPlans ? readdirSync(PLANS).filter((name) => /^\d+\.json$/.test(name)) : [];
const textOf = (file: string) => readFileSync(`${PLANS}/${file}`, 'utf8');
const describedOf = (file: string) =>
  describePlan(parsePlanJson(textOf(file), { tool: 'terraform' }), { workspace: 'prod', keyed });

interface Raw {
  address: string;
  mode: string;
  deposed?: string;
  change: Record<string, Json> & { actions: string[] };
}

describe.runIf(hasPlans)('the plans of the corpus', () => {
  it('are there', () => {
    expect(files.length).toBeGreaterThanOrEqual(100);
  });
  it.each(files)('%s is told no milder than its actions say', (file) => {
    const { effects } = describedOf(file);
    const { resource_changes: changes = [] } = JSON.parse(textOf(file)) as { resource_changes?: Raw[] };
    for (const { address, mode, deposed, change } of changes) {
      const says = change.actions.filter((action) => action !== 'no-op' && action !== 'read');
      if (mode !== 'managed' || says.length === 0) continue;
      const worst: EffectKind = says.length > 1 ? 'replace' : says[0] === 'forget' ? 'delete' : (says[0] as EffectKind);
      const id = deposed === undefined ? address : `${address} (deposed ${deposed})`;
      const effect = effects.find(({ logicalId }) => logicalId === id);
      const least = worst === 'update' && effect?.kind === 'tag' ? 'tag' : worst;
      expect(KIND_SEVERITY[effect?.kind ?? 'tag'], `${file} ${address}`).toBeGreaterThanOrEqual(KIND_SEVERITY[least]);
    }
  });
  it.each(files)('%s tells no sensitive value', (file) => {
    const told = JSON.stringify(describedOf(file));
    for (const secret of secretsIn(JSON.parse(textOf(file))))
      expect(told.includes(secret), `${file} tells ${secret}`).toBe(false);
  });
});

/** Gathered by another way than the code does: every leaf of a tree that the mark beside it covers. */
function secretsIn(plan: Record<string, Json>): Set<string> {
  const found = new Set<string>();
  const take = (value: Json, tree: Json | undefined): void => {
    if (value === null || tree === undefined || tree === false || tree === null) return;
    if (typeof value !== 'object') {
      const text = String(value);
      if (tree === true && text.length >= 4 && !/^(?:true|false|null|none|default)$/i.test(text)) found.add(text);
      return;
    }
    for (const [key, inner] of Object.entries(value))
      take(inner, tree === true ? true : (tree as Record<string, Json>)[key]);
  };
  const walk = (node: Json): void => {
    if (node === null || typeof node !== 'object') return;
    if (!Array.isArray(node)) {
      const { before, after, before_sensitive, after_sensitive, values, sensitive_values, sensitive, value } = node;
      if (before !== undefined) take(before, before_sensitive);
      if (after !== undefined) take(after, after_sensitive);
      if (values !== undefined) take(values, sensitive_values);
      if (value !== undefined) take(value, sensitive);
      if (node.default !== undefined) take(node.default, sensitive);
    }
    for (const inner of Object.values(node)) walk(inner);
  };
  walk(plan);
  return found;
}
