/** A workspace as the policy describes it. */
import { CountersignError } from '../../core/errors.ts';
import type { ModuleEntry } from './modules/allowed.ts';

/** Variables of one role: values that are no secrets, and names whose values this process hands on. */
export interface RoleSettings {
  set: Readonly<Record<string, string>>;
  pass: readonly string[];
  /** ARN of the role that they are of, where somebody wrote it. */
  role?: string | undefined;
}
export interface WorkspaceSettings {
  name: string;
  tool: 'terraform' | 'tofu';
  /** Exact. */
  version: string;
  /** Absolute, as `root` and `providerPackages`. */
  binary: string;
  root: string;
  /** Below `root`; `.`: itself. */
  module: string;
  /** Below `module`. */
  variableFiles: readonly string[];
  backend: { type: string; settings: Readonly<Record<string, unknown>> };
  /** By `HOST/NAMESPACE/NAME`. */
  providers: Readonly<Record<string, { hashes: readonly string[] }>>;
  providerPackages?: string | undefined;
  /** By local name: each block whole, as JSON. */
  providerBlocks: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /** Globs below `root`, and sources that are fetched. */
  modules: readonly ModuleEntry[];
  /** File of PEM: of the hosts of modules, in place of those that this machine knows. */
  moduleAuthorities?: string | undefined;
  /** Globs of types. */
  data: readonly string[];
  ephemeral: readonly string[];
  planner: RoleSettings;
  executor: RoleSettings;
  environment: string;
  execute: string;
}

/** @throws INPUT_NOT_FOUND with the names that there are. */
export function unknownWorkspace(name: string, known: readonly string[]): CountersignError {
  return new CountersignError(
    'INPUT_NOT_FOUND',
    `The policy has no workspace ${name}.`,
    known.length > 0 ? `It has: ${known.join(', ')}.` : 'The policy owners can add one (workspaces).',
  );
}
