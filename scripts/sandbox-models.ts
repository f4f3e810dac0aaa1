/**
 * `npm run sandbox-models [-- FOLDER]`: makes src/sandbox/data/models.json, the limits of the operations that the
 * sandbox simulates. The schemas of the JavaScript SDK name members and types but carry no bounds, patterns or enums;
 * botocore's models (https://pypi.org/project/botocore, Apache-2.0) are the same Smithy models and carry them.
 * FOLDER holds botocore's `__init__.py` and `data/`; without it, the botocore of python3 is read.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { SERVICES } from '../src/sandbox/cloud.ts';
import type { Models, ShapeLimits } from '../src/sandbox/model-limits.ts';

interface BotocoreShape {
  type: string;
  required?: string[];
  members?: Record<string, { shape: string }>;
  member?: { shape: string };
  min?: number;
  max?: number;
  pattern?: string;
  enum?: string[];
}
interface BotocoreModel {
  operations: Record<string, { input?: { shape: string }; output?: { shape: string } }>;
  shapes: Record<string, BotocoreShape>;
}

/** Told by the sandbox itself, from its own table: the list is long and grows every week. */
const LEFT_OUT = new Set(['ec2.InstanceType']);

const folder =
  process.argv[2] ??
  execFileSync('python3', ['-c', 'import botocore; print(botocore.__path__[0])'], { encoding: 'utf8' }).trim();
const version = /__version__ = '([^']+)'/.exec(readFileSync(join(folder, '__init__.py'), 'utf8'))?.[1];

function readModel(service: string): BotocoreModel {
  const newest = readdirSync(join(folder, 'data', service))
    .sort()
    .at(-1)!;
  const file = join(folder, 'data', service, newest, 'service-2.json.gz');
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as BotocoreModel;
}

/** Java's escapes of four digits and more become those of a regular expression with the flag `u`. */
const patternOf = (pattern: string) =>
  pattern.replaceAll(/\\u(10FFFF|10000|[0-9A-Fa-f]{4})/g, (_all, digits: string) => `\\u{${digits}}`);

function limitsOf(service: string, name: string, shape: BotocoreShape): ShapeLimits {
  const { required, min, max, pattern } = shape;
  return {
    ...(required?.length ? { required } : {}),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(pattern === undefined ? {} : { pattern: patternOf(pattern) }),
    ...(shape.enum === undefined || LEFT_OUT.has(`${service}.${name}`) ? {} : { enum: shape.enum }),
  };
}

/** Only shapes that limit something, themselves or below them; a shape that contains itself is followed once. */
function limited(service: string, { shapes }: BotocoreModel, roots: string[]): Record<string, ShapeLimits> {
  const kept: Record<string, ShapeLimits> = {};
  const done = new Map<string, boolean>();
  const visit = (name: string): boolean => {
    const known = done.get(name);
    if (known !== undefined) return known;
    done.set(name, false);
    const shape = shapes[name]!;
    const own = limitsOf(service, name, shape);
    const members = Object.fromEntries(
      Object.entries(shape.members ?? {}).flatMap(([member, { shape: inner }]) =>
        visit(inner) ? [[member, inner]] : [],
      ),
    );
    if (Object.keys(members).length > 0) own.members = members;
    if (shape.member && visit(shape.member.shape)) own.member = shape.member.shape;
    const matters = Object.keys(own).length > 0;
    if (matters) kept[name] = own;
    done.set(name, matters);
    return matters;
  };
  for (const root of roots) visit(root);
  return kept;
}

const services = Object.fromEntries(
  Object.entries(SERVICES).map(([service, { operations }]) => {
    const model = readModel(service);
    const named = Object.keys(operations).map((name) => {
      const { input, output } = model.operations[name]!;
      return [name, { input: input?.shape, output: output?.shape }] as const;
    });
    const shapes = limited(
      service,
      model,
      named.flatMap(([, { input, output }]) => [input ?? [], output ?? []].flat()),
    );
    return [service, { operations: Object.fromEntries(named), shapes }];
  }),
);
writeFileSync(
  'src/sandbox/data/models.json',
  `${JSON.stringify({ source: `botocore ${version}`, services } satisfies Models)}\n`,
);
const count = Object.values(services).map(({ shapes }) => Object.keys(shapes).length);
console.log(`botocore ${version}: ${count.join(' + ')} shapes`);
