/**
 * Reads all of a configuration, the root module and each module that it calls, before anything of it is run.
 *
 * Guarantees: whatever `init`, `plan` and `apply` would read as configuration is read here first, from the same copy;
 * what may run code of whoever wrote it is refused by name, with its file. Modules are had level by level: those of one
 * level only when all of the levels above were read and nothing was refused.
 */
import { posix } from 'node:path';
import { CountersignError } from '../../../core/errors.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import type { Call, Modules } from '../modules/fetch.ts';
import { fileOfManifest, folderOfPackage, type Installed, isInstalled, manifestText } from '../modules/manifest.ts';
import type { WorkspaceSettings } from '../settings.ts';
import type { ModuleRecord, Source } from '../source.ts';
import { type Called, callsIn, type Place } from './calls.ts';
import { expressionsIn, filesReadBy } from './functions.ts';
import { type Body, readBodies } from './hcl.ts';
import { leftOutRefusals } from './provider-blocks.ts';
import { type Found, lockRefusals, overrideRefusals, refusalsIn } from './refusals.ts';

const CONFIGURATION = /\.(?:tf|tofu)(?:\.json)?$/;
const LOCK_FILE = '.terraform.lock.hcl';
const MOST_CALLS = 1_000;
const MOST_LEVELS = 20;
const MAX_TOLD = 5;

type InFile = Found & { file: string };

/** A call of a module, from the root on. */
interface Module extends Place {
  key: string;
  source: string;
  version: string | undefined;
  /** How people know the package that it is in; empty: the workspace's own files. */
  package: string;
  /** What it is, and what called it: none of them may be called again below. */
  trail: readonly string[];
}

export interface Read {
  /** With the modules that were fetched, and what tells Terraform where each is. */
  source: Source;
  /** Of the files of each module, by its key. */
  bodies: ReadonlyMap<string, readonly Body[]>;
}

const NOWHERE: Modules = {
  get: ({ address }) =>
    Promise.reject(refused([{ file: '.', what: address.text, remedy: 'Copy it into the folder.' }])),
};

/** @throws INPUT_CONFIGURATION_REFUSED with the first refusals, by file; and what `modules` throws. */
export async function mustBeReadable(
  source: Source,
  settings: WorkspaceSettings,
  modules: Modules = NOWHERE,
): Promise<Read> {
  const root = settings.module === '.' ? '' : settings.module;
  const copy = copyOf(source);
  const bodies = new Map<string, readonly Body[]>();
  const records: ModuleRecord[] = [];
  const installed: Installed[] = [];
  const reader = readerOf(copy, settings, root);
  let level: Module[] = [
    { key: '', source: '', version: undefined, folder: root, top: '', package: '', trail: [root] },
  ];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_LEVELS) throw tooMany(`modules in more than ${MOST_LEVELS} levels`);
    const refusals = depth === 0 ? await lockFileRefusals(copy.files, root, settings) : [];
    const next: { by: Module; one: Called }[] = [];
    for (const module of level) {
      const read = await reader(module);
      bodies.set(module.key, [...read.bodies.values()]);
      installed.push(module);
      refusals.push(...read.refusals);
      next.push(...read.called.map((one) => ({ by: module, one })));
      if (refusals.length >= MAX_TOLD) break;
    }
    refusals.push(...leftOutRefusals(bodies, '', settings).map((one) => ({ ...one, file: root || '.' })));
    if (refusals.length > 0) throw refused(refusals);
    if (installed.length + next.length > MOST_CALLS) throw tooMany(`more than ${MOST_CALLS} calls of modules`);
    level = next.map(({ by, one }) => calledBy(by, one, root));
    for (const [index, { one }] of next.entries())
      if (one.kind === 'remote') level[index] = await had(level[index]!, one, { modules, copy, records });
  }
  if (installed.length > 1) copy.add(fileOfManifest(root), Buffer.from(manifestText(installed, root)));
  return { source: { ...source, files: copy.files, modules: records }, bodies };
}

const tooMany = (what: string) => refused([{ file: '.', what, remedy: 'Split the workspace.' }]);

/** @throws INPUT_CONFIGURATION_REFUSED where it would call itself. */
function calledBy(by: Module, one: Called, root: string): Module {
  const key = by.key === '' ? one.name : `${by.key}.${one.name}`;
  const isLocal = one.kind === 'local';
  const id = isLocal ? `${by.package}//${one.folder}` : `${one.address.text} ${one.version}`;
  // Below its own package a folder has another path, and is the same.
  const is = isLocal && by.top !== '' ? `${by.package}//${one.folder.slice(by.top.length)}` : id;
  if (by.trail.includes(is))
    throw refused([{ file: nameOf(by), what: `the module ${key} calls itself`, remedy: 'Remove the call.' }]);
  const at = isLocal
    ? { folder: one.folder, top: by.top, package: by.package }
    : installedAs(key, one.address.text, root);
  return { key, source: isLocal ? one.text : one.address.text, version: undefined, trail: [...by.trail, is], ...at };
}

const installedAs = (key: string, text: string, root: string) => {
  const top = folderOfPackage(root, key);
  return { folder: top, top, package: text };
};

async function had(
  module: Module,
  { address, version }: Pick<Call, 'address' | 'version'>,
  { modules, copy, records }: { modules: Modules; copy: Copy; records: ModuleRecord[] },
): Promise<Module> {
  const { files, folder, ...found } = await modules.get({ key: module.key, address, version });
  for (const [path, bytes] of files) copy.add(posix.join(module.top, path), bytes);
  records.push({ key: module.key, source: address.text, ...found });
  return {
    ...module,
    version: found.version,
    folder: folder === '' ? module.top : posix.join(module.top, folder),
    package: `${address.text}${found.version === undefined ? '' : ` ${found.version}`}`,
  };
}

