/** The resource provider schemas that cfn-lint (a Python program) carries, where the machine has it. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mark } from './shapes.ts';

export interface CfnLint {
  version: string;
  /** Type: property paths without `/properties/`, each with what the schema says of an update. */
  marks: Map<string, { path: string[]; mark: Mark }[]>;
  /** Type: paths that only AWS sets. */
  readOnly: Map<string, string[]>;
  /** Type: its own properties, without what stands below them. */
  properties: Map<string, string[]>;
}

interface Schema {
  properties?: Record<string, unknown>;
  createOnlyProperties?: string[];
  conditionalCreateOnlyProperties?: string[];
  readOnlyProperties?: string[];
}

/** `undefined` where python3 has no cfn-lint. */
export function readCfnLint(): CfnLint | undefined {
  let told: string;
  try {
    const ask = 'import cfnlint, importlib.metadata as m; print(cfnlint.__path__[0]); print(m.version("cfn-lint"))';
    told = execFileSync('python3', ['-c', ask], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
  const [folder = '', version = ''] = told.trim().split('\n');
  const schemas = join(folder, 'data', 'schemas');
  // Each region's module maps type to file; us_east_1 has nearly all and goes first.
  const regions = readdirSync(join(schemas, 'providers')).filter((name) => /^[a-z].*\.py$/.test(name));
  const files = new Map<string, string>();
  for (const region of ['us_east_1.py', ...regions.sort()]) {
    const text = readFileSync(join(schemas, 'providers', region), 'utf8');
    for (const [, type, hash] of text.matchAll(/"(\w+::\w+::[\w:]+)": "([0-9a-f]{16})"/g))
      if (!files.has(type!)) files.set(type!, hash!);
  }
  const marks: CfnLint['marks'] = new Map();
  const readOnly: CfnLint['readOnly'] = new Map();
  const properties: CfnLint['properties'] = new Map();
  const split = (pointer: string) => pointer.split('/').slice(2);
  for (const [type, hash] of files) {
    const schema = JSON.parse(readFileSync(join(schemas, 'resources', `${hash}.json`), 'utf8')) as Schema;
    marks.set(type, [
      ...(schema.createOnlyProperties ?? []).map((path) => ({ path: split(path), mark: 'always' as const })),
      ...(schema.conditionalCreateOnlyProperties ?? []).map((path) => ({
        path: split(path),
        mark: 'conditional' as const,
      })),
    ]);
    readOnly.set(
      type,
      (schema.readOnlyProperties ?? []).map((path) => split(path).join('.')),
    );
    properties.set(type, Object.keys(schema.properties ?? {}));
  }
  return { version, marks, readOnly, properties };
}
