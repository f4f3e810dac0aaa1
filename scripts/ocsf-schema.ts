/**
 * `node scripts/ocsf-schema.ts CHECKOUT`: what test/ocsf validates against, out of a clone of the OCSF schema's own
 * repository (Apache-2.0): of the classes and objects that the export uses, names, types, requirements, enumerations and
 * constraints, at the version that the export says. No descriptions, no profiles.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { OCSF_VERSION } from '../src/ocsf/event.ts';

const [checkout = ''] = process.argv.slice(2);
const CLASSES = [
  'base_event',
  'application/api_activity',
  'application/application_lifecycle',
  'iam/entity_management',
];
const OBJECTS = [
  'metadata',
  'product',
  'actor',
  'user',
  'api',
  'service',
  'response',
  'network_endpoint',
  'managed_entity',
  'policy',
];

interface Attribute {
  requirement?: string;
  enum?: Record<string, { caption: string }>;
  type?: string;
  is_array?: boolean;
  sibling?: string;
}
interface Source {
  name: string;
  uid?: number;
  category?: string;
  extends?: string;
  attributes: Record<string, Attribute | string[]>;
  constraints?: unknown;
}
const read = (path: string) =>
  JSON.parse(execFileSync('git', ['-C', checkout, 'show', `${OCSF_VERSION}:${path}.json`], { encoding: 'utf8' }));

const dictionary = read('dictionary') as {
  attributes: Record<string, Attribute>;
  types: { attributes: Record<string, { type?: string }> };
};
const categories = read('categories').attributes as Record<string, { uid: number }>;
/** Each class has one value of these, its own: from its number and category. */
const OF_THE_CLASS = ['category_uid', 'class_uid', 'type_uid'];
const plainType = (type = 'string_t'): string => {
  const base = dictionary.types.attributes[type]?.type;
  return base === undefined ? type : plainType(base);
};

/** With what it extends, the nearer word first. */
function lineage(path: string, folders: readonly string[]): Source[] {
  const found = folders.map((folder) => `${folder}/${path}`).find((one) => exists(one));
  if (!found) throw new Error(`There is no ${path} in ${folders.join(', ')}.`);
  const source = read(found) as Source;
  return source.extends === undefined ? [source] : [source, ...lineage(source.extends, folders)];
}
function exists(path: string): boolean {
  try {
    execFileSync('git', ['-C', checkout, 'cat-file', '-e', `${OCSF_VERSION}:${path}.json`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function attributesOf(sources: readonly Source[]) {
  const names = new Set(
    sources.flatMap(({ attributes }) => Object.keys(attributes)).filter((name) => name !== '$include'),
  );
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const said = sources.flatMap(({ attributes }) => (attributes[name] ? [attributes[name] as Attribute] : []));
      const defined = dictionary.attributes[name]!;
      const values = Object.assign({}, ...[defined, ...said.toReversed()].map((one) => one.enum ?? {}));
      return [
        name,
        {
          type: plainType(defined.type),
          requirement: said.find(({ requirement }) => requirement !== undefined)?.requirement ?? 'optional',
          ...(defined.is_array ? { isArray: true } : {}),
          ...(Object.keys(values).length > 0 && !OF_THE_CLASS.includes(name)
            ? {
                enum: Object.fromEntries(
                  Object.entries(values as NonNullable<Attribute['enum']>).map(([id, { caption }]) => [id, caption]),
                ),
              }
            : {}),
        },
      ];
    }),
  );
}
const constraintsOf = (sources: readonly Source[]) => sources.find(({ constraints }) => constraints)?.constraints;

const classes = CLASSES.map((path) => {
  const sources = lineage(path, ['events', 'events/application', 'events/iam']);
  const category = sources.find((one) => one.category !== undefined)?.category ?? '';
  const categoryUid = categories[category]?.uid ?? 0;
  const uid = sources[0]!.uid === undefined ? 0 : categoryUid * 1_000 + sources[0]!.uid;
  return [
    String(uid),
    { name: sources[0]!.name, categoryUid, attributes: attributesOf(sources), constraints: constraintsOf(sources) },
  ];
});
const objects = OBJECTS.map((name) => {
  const sources = lineage(name, ['objects']);
  return [name, { attributes: attributesOf(sources), constraints: constraintsOf(sources) }];
});
const about = {
  from: 'The Open Cybersecurity Schema Framework (github.com/ocsf/ocsf-schema), an extract by scripts/ocsf-schema.ts',
  copyright: 'Copyright © OCSF a Series of LF Projects, LLC',
  license: 'Apache-2.0',
  version: OCSF_VERSION,
};
const text = JSON.stringify(
  { about, classes: Object.fromEntries(classes), objects: Object.fromEntries(objects) },
  null,
  2,
);
writeFileSync(new URL('../test/ocsf/schema.json', import.meta.url), `${text}\n`);
