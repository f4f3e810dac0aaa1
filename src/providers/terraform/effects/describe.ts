/**
 * What a plan does, in the words that guards read. Pure.
 *
 * Guarantees: every change of the plan that is no read and no no-op is an effect, of the kind that its actions say or
 * worse; moves and imports are effects too. What differs is in the picture. No sensitive value is in anything returned.
 * Does not cover: provider versions, the workspace and the state, which the JSON does not have; `prevent_destroy`.
 */
import type { Json } from '../../../core/digest.ts';
import { compareWorstFirst, type Effect } from '../../../core/effect.ts';
import type { Mark } from '../../../core/mark.ts';
import type { Picture, Thing } from '../../../core/picture.ts';
import type { PlanDraft } from '../../../core/plan.ts';
import { makeVisible } from '../../../core/render-safe.ts';
import { UNSEEN } from '../../../core/subject.ts';
import { families, familyOf, type Resource, unknownTypes } from '../knowledge/index.ts';
import { configurationOf } from '../plan-json/configuration.ts';
import type { Change, ResourceChange, TerraformPlan } from '../plan-json/shape.ts';
import { effectOf } from './effect.ts';
import { withoutKeys } from './hiding.ts';
import { besidesOf } from './marks.ts';
import { notesOf } from './notes.ts';
import { POLICY_DOCUMENT, policyDocument } from './policy-documents.ts';
import { propertiesOf } from './properties.ts';
import { isUntouched, resourceOf, type Written } from './resources.ts';
import { type Secrets, secretsOf } from './secrets.ts';
import { shownSides, type Tag } from './values.ts';

export type Described = Pick<
  PlanDraft,
  'action' | 'effects' | 'subject' | 'notes' | 'picture' | 'protections' | 'lowered'
>;

/** What a workspace is called where one thing is named by its type. */
export const WORKSPACE_TYPE = 'terraform_workspace';

export interface DescribedAs {
  workspace: string;
  /** Makes the mask of a value: `tagsFor` of `picture/mask.ts`. Equal for equal values of one plan. */
  keyed: Tag;
  /** The cloud account that the workspace works in, where it is one: any other that a policy names is foreign. */
  account?: string | undefined;
  /**
   * The body of a block as it is written, by the block's address without indexes: attributes as JSON, expressions as
   * text in `${ }`, blocks as lists, `dynamic` ones too (the form of hcl2json). The JSON of a plan tells neither how an
   * attribute is put together nor what is written as a block: without this, both count as the worst that they could be.
   */
  bodyOf?: ((blockAddress: string) => Json | undefined) | undefined;
  /** Where the copy of the root module lies: files in it are signed. */
  directory?: string | undefined;
}

export function describePlan(
  plan: TerraformPlan,
  { workspace, keyed, account, bodyOf, directory }: DescribedAs,
): Described {
  const secrets = secretsOf(plan, keyed);
  const configuration = configurationOf(plan);
  const changes = (plan.resource_changes ?? []).filter(({ mode }) => mode === 'managed');
  const documentOf = documentsIn(plan, { configuration, bodyOf });
  const resources = changes.map((one) => resourceOf(one, { configuration, bodyOf, documentOf }));
  const judged = families.map((family) =>
    family.judgeAll(
      resources.filter(({ type, providerName }) => familyOf(type, providerName) === family),
      account ?? accountIn(resources),
    ),
  );
  const owner = { kind: 'workspace' as const, name: workspace };
  const marksBesides = besidesOf(plan, configuration, directory);
  const things: Thing[] = [];
  const effects: Effect[] = [];
  for (const [index, one] of changes.entries()) {
    if (isUntouched(one)) continue;
    const sides = shownSides(one.change, secrets, keyed);
    const found = judged.flatMap((by) => by.marks.get(one.address) ?? []);
    const besides = marksBesides(one);
    const effect = effectOf(one, { resource: resources[index]!, sides, marks: [...found, ...besides], owner });
    if (!effect) continue;
    const shown = cleaned(effect, secrets);
    effects.push(shown);
    things.push({ kind: 'resource', id: shown.logicalId!, type: shown.type, ...sides });
  }
  const outputs = outputsOf(plan, workspace, secrets, keyed);
  const described = [...effects, ...outputs.effects.map((effect) => cleaned(effect, secrets))];
  const named = <T extends { of: string }>(one: T): T => ({ ...one, of: withoutKeys(one.of, secrets.masked) });
  return {
    action: actionOf(plan, changes),
    effects: described.sort(compareWorstFirst),
    subject: subjectOf(plan, changes, workspace),
    notes: notesOf(plan, described).map((note) => makeVisible(secrets.masked(note))),
    picture: pictureOf([...outputs.things, ...things]),
    protections: judged.flatMap((by) => by.protections.map(named)),
    lowered: judged.flatMap((by) => by.lowered.map(named)),
  };
}