interface Copy {
  files: ReadonlyMap<string, Buffer>;
  add(path: string, bytes: Buffer): void;
  /** Configuration files in a folder. */
  configurationIn(folder: string): [path: string, bytes: Buffer][];
}

const MAX_FILES = 50_000;

/** Of the workspace's own files: what is installed is added as it is had. */
function copyOf(source: Source): Copy {
  const files = new Map<string, Buffer>();
  const byFolder = new Map<string, [string, Buffer][]>();
  const add = (path: string, bytes: Buffer) => {
    files.set(path, bytes);
    if (files.size > MAX_FILES) throw tooMany(`more than ${MAX_FILES} files, with those of its modules`);
    if (!CONFIGURATION.test(path)) return;
    const folder = posix.dirname(path) === '.' ? '' : posix.dirname(path);
    const known = byFolder.get(folder);
    if (known) known.push([path, bytes]);
    else byFolder.set(folder, [[path, bytes]]);
  };
  for (const [path, bytes] of source.files) if (!isInstalled(path)) add(path, bytes);
  return { files, add, configurationIn: (folder) => byFolder.get(folder) ?? [] };
}

interface ReadModule {
  bodies: ReadonlyMap<string, Body>;
  called: Called[];
  refusals: InFile[];
}

/** Each folder is read once, however often it is called. */
function readerOf(copy: Copy, settings: WorkspaceSettings, root: string): (module: Module) => Promise<ReadModule> {
  const known = new Map<string, ReadModule>();
  return async (module) => {
    const before = known.get(module.folder);
    if (before) return { ...before, refusals: [] };
    const texts = copy
      .configurationIn(module.folder)
      .map(([path, bytes]): [string, string] => [path, textOf(path, bytes)]);
    const bodies = await readBodies(new Map(texts));
    const { called, refusals } = callsIn(bodies, module, settings);
    const own = [...bodies].flatMap(([file, body]): InFile[] =>
      [
        ...refusalsIn(body, settings),
        ...overrideRefusals(file, body),
        ...fileRefusals(body, { ...module, root }, copy.files),
      ].map((one) => ({
        ...one,
        file,
      })),
    );
    if (bodies.size === 0)
      own.push({
        file: module.folder || '.',
        what: 'a folder without configuration',
        remedy: 'Name a folder with .tf files.',
      });
    const named = [...own, ...refusals].map((one) => ({ ...one, file: fileIn(module, one.file) }));
    const read = { bodies, called, refusals: named };
    known.set(module.folder, read);
    return read;
  };
}

const nameOf = (module: Module): string =>
  module.top === '' ? module.folder || '.' : `module.${module.key} (${module.package})`;
const fileIn = (module: Module, file: string): string =>
  module.top === '' ? file : `${nameOf(module)} ${file.slice(module.top.length + 1)}`;

function refused(refusals: readonly InFile[]): CountersignError {
  const told = refusals.slice(0, MAX_TOLD).map(({ file, what }) => `${file}: ${what}`);
  const more = refusals.length > MAX_TOLD ? ' There are more.' : '';
  const remedies = [...new Set(refusals.slice(0, MAX_TOLD).map(({ remedy }) => remedy))];
  return new CountersignError(
    'INPUT_CONFIGURATION_REFUSED',
    makeVisibleLine(`The configuration is not planned: ${told.join('; ')}.${more}`, 1_200),
    makeVisibleLine(remedies.join(' '), 600),
  );
}

/** SECURITY: what another decoder would read otherwise is refused. */
function textOf(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused([{ file: path, what: 'bytes that are not UTF-8', remedy: 'Save the file as UTF-8.' }]);
  }
}

/** SECURITY: a module that was fetched reads its own files alone, and no other reads what is fetched after it. */
const mayRead = (path: string, top: string): boolean => (top === '' ? !isInstalled(path) : path.startsWith(`${top}/`));

function fileRefusals(body: Body, at: Place & { root: string }, files: ReadonlyMap<string, Buffer>): Found[] {
  const remedy = 'Name a file in the folder of the workspace, written out below path.module.';
  const base = { module: at.folder, root: at.root };
  return [...expressionsIn(body)].flatMap((text) =>
    filesReadBy(text, base).flatMap(({ function: name, path }): Found[] => {
      if (path === null || !mayRead(path, at.top))
        return [{ what: `${name}() of a path that is not literal, or is outside`, remedy }];
      if (name !== 'templatefile') return [];
      const template = files.get(path);
      if (!template) return [{ what: `${name}() of ${path}, which is not there`, remedy }];
      return filesReadBy(template.toString('utf8'), base).map((inner) => ({
        what: `${inner.function}() in the template ${path}`,
        remedy: 'Hand the text to the template as a variable.',
      }));
    }),
  );
}

async function lockFileRefusals(
  files: ReadonlyMap<string, Buffer>,
  root: string,
  settings: WorkspaceSettings,
): Promise<InFile[]> {
  const file = root === '' ? LOCK_FILE : `${root}/${LOCK_FILE}`;
  const lock = files.get(file);
  if (!lock) return [];
  const body = (await readBodies(new Map([[file, lock.toString('utf8')]]))).get(file)!;
  return lockRefusals(body, settings).map((one) => ({ ...one, file }));
}

export const lockFileOf = ({ files }: Source, { module }: WorkspaceSettings): Buffer =>
  files.get(module === '.' ? LOCK_FILE : `${module}/${LOCK_FILE}`) ?? Buffer.alloc(0);
