/**
 * The resource provider schemas that cfn-lint (a Python program) carries, where the machine has it: every schema of
 * every region and partition, since a property may be create-only, or there at all, in some of them only.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonSchema, lintShapes } from './lint-shapes.ts';
import type { Mark, Shape } from './shapes.ts';

export interface CfnLint {
  version: string;
  /** How many regions it has schemas of. */
  regions: number;
  /** Type: property paths without `/properties/`, each with what some region's schema says of an update. */
  marks: Map<string, LintMark[]>;
  /** Type: paths that only AWS sets, wherever the type is. */
  readOnly: Map<string, string[]>;
  /** Type: its own properties in any region, without what stands below them. */
  properties: Map<string, string[]>;
  /** Type: the same with what stands below. */
  shapes: Map<string, Shape>;
  /** Type: its schemas, that of us-east-1 first where it has the type. */
  schemas: Map<string, JsonSchema[]>;
}

export interface LintMark {
  path: string[];
  mark: Mark;
  /** Regions whose schemas mark it, and all regions that have the type. */
  regions: number;
  of: number;
}

/** A schema of a type, and how many regions have it. */
interface Variant {
  schema: JsonSchema;
  regions: number;
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
  const { variants, regions } = readVariants(join(folder, 'data', 'schemas'));
  const lint: CfnLint = {
    version,
    regions,
    marks: new Map(),
    readOnly: new Map(),
    properties: new Map(),
    shapes: new Map(),
    schemas: new Map(),
  };
  for (const [type, each] of variants) {
    const schemas = each.map(({ schema }) => schema);
    lint.schemas.set(type, schemas);
    lint.marks.set(type, marksOf(each));
    const [first = [], ...others] = schemas.map(({ readOnlyProperties = [] }) => readOnlyProperties.map(dotted));
    lint.readOnly.set(
      type,
      first.filter((path) => others.every((paths) => paths.includes(path))),
    );
    lint.properties.set(type, [...new Set(schemas.flatMap(({ properties = {} }) => Object.keys(properties)))]);
    lint.shapes.set(type, lintShapes(schemas));
  }
  return lint;
}

/** Each region's module maps type to file; us_east_1 has nearly all and goes first. */
function readVariants(schemas: string): { variants: Map<string, Variant[]>; regions: number } {
  const modules = readdirSync(join(schemas, 'providers')).filter((name) => /^[a-z].*\.py$/.test(name));
  const regionsOf = new Map<string, Map<string, number>>();
  for (const region of ['us_east_1.py', ...modules.filter((name) => name !== 'us_east_1.py').sort()]) {
    const text = readFileSync(join(schemas, 'providers', region), 'utf8');
    for (const [, type = '', file = ''] of text.matchAll(/"(\w+::\w+::[\w:]+)": "([0-9a-f]{16})"/g)) {
      const files = regionsOf.get(type) ?? new Map<string, number>();
      regionsOf.set(type, files.set(file, (files.get(file) ?? 0) + 1));
    }
  }
  const read = (file: string) =>
    JSON.parse(readFileSync(join(schemas, 'resources', `${file}.json`), 'utf8')) as JsonSchema;
  const variants = new Map(
    [...regionsOf].map(([type, files]): [string, Variant[]] => [
      type,
      [...files].map(([file, regions]) => ({ schema: read(file), regions })),
    ]),
  );
  return { variants, regions: modules.length };
}

const split = (pointer: string) => pointer.split('/').slice(2);
const dotted = (pointer: string) => split(pointer).join('.');

function marksOf(variants: readonly Variant[]): LintMark[] {
  const of = variants.reduce((sum, { regions }) => sum + regions, 0);
  const found = new Map<string, LintMark>();
  for (const { schema, regions } of variants)
    for (const [mark, pointers = []] of [
      ['always', schema.createOnlyProperties],
      ['conditional', schema.conditionalCreateOnlyProperties],
    ] as const)
      for (const pointer of new Set(pointers)) {
        const key = `${mark} ${pointer}`;
        found.set(key, { path: split(pointer), mark, of, regions: (found.get(key)?.regions ?? 0) + regions });
      }
  return [...found.values()];
}
