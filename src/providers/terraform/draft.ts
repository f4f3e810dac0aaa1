/** A plan of a workspace, as the pipeline seals it; and the same computed again from what was kept. */
import { writeFileSync } from 'node:fs';
import type { Json } from '../../core/digest.ts';
import type { Plan, PlanDraft } from '../../core/plan.ts';
import { tagsFor } from '../aws/picture/mask.ts';
import { directoryOf } from './copy.ts';
import { bodiesIn, describePlan, type TerraformPlan } from './effects/index.ts';
import { applyCall, keptSource, type Made, mustBeKept, planWorkspace, type Workshop } from './planning.ts';
import { type Request, requestSchema } from './request.ts';
import { PLACE } from './rules.ts';
import { digestOfSource, readSource, type Source } from './source.ts';

interface About {
  secretKey: string;
  planNonce: string;
  actor: PlanDraft['actor'];
}

export async function draftOf(request: Request, workshop: Workshop, about: About): Promise<PlanDraft> {
  const source = await readSource(workshop.settings.root, request.ref);
  const made = await planWorkspace(source, workshop, true);
  const kept = workshop.folders.plan(made.digest);
  writeFileSync(kept.changes, JSON.stringify(changesOf(made.plan)), { mode: 0o600 });
  writeFileSync(kept.sensitive, JSON.stringify([...made.plan.sensitive]), { mode: 0o600 });
  return drafted({ made, source, request }, workshop, about);
}

/**
 * INVARIANT: what comes out names the signed plan file only if that file is still the signed one, and if a new plan of
 * the same copy, of the state as it is now, does the same.
 */
export async function draftAgain(signed: Plan, workshop: Workshop, about: About): Promise<PlanDraft> {
  const request = requestSchema.parse(signed.recipe.input);
  const digest = String(signed.calls[0]?.input.plan);
  mustBeKept(digest, workshop.folders);
  const { configuration } = signed.observed as { configuration?: { commit?: string | null } };
  const source = keptSource(digest, workshop.folders, configuration?.commit ?? null);
  const made = await planWorkspace(source, workshop, false);
  return drafted({ made: { ...made, digest }, source, request }, workshop, about);
}

interface Planned {
  made: Made;
  source: Source;
  request: Request;
}

function drafted({ made, source, request }: Planned, workshop: Workshop, about: About): PlanDraft {
  const { settings } = workshop;
  const keyed = tagsFor(about.secretKey, about.planNonce);
  const bodyOf = bodiesIn(made.bodies, settings.module);
  const described = describePlan(made.plan, {
    workspace: settings.name,
    keyed,
    bodyOf,
    directory: directoryOf(workshop.folders, settings),
  });
  const changesNothing = described.effects.length === 0;
  const { state } = made;
  return {
    ...described,
    target: { kind: 'workspace', ...PLACE, name: settings.name, ids: [settings.name] },
    calls: changesNothing ? [] : [applyCall({ digest: made.digest, state, source }, workshop, PLACE)],
    actor: about.actor,
    observed: {
      state: { digest: state.digest, lineage: state.lineage, serial: state.serial },
      configuration: { digest: digestOfSource(source), commit: source.commit },
      workspace: { backend: settings.backend.type, version: `${settings.tool} ${settings.version}` },
    },
    dryRun: { kind: changesNothing ? 'no_change' : 'dry_run', succeeded: true },
    recipe: { planner: 'workspace', input: request as Json },
  };
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
