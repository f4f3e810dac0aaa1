/** The parts of a plan that are read, as `terraform show -json` names them. Trees of values stay as they were parsed. */
import { z } from 'zod';
import type { Json } from '../../../core/digest.ts';

/** Without walking it: a plan has tens of thousands of values, and each is read where it is judged. */
const tree = z.custom<Json>((value) => value !== undefined);
const text = z.string();

/** How the words of `actions` are read. Any other list of words is refused by name. */
export const ACTIONS = {
  'no-op': 'none',
  create: 'create',
  read: 'read',
  update: 'update',
  delete: 'delete',
  forget: 'forget',
  'delete,create': 'replace',
  'create,delete': 'replace',
  // The old object leaves the state and stays in the cloud.
  'create,forget': 'replace_and_keep',
  'forget,create': 'replace_and_keep',
} as const;
export type ChangeKind = (typeof ACTIONS)[keyof typeof ACTIONS];

const actions = z.array(text).transform((words, context): ChangeKind => {
  const known = words.join(',');
  if (Object.hasOwn(ACTIONS, known)) return ACTIONS[known as keyof typeof ACTIONS];
  context.addIssue({ code: 'custom', message: `the actions ${JSON.stringify(words)} are not known` });
  return z.NEVER;
});

const changeSchema = z.strictObject({
  actions,
  before: tree.default(null),
  after: tree.default(null),
  after_unknown: tree.optional(),
  before_sensitive: tree.optional(),
  after_sensitive: tree.optional(),
  replace_paths: z.array(z.array(z.union([text, z.number()]))).optional(),
  importing: z
    .strictObject({ id: text.optional(), unknown: z.boolean().optional(), identity: tree.optional() })
    .nullable()
    .optional(),
  generated_config: text.optional(),
  before_identity: tree.optional(),
  after_identity: tree.optional(),
});
export type Change = z.infer<typeof changeSchema>;

export const resourceChangeSchema = z.strictObject({
  address: text.min(1),
  previous_address: text.optional(),
  module_address: text.optional(),
  mode: z.enum(['managed', 'data']),
  type: text.min(1),
  name: text,
  index: z.union([text, z.number(), z.null()]).optional(),
  provider_name: text.optional(),
  /** OpenTofu before its first release. */
  full_provider: text.optional(),
  schema_version: z.number().optional(),
  deposed: text.optional(),
  change: changeSchema,
  action_reason: text.optional(),
});
export type ResourceChange = z.infer<typeof resourceChangeSchema>;

export interface StateResource {
  mode?: string;
  values?: Json;
  sensitive_values?: Json;
}

/** Of a state, as far as it is read. */
export interface StateModule {
  resources?: StateResource[];
  child_modules?: StateModule[];
}
interface StateValues {
  outputs?: Record<string, { sensitive?: Json; value?: Json }>;
  root_module?: StateModule;
}
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
const state = z.custom<StateValues>(isObject, 'it is not an object');

/** A block of the configuration, as far as it is read. */
export interface ResourceBlock {
  address?: Json;
  provider_config_key?: Json;
  provisioners?: Json;
  expressions?: Json;
}

const configModuleSchema = z.looseObject({
  resources: z
    .custom<ResourceBlock[]>((value) => Array.isArray(value) && value.every(isObject), 'it is not a list of blocks')
    .optional(),
  variables: z.record(text, z.looseObject({ default: tree.optional(), sensitive: z.boolean().optional() })).optional(),
  outputs: z.record(text, z.looseObject({ sensitive: z.boolean().optional(), expression: tree.optional() })).optional(),
  get module_calls() {
    return z
      .record(text, z.looseObject({ module: configModuleSchema.optional(), expressions: tree.optional() }))
      .optional();
  },
});
export type ConfigModule = z.infer<typeof configModuleSchema>;

const providerSchema = z.looseObject({
  name: text.optional(),
  full_name: text.optional(),
  version_constraint: text.optional(),
  module_address: text.optional(),
  expressions: tree.optional(),
});
export type ProviderBlock = z.infer<typeof providerSchema>;

const checkSchema = z.looseObject({ address: tree.optional(), status: text, instances: tree.optional() });

const listOfChanges = z.custom<ResourceChange[]>((value) => Array.isArray(value), 'it is not a list');

/** SECURITY: a member that is not named here could act on the cloud: it is refused, not skipped. */
export const planJsonSchema = z.strictObject({
  format_version: text,
  terraform_version: text.optional(),
  variables: z.record(text, z.looseObject({ value: tree.optional() })).optional(),
  planned_values: state.optional(),
  /** Empty: each item is checked by `resourceChangeSchema` as it comes (`read.ts`). */
  resource_drift: listOfChanges.optional(),
  resource_changes: listOfChanges.optional(),
  output_changes: z.record(text, changeSchema).optional(),
  prior_state: z.custom<{ values?: StateValues }>(isObject, 'it is not an object').nullable().optional(),
  configuration: z
    .looseObject({
      provider_config: z.record(text, providerSchema).optional(),
      root_module: configModuleSchema.optional(),
    })
    .optional(),
  relevant_attributes: z.array(tree).optional(),
  checks: z.array(checkSchema).nullable().optional(),
  timestamp: text.optional(),
  applyable: z.boolean().optional(),
  complete: z.boolean().optional(),
  errored: z.boolean().optional(),
  deferred_changes: z.array(tree).nullable().optional(),
  action_invocations: z.array(tree).nullable().optional(),
  deferred_action_invocations: z.array(tree).nullable().optional(),
  /** Terraform 1.2 alone; `checks` took its place. */
  condition_results: z.array(tree).nullable().optional(),
  /** Terraform 0.12 alone. */
  provider_schemas: tree.optional(),
});
export type PlanJson = z.infer<typeof planJsonSchema>;

export type Tool = 'terraform' | 'tofu';

/** A plan as it is judged: of the state, how much is in it, and of all that is sensitive, the values. */
export interface TerraformPlan extends Omit<PlanJson, 'prior_state' | 'planned_values' | 'relevant_attributes'> {
  tool: Tool;
  /** How many objects the state has. */
  managed: number;
  /** SECURITY: for masking alone. */
  sensitive: ReadonlySet<string>;
}
