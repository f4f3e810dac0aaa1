/** What no schema can say of workspaces. */
import { canonicalJson } from '../core/digest.ts';
import type { GuardDefinition } from '../core/guard.ts';
import { orMeant } from '../core/nearest.ts';
import type { PolicyFile } from './schema.ts';
import type { WorkspaceEntry } from './workspace-schema.ts';
import type { Report } from './yaml-file.ts';

const PROVIDER = /^[a-z0-9.-]+\/[\w-]+\/[\w-]+$/;

export function validateWorkspaces(
  { workspaces = {} }: PolicyFile,
  guards: readonly GuardDefinition[],
  report: Report,
): void {
  const states = new Map<string, string>();
  for (const [name, entry] of Object.entries(workspaces)) {
    const path = ['workspaces', name];
    validateRaise(entry.raise, guards, path, report);
    for (const role of ['planner', 'executor'] as const) validateVariables(entry[role], [...path, role], report);
    for (const source of Object.keys(entry.providers))
      if (!PROVIDER.test(source))
        report([...path, 'providers', source], 'name a provider with its registry: HOST/NAMESPACE/NAME');
    // Two names for one state would be two locks.
    const state = canonicalJson(entry.backend);
    const other = states.get(state);
    if (other !== undefined) report([...path, 'backend'], `this state is already the one of ${other}`);
    states.set(state, name);
    const { path: file } = entry.backend.settings;
    if (entry.backend.type === 'local' && !(typeof file === 'string' && file.startsWith('/')))
      report([...path, 'backend', 'settings'], 'name the file of the state with an absolute path: path');
  }
}

/** What decides where the program looks for its configuration, its state or its parts is Countersign's to set. */
const OWN = /^(?:TF_(?!HTTP_|TOKEN_)\w*|TOFU_\w*|HOME|PATH|CHECKPOINT_DISABLE|LD_\w+|DYLD_\w+)$/;

function validateVariables({ set, pass }: WorkspaceEntry['planner'], path: PropertyKey[], report: Report): void {
  const names: [string, PropertyKey[]][] = [
    ...Object.keys(set).map((name): [string, PropertyKey[]] => [name, ['set', name]]),
    ...pass.map((name, index): [string, PropertyKey[]] => [name, ['pass', index]]),
  ];
  for (const [name, at] of names)
    if (OWN.test(name))
      report([...path, ...at], `${name} cannot be set: it decides what is run, and Countersign sets it`);
  for (const [index, name] of pass.entries())
    if (Object.hasOwn(set, name)) report([...path, 'pass', index], `${name} is already in set`);
}

export function validateRaise(
  raise: Record<string, unknown>,
  guards: readonly GuardDefinition[],
  path: PropertyKey[],
  report: Report,
): void {
  const names = guards.map(({ name }) => name);
  for (const name of Object.keys(raise))
    if (!names.includes(name)) report([...path, 'raise', name], `there is no guard ${name}${orMeant(name, names)}`);
}
