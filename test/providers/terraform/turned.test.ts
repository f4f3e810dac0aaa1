/**
 * What is made can be taken away: every creation of the corpus turned into a deletion, and every type of the tables
 * deleted, is refused in production or waits for two people wherever data or an identity is lost.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/digest.ts';
import type { Described } from '../../../src/providers/terraform/effects/index.ts';
import { describePlan, parsePlanJson } from '../../../src/providers/terraform/effects/index.ts';
import { ROWS } from '../../../src/providers/terraform/knowledge/aws/rows.ts';
import { listedTypes } from '../../../src/providers/terraform/knowledge/aws/types.ts';
import { AZURERM_HOLDS } from '../../../src/providers/terraform/knowledge/azurerm/holds.ts';
import { builtinTypes } from '../../../src/providers/terraform/knowledge/builtin.ts';
import { GOOGLE_HOLDS } from '../../../src/providers/terraform/knowledge/google/holds.ts';
import { familyOf } from '../../../src/providers/terraform/knowledge/index.ts';
import { hasPlans, PLANS } from '../../corpus-plans.ts';
import { described, keyed } from './builders.ts';
import { judgementOf, verdictOf } from './judging.ts';

const isSafe = (verdict: 'denied' | number) => verdict === 'denied' || verdict >= 2;
/** By the guards that know of losses, and not only because much goes at once. */
const isLossSeen = (plan: Described) =>
  judgementOf(plan).verdicts.some(
    ({ guard, outcome, seats = 0 }) =>
      /^(?:stateful-loss|unknown-effect)$/.test(guard) && (outcome === 'deny' || (outcome === 'hold' && seats >= 2)),
  );
/** Beside what goes, so that it is no deletion of the whole. */
const STAYS = { at: 'aws_sqs_queue.stays', before: { name: 's' }, after: { name: 's' } };

interface Change {
  address: string;
  mode: string;
  type: string;
  change: Record<string, Json>;
}

/** Before and after exchanged. What was unknown after is not there before. */
function turned(file: string): string {
  const plan = JSON.parse(readFileSync(`${PLANS}/${file}`, 'utf8')) as { resource_changes?: Change[] };
  const changes = (plan.resource_changes ?? [])
    .filter(({ mode }) => mode === 'managed')
    .map((one) => {
      const {
        actions,
        before,
        after,
        before_sensitive: was = false,
        after_sensitive: is = false,
        ...rest
      } = one.change;
      const back: Record<string, string[]> = { create: ['delete'], delete: ['create'] };
      const said = actions as string[];
      return {
        ...one,
        change: {
          ...rest,
          actions: said.length === 1 ? (back[said[0]!] ?? said) : said,
          before: after,
          after: before,
          before_sensitive: is,
          after_sensitive: was,
          after_unknown: {},
          replace_paths: undefined,
        },
      };
    });
  return JSON.stringify({ ...plan, resource_changes: changes, output_changes: {}, resource_drift: [] });
}

describe.runIf(hasPlans)('the plans of the corpus, turned', () => {
  const files = hasPlans ? readdirSync(PLANS).filter((name) => /^\d+\.json$/.test(name)) : [];
  it.each(files)('%s', (file) => {
    const plan = parsePlanJson(turned(file), { tool: 'terraform' });
    const { effects } = describePlan(plan, { workspace: 'prod', keyed });
    const changes = plan.resource_changes ?? [];
    for (const one of changes.filter(({ change }) => change.actions === 'delete' || change.actions === 'replace')) {
      const effect = effects.find(({ logicalId }) => logicalId === one.address)!;
      expect(effect.kind).toMatch(/^(?:delete|replace)$/);
      if (effect.holds === 'nothing') continue;
      const alone = describePlan({ ...plan, resource_changes: [one] }, { workspace: 'prod', keyed });
      expect(isLossSeen(alone), `${file} ${one.address}`).toBe(true);
      expect(isSafe(verdictOf(alone)), `${file} ${one.address} (${effect.holds}): ${verdictOf(alone)}`).toBe(true);
      if (effect.retention?.effective === 'Delete')
        expect(effect.reversibility, one.address).toMatch(/^(?:irreversible|unknown)$/);
    }
  });
});

const words = (rows: readonly { types: string }[], prefix: string) =>
  rows.flatMap(({ types }) =>
    types
      .trim()
      .split(/\s+/)
      .map((name) => `${prefix}_${name}`),
  );
const GRANTS = [
  'project',
  'folder',
  'organization',
  'storage_bucket',
  'kms_crypto_key',
  'secret_manager_secret',
  'service_account',
  'bigquery_dataset',
].flatMap((scope) => [`google_${scope}_iam_policy`, `google_${scope}_iam_binding`]);
const ALL = [
  ...words(GOOGLE_HOLDS, 'google'),
  ...words(AZURERM_HOLDS, 'azurerm'),
  ...GRANTS,
  ...ROWS.keys(),
  ...listedTypes,
  ...builtinTypes.keys(),
  ...[
    'aws_s3_bucket',
    'aws_dynamodb_table',
    'aws_kms_key',
    'aws_efs_file_system',
    'aws_vpc',
    'aws_eip',
    'awscc_s3_bucket',
  ],
];

describe('every type that holds data or an identity', () => {
  const holding = ALL.filter((type) =>
    ['data', 'identity'].includes(familyOf(type, `hashicorp/${type.split('_')[0]}`).judge(type).holds),
  );
  it('is most of what the tables are for', () => {
    expect(holding.length).toBeGreaterThan(400);
  });
  it.each(holding)('%s, deleted or replaced', (type) => {
    const at = `${type}.a`;
    const before = { id: 'x', name: 'x' };
    const gone = described([STAYS, { at, before, after: null }]);
    expect(isLossSeen(gone)).toBe(true);
    expect(isSafe(verdictOf(gone)), String(verdictOf(gone))).toBe(true);
    for (const actions of [
      ['delete', 'create'],
      ['create', 'delete'],
    ]) {
      const replaced = described([STAYS, { at, before, after: { id: 'y', name: 'x' }, actions }]);
      expect(isLossSeen(replaced)).toBe(true);
      expect(isSafe(verdictOf(replaced)), `${actions} ${verdictOf(replaced)}`).toBe(true);
    }
  });
});

it('a type that nobody judged waits for two people, too', () => {
  expect(isSafe(verdictOf(described([{ at: 'acme_rocket.a', before: { id: 'x' }, after: null }])))).toBe(true);
});

it('what holds nothing is seen as no loss of data', () => {
  expect(
    isLossSeen(described([STAYS, { at: 'aws_s3_bucket_cors_configuration.a', before: { bucket: 'b' }, after: null }])),
  ).toBe(false);
});
