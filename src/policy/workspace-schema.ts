/** An entry of `workspaces`: one root module with one state, how it is planned and applied, and its scope. */
import { isAbsolute, normalize } from 'node:path';
import { z } from 'zod';
import { environmentSchema } from '../core/environment-schema.ts';
import { isRemotePattern } from '../core/remote-pattern.ts';

const path = z
  .string()
  .max(1_024)
  .refine((text) => isAbsolute(text) && normalize(text) === text, 'write an absolute path without . and ..');
const inner = z
  .string()
  .max(1_024)
  .refine(
    (text) => !isAbsolute(text) && normalize(text) === text && !text.startsWith('..'),
    'write a path below the root, without . and ..',
  );
const variable = z.string().regex(/^[A-Z][A-Z0-9_]{0,127}$/, 'name an environment variable, in capital letters');
const type = z.string().regex(/^[a-z0-9_*]{1,128}$/, 'name a type; * matches any text');
const ADDRESS = 'HOST/NAMESPACE/NAME/PROVIDER, git::https://HOST/PATH or https://HOST/PATH';
const localModule = z
  .string()
  .regex(/^[\w./*-]{1,512}$/, `write a path below the root, or ${ADDRESS}, each host in full; * matches any text`);
const fetchedModule = z
  .string()
  .max(512)
  .regex(/^[\w.:/*@+,=~-]+$/)
  .refine(isRemotePattern, `write ${ADDRESS}, the host in full`);
/** `sha256` is that of the plan that fetched it: over the paths and contents of its files. */
const pinnedModule = z.strictObject({
  source: fetchedModule,
  version: z
    .string()
    .regex(/^ *(?:[=<>!~]{0,2} *\d[\w.-]* *(?:, *(?=\S)|$))+$/, 'write it like ~> 1.2')
    .optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'write 64 hexadecimal digits')
    .optional(),
});
const argument = z.record(z.string(), z.json());
/**
 * Credentials of a role. `set` holds values that are no secrets (a profile, a region); `pass` names variables whose
 * values this process has, and which are handed on.
 */
const role = z.strictObject({
  set: z.record(variable, z.string().max(2_048)).default({}),
  pass: z.array(variable).default([]),
});
const NO_ROLE = { set: {}, pass: [] };
/** `role`: the cloud's own name of the role that these credentials are of: by it `audit reconcile` knows the calls of an apply. */
const executor = role.extend({ role: z.string().min(1).max(2_048).optional() });

export const workspaceSchema = z.strictObject({
  tool: z.enum(['terraform', 'tofu']).default('terraform'),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'write the exact version, like 1.11.4'),
  binary: path,
  /** The folder that is copied for each plan: of a git repository, or a part of it. */
  root: path,
  /** The root module in it. */
  module: inner.default('.'),
  /** Below `module`, beside those that are read anyway. */
  variable_files: z.array(inner).default([]),
  /** Written over whatever backend the configuration names. */
  backend: z.strictObject({
    type: z.string().regex(/^[a-z0-9]{1,32}$/, 'name a backend, like local or http'),
    settings: argument.default({}),
  }),
  environment: environmentSchema.default('production'),
  execute: z.enum(['plan_only', 'by_command', 'by_runner']).default('plan_only'),
  /** Guards that are stricter here: `deny`, or at least so many seats. */
  raise: z.record(z.string(), z.union([z.literal('deny'), z.number().int().min(1).max(9)])).default({}),
  /** Providers beside the built-in one, each with every hash that the lock file may name. */
  providers: z
    .record(
      z.string(),
      z.strictObject({ hashes: z.array(z.string().regex(/^(?:h1|zh):[\w+/=]{20,128}$/, 'write h1:… or zh:…')).min(1) }),
    )
    .default({}),
  /** A folder of provider packages; nothing is downloaded then. */
  provider_packages: path.optional(),
  /** By local name: the blocks that the configuration may have, as JSON, each whole. */
  provider_blocks: z.record(z.string().regex(/^[a-z0-9_-]{1,64}$/), z.array(argument)).default({}),
  /** Modules that may be called: globs of paths below the root, and of addresses that are fetched. */
  modules: z.array(z.union([localModule, fetchedModule, pinnedModule])).default(['*']),
  /** Certificates (PEM) of the hosts that modules are fetched from, in place of those that the machine knows. */
  module_authorities: path.optional(),
  /** Types of data sources that may be read while planning. */
  data: z.array(type).default([]),
  ephemeral: z.array(type).default([]),
  planner: role.default(NO_ROLE),
  executor: executor.default(NO_ROLE),
});
export type WorkspaceEntry = z.infer<typeof workspaceSchema>;

/** By name; a name is what people and agents call it. */
export const workspacesSchema = z.record(
  z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _')
    .refine((name) => !(name in {}), 'this name is reserved'),
  workspaceSchema,
);
