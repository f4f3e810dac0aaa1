/** A plan of a workspace, as the pipeline seals it; and the same computed again from what was kept. */
import { writeFileSync } from 'node:fs';
import type { Json } from '../../core/digest.ts';
import type { Plan, PlanDraft } from '../../core/plan.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import { tagsFor } from '../aws/picture/mask.ts';
import { directoryOf } from './copy.ts';
import { bodiesIn, describePlan, type TerraformPlan } from './effects/index.ts';
import { fetchedModules } from './modules/fetch.ts';
import { keptModules } from './modules/kept.ts';
import { readPlanFile } from './plan-file.ts';
import { applyCall, keptSource, type Made, mustBeKept, planWorkspace, type Workshop } from './planning.ts';
import { hasEphemeral } from './reading/ephemeral.ts';
import { type Request, requestSchema } from './request.ts';
import { PLACE } from './rules.ts';
import { digestOfSource, type ModuleRecord, readSource, type Source } from './source.ts';

/** By which the words of an apply are told. */
export interface KeptSecrets {
  /** All that the plan calls sensitive. */
  values: string[];
  /** There are others, which no plan contains. */
  isEphemeral: boolean;
}

interface About {
  secretKey: string;
  planNonce: string;
  actor: PlanDraft['actor'];
}

export async function draftOf(request: Request, workshop: Workshop, about: About): Promise<PlanDraft> {
  const { settings, folders } = workshop;
  const given = await readSource(settings.root, request.ref);
  const modules = fetchedModules(settings, folders.fetching);
  const adopt = request.plan_file === undefined ? undefined : readPlanFile(request.plan_file, workshop.fileRoots);
  const made = await planWorkspace(given, workshop, { modules, keep: true, adopt });
  const kept = workshop.folders.plan(made.digest);
  writeFileSync(kept.changes, JSON.stringify(changesOf(made.plan)), { mode: 0o600 });
  const secrets: KeptSecrets = { values: [...made.plan.sensitive], isEphemeral: hasEphemeral(made.bodies) };
  writeFileSync(kept.sensitive, JSON.stringify(secrets), { mode: 0o600 });
  return drafted({ made, request }, workshop, about);
}

/**
 * INVARIANT: what comes out names the signed plan file only if that file is still the signed one, and if a new plan of
 * the same copy, of the state as it is now, does the same.
 */
export async function draftAgain(signed: Plan, workshop: Workshop, about: About): Promise<PlanDraft> {
  const request = requestSchema.parse(signed.recipe.input);
  const digest = String(signed.calls[0]?.input.plan);
  mustBeKept(digest, workshop.folders);
  const made = await plannedAgain(signed, digest, workshop);
  return drafted({ made: { ...made, digest }, request }, workshop, about);
}

/** Of what was kept of the plan with that digest, and of the state and the cloud as they are now. It is kept nowhere. */
export function plannedAgain({ observed }: Pick<Plan, 'observed'>, digest: string, workshop: Workshop): Promise<Made> {
  const { configuration } = observed as { configuration?: Pick<Source, 'commit' | 'modules'> };
  const source = keptSource(digest, workshop.folders, configuration ?? {});
  return planWorkspace(source, workshop, { modules: keptModules(source, workshop.settings), keep: false });
}

interface Planned {
  made: Made;
  request: Request;
}

function drafted({ made, request }: Planned, workshop: Workshop, about: About): PlanDraft {
  const { settings } = workshop;
  const keyed = tagsFor(about.secretKey, about.planNonce);
  const bodyOf = bodiesIn(made.bodies);
  const described = describePlan(made.plan, {
    workspace: settings.name,
    keyed,
    bodyOf,
    directory: directoryOf(workshop.folders, settings),
  });
  const changesNothing = described.effects.length === 0;
  const { state, source } = made;
  const { modules = [] } = source;
  return {
    ...described,
    notes: [...described.notes, ...notesOf(modules), ...(request.plan_file === undefined ? [] : [ADOPTED])],
    target: { kind: 'workspace', ...PLACE, name: settings.name, ids: [settings.name] },
    calls: changesNothing ? [] : [applyCall({ digest: made.digest, state, source }, workshop, PLACE)],
    actor: about.actor,
    observed: {
      state: { digest: state.digest, lineage: state.lineage, serial: state.serial },
      configuration: {
        digest: digestOfSource(source),
        commit: source.commit,
        ...(modules.length === 0 ? {} : { modules: modules as unknown as Json }),
      },
      workspace: { backend: settings.backend.type, version: `${settings.tool} ${settings.version}` },
    },
    dryRun: { kind: changesNothing ? 'no_change' : 'dry_run', succeeded: true },
    recipe: { planner: 'workspace', input: request as Json },
  };
}

const ADOPTED = 'This plan file was made elsewhere; a plan that Countersign made itself is the same.';
const MOST_TOLD = 5;

/** In short: `show` has all of what was observed. */
function notesOf(modules: readonly ModuleRecord[]): string[] {
  if (modules.length === 0) return [];
  const told = modules.slice(0, MOST_TOLD).map(({ key, source, version, commit }) => {
    const is = [source, version, commit?.slice(0, 12)].filter((part) => part !== undefined);
    return `${key} (${is.join(' ')})`;
  });
  const more = modules.length > MOST_TOLD ? ` and ${modules.length - MOST_TOLD} more` : '';
  return [makeVisibleLine(`Fetched modules: ${told.join(', ')}${more}.`, 1_000)];
}

/** What each change does to which address: by this an outcome is found in a state. No value is in it. */
export interface PlannedChange {
  address: string;
  does: 'make' | 'update' | 'remove' | 'move';
}
const DOES: Partial<Record<string, PlannedChange['does']>> = {
  create: 'make',
  replace: 'make',
  replace_and_keep: 'make',
  update: 'update',
  delete: 'remove',
  forget: 'remove',
};

const changesOf = ({ resource_changes: all = [] }: TerraformPlan): PlannedChange[] =>
  all
    .filter(({ mode }) => mode === 'managed')
    .flatMap(({ address, change, deposed, previous_address: moved }): PlannedChange[] => {
      const does = DOES[change.actions] ?? (change.importing || moved !== undefined ? 'move' : undefined);
      return does ? [{ address: deposed ? `${address} (deposed ${deposed})` : address, does }] : [];
    });