/** What is known of the documents that data sources make only when the plan is applied. */
function documentsIn(
  { resource_changes: changes = [] }: TerraformPlan,
  written: Written,
): (source: string) => Json | undefined {
  const later = changes.filter(
    ({ mode, type, change, provider_name: provider }) =>
      mode === 'data' &&
      type === POLICY_DOCUMENT &&
      change.actions === 'read' &&
      familyOf('aws_', provider) !== unknownTypes,
  );
  const sources = new Map(later.map((one) => [one.address, one]));
  return (source) => {
    const one = sources.get(source);
    const { after } = one ? resourceOf(one, written) : { after: null };
    return after === null ? undefined : policyDocument(after);
  };
}

/**
 * The account that everything of the workspace is in, as its own objects say; undefined: they say several, or none.
 * INVARIANT: only what the provider computed is read, never what somebody wrote.
 */
function accountIn(resources: readonly Resource[]): string | undefined {
  const found = new Set<string>();
  for (const { type, before, isComputed } of resources) {
    if (!/^aws(?:cc)?_/.test(type) || typeof before?.arn !== 'string' || !isComputed('arn')) continue;
    const [, account] = /^arn:[\w-]+:[\w-]+:[\w-]*:(\d{12}):/.exec(before.arn) ?? [];
    if (account !== undefined) found.add(account);
  }
  return found.size === 1 ? [...found][0] : undefined;
}

const pictureOf = (things: Thing[]): Picture => ({ things });

/**
 * SECURITY: names and sentences are made from values too. What judgements compare (kinds, what it holds, keys of tags,
 * paths) is never touched, whatever a plan calls sensitive; of an address only the keys of instances are values.
 */
function cleaned(effect: Effect, { masked }: Secrets): Effect {
  const { logicalId, physicalId, within, why, size } = effect;
  return {
    ...effect,
    ...(logicalId === undefined ? {} : { logicalId: withoutKeys(logicalId, masked) }),
    ...(physicalId === undefined ? {} : { physicalId: masked(physicalId) }),
    ...(within === undefined ? {} : { within: masked(within) }),
    ...(size === undefined ? {} : { size: masked(size) }),
    why: masked(why),
    properties: effect.properties.map(({ before, after, ...rest }) => ({
      ...rest,
      ...(before === undefined ? {} : { before: masked(before) }),
      ...(after === undefined ? {} : { after: masked(after) }),
    })),
    marks: effect.marks.map((mark) => cleanedMark(mark, masked)),
  };
}

function cleanedMark(mark: Mark, masked: Secrets['masked']): Mark {
  const { text, principal, target, receives, network } = mark;
  return {
    ...mark,
    text: masked(text),
    ...(principal === undefined ? {} : { principal: masked(principal) }),
    ...(target === undefined ? {} : { target: { ...target, id: masked(target.id) } }),
    ...(receives === undefined ? {} : { receives: { ...receives, names: receives.names.map(masked) } }),
    // A range that is hidden is no range, and counts as the world.
    ...(network === undefined ? {} : { network: { ...network, range: masked(network.range) } }),
  };
}

/** What the workspace tells others: all outputs are one thing. */
function outputsOf({ output_changes: changes = {} }: TerraformPlan, workspace: string, secrets: Secrets, tag: Tag) {
  const changed = Object.entries(changes).filter(([, { actions }]) => actions !== 'none');
  if (changed.length === 0) return { effects: [], things: [] };
  const sides = changed.map(([name, change]) => [name, shownSides(change as Change, secrets, tag)] as const);
  const side = (which: 'before' | 'after'): Json => ({
    outputs: Object.fromEntries(sides.flatMap(([name, one]) => (one[which] === null ? [] : [[name, one[which]]]))),
  });
  const [before, after] = [side('before'), side('after')];
  const effect: Effect = {
    kind: 'update',
    type: WORKSPACE_TYPE,
    physicalId: workspace,
    holds: 'nothing',
    interrupts: 'no',
    reversibility: 'reversible',
    revision: false,
    properties: propertiesOf({ before, after }, {}),
    marks: [],
    why: 'Changes outputs, which others may read.',
  };
  return { effects: [effect], things: [{ kind: 'stack' as const, id: '', type: WORKSPACE_TYPE, before, after }] };
}

const isNewOne = ({ change }: ResourceChange): boolean => change.actions === 'create' && !change.importing;
/** INVARIANT: a workspace counts as new only where nothing at all is in its state, and nothing that exists is touched. */
const isNew = (plan: TerraformPlan, changes: readonly ResourceChange[]): boolean =>
  plan.managed === 0 && (plan.resource_drift ?? []).length === 0 && changes.every(isNewOne);

function actionOf(plan: TerraformPlan, changes: readonly ResourceChange[]): PlanDraft['action'] {
  if (isNew(plan, changes)) return 'create';
  const isGone = ({ change: { actions } }: ResourceChange) => actions === 'delete' || actions === 'forget';
  return changes.length > 0 && changes.every(isGone) ? 'delete' : 'update';
}

function subjectOf(plan: TerraformPlan, changes: readonly ResourceChange[], workspace: string): PlanDraft['subject'] {
  const existing = changes.filter((one) => !isNewOne(one)).length;
  return {
    ...UNSEEN,
    lifecycle: isNew(plan, changes) ? 'new' : 'live',
    resourceCount: Math.max(plan.managed, existing),
    itself: { type: WORKSPACE_TYPE, ids: [workspace] },
  };
}
