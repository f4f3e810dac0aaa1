/** Plans as `terraform show -json` writes them, made of what a test says of each resource. */
import type { Json } from '../../../src/core/digest.ts';
import { tagsFor } from '../../../src/providers/aws/picture/mask.ts';
import { type Described, describePlan, readPlanJson } from '../../../src/providers/terraform/effects/index.ts';

type Values = Record<string, Json>;

export interface Row {
  /** `aws_s3_bucket.logs`, `module.a["x"].aws_s3_bucket.logs[0]`, `data.aws_x.y`. */
  at: string;
  /** By default what before and after say: create, update, delete or no-op. */
  actions?: string[];
  before?: Values | null;
  after?: Values | null;
  unknown?: Values;
  sensitive?: { before?: Json; after?: Json };
  /** Expressions of the block; by default every attribute of `after` as a constant. null: the block is gone. */
  written?: Values | null;
  provider?: string;
  change?: Record<string, Json>;
  more?: Record<string, Json>;
}

const isData = (at: string) => /(?:^|\.)data\./.test(at);
const partsOf = (at: string) => {
  const plain = at.replaceAll(/\[[^\]]*\]/g, '');
  const [name = '', type = ''] = plain.split('.').reverse();
  const module = /^(?:module\.[\w-]+(?:\[[^\]]*\])?\.)+/.exec(at)?.[0].slice(0, -1);
  return { type, name, module };
};

function actionsOf({ before = null, after = null, actions }: Row): string[] {
  if (actions) return actions;
  if (before === null) return ['create'];
  if (after === null) return ['delete'];
  return JSON.stringify(before) === JSON.stringify(after) ? ['no-op'] : ['update'];
}

const providerOf = (type: string) =>
  type.startsWith('terraform_')
    ? 'terraform.io/builtin/terraform'
    : `registry.terraform.io/hashicorp/${type.split('_')[0]}`;

const changeOf = (row: Row) => {
  const { at, before = null, after = null, unknown = {}, sensitive = {}, provider, change = {}, more = {} } = row;
  const { type, name, module } = partsOf(at);
  return {
    address: at,
    ...(module === undefined ? {} : { module_address: module }),
    mode: isData(at) ? 'data' : 'managed',
    type,
    name,
    provider_name: provider ?? providerOf(type),
    change: {
      actions: actionsOf(row),
      before,
      after,
      after_unknown: unknown,
      before_sensitive: sensitive.before ?? false,
      after_sensitive: sensitive.after ?? false,
      ...change,
    },
    ...more,
  };
};

const blockOf = ({ at, after = null, written }: Row) => {
  const { type, name } = partsOf(at);
  const expressions =
    written ?? Object.fromEntries(Object.entries(after ?? {}).map(([key, value]) => [key, { constant_value: value }]));
  return {
    address: `${isData(at) ? 'data.' : ''}${type}.${name}`,
    mode: isData(at) ? 'data' : 'managed',
    type,
    name,
    provider_config_key: type.split('_')[0]!,
    expressions,
    schema_version: 0,
  };
};

/** Of the root module alone. @param over members of the plan, as the JSON has them. */
export function planJson(rows: readonly Row[], over: Record<string, Json> = {}): string {
  const changes = rows.map(changeOf);
  const existing = changes.filter(({ change }) => change.before !== null && change.actions[0] !== 'read');
  return JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.11.4',
    planned_values: { root_module: {} },
    resource_changes: changes,
    prior_state: {
      format_version: '1.0',
      terraform_version: '1.11.4',
      values: {
        root_module: {
          resources: existing.map(({ address, mode, type, name, change: { before } }) => ({
            address,
            mode,
            type,
            name,
            values: before,
            sensitive_values: {},
          })),
        },
      },
    },
    configuration: {
      provider_config: {},
      root_module: {
        resources: rows.filter(({ written, after }) => written !== null && (after ?? null) !== null).map(blockOf),
      },
    },
    timestamp: '2026-11-28T12:00:00Z',
    applyable: true,
    complete: true,
    errored: false,
    ...over,
  });
}

export const keyed = tagsFor('key of the state', 'nonce');
/** @param bodies of blocks as they are written, by address. Absent: nobody read the configuration. */
export const described = (
  rows: readonly Row[],
  over: Record<string, Json> = {},
  bodies?: Record<string, Json>,
): Described =>
  describePlan(readPlanJson(planJson(rows, over), { tool: 'terraform' }), {
    workspace: 'prod',
    keyed,
    account: '111122223333',
    ...(bodies ? { bodyOf: (block: string) => bodies[block] } : {}),
  });
