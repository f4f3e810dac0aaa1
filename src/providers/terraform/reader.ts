/** Workspaces as the policy has them; one that is named with its state. */
import { holding } from './busy.ts';
import { backendOnly } from './copy.ts';
import { hiding, withoutKeys } from './effects/hiding.ts';
import type { Workshop } from './planning.ts';
import type { WorkspaceReader, WorkspaceSummary } from './ports.ts';
import type { WorkspaceSettings } from './settings.ts';
import { pullState } from './state.ts';

const MOST_RESOURCES = 100;

export function createReader(
  workspaces: readonly WorkspaceSettings[],
  workshopOf: (name: string) => Workshop,
): WorkspaceReader {
  const summaryOf = ({
    name,
    tool,
    version,
    root,
    module,
    backend,
    environment,
    execute,
  }: WorkspaceSettings): WorkspaceSummary => ({
    workspace: name,
    tool: `${tool} ${version}`,
    module: module === '.' ? root : `${root}/${module}`,
    backend: backend.type,
    environment,
    execute,
  });
  return {
    async workspaces({ name, cursor, limit }) {
      if (name !== undefined) return { items: [await withState(workshopOf(name))] };
      const from =
        cursor === undefined
          ? 0
          : Math.max(
              0,
              workspaces.findIndex((one) => one.name === cursor),
            );
      const next = workspaces[from + limit]?.name;
      return {
        items: workspaces.slice(from, from + limit).map(summaryOf),
        ...(next === undefined ? {} : { cursor: next }),
      };
    },
  };

  async function withState(workshop: Workshop): Promise<WorkspaceSummary> {
    const { serial, lineage, instances, outputs, sensitive } = await holding(
      workshop.folders,
      workshop.processes,
      async () => pullState(await backendOnly(workshop.settings, workshop)),
    );
    const hide = hiding(sensitive);
    const resources = [...instances].map(
      ([address, { tainted }]) => withoutKeys(address, hide) + (tainted ? ' (tainted)' : ''),
    );
    const more = resources.length - MOST_RESOURCES;
    return {
      ...summaryOf(workshop.settings),
      state: { serial, lineage, resources: resources.length, outputs: [...outputs] },
      resources: resources.slice(0, MOST_RESOURCES),
      ...(more > 0 ? { more_resources: more } : {}),
    };
  }
}
