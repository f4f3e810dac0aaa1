/**
 * Reads all of a configuration, the root module and each module that it calls, before anything of it is run.
 *
 * Guarantees: whatever `init`, `plan` and `apply` would read as configuration is read here first, from the same copy;
 * what may run code of whoever wrote it is refused by name, with its file.
 */
import { posix } from 'node:path';
import { CountersignError } from '../../../core/errors.ts';
import { matchesGlob } from '../../../core/glob.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import type { WorkspaceSettings } from '../settings.ts';
import type { Source } from '../source.ts';
import { blocksOf } from './blocks.ts';
import { expressionsIn, filesReadBy } from './functions.ts';
import { type Body, readBodies } from './hcl.ts';
import { leftOutRefusals } from './provider-blocks.ts';
import { type Found, lockRefusals, overrideRefusals, refusalsIn } from './refusals.ts';

const CONFIGURATION = /\.(?:tf|tofu)(?:\.json)?$/;
const LOCK_FILE = '.terraform.lock.hcl';
const MAX_MODULES = 200;
const MAX_TOLD = 5;

type InFile = Found & { file: string };

/**
 * @returns the bodies of the files of each module, by its folder.
 * @throws INPUT_CONFIGURATION_REFUSED with the first refusals, by file.
 */
export async function mustBeReadable(source: Source, settings: WorkspaceSettings): Promise<Map<string, Body[]>> {
  const root = settings.module === '.' ? '' : settings.module;
  const refusals: InFile[] = [];
  const modules = [root];
  const seen = new Set(modules);
  const read = new Map<string, Body[]>();
  for (let module = modules.shift(); module !== undefined; module = modules.shift()) {
    const bodies = await readBodies(configurationIn(source, module));
    read.set(module, [...bodies.values()]);
    if (bodies.size === 0)
      refusals.push({
        file: module || '.',
        what: 'a folder without configuration',
        remedy: 'Name a folder with .tf files.',
      });
    for (const [file, body] of bodies) {
      refusals.push(...refusalsIn(body, settings).map((one) => ({ ...one, file })));
      refusals.push(...overrideRefusals(file, body).map((one) => ({ ...one, file })));
      refusals.push(...fileRefusals(body, { module, root }, source).map((one) => ({ ...one, file })));
      for (const called of callsIn(body, module, settings)) {
        if ('what' in called) refusals.push({ ...called, file });
        else if (!seen.has(called.folder)) {
          seen.add(called.folder);
          modules.push(called.folder);
        }
      }
    }
    if (seen.size > MAX_MODULES)
      refusals.push({ file: module, what: `more than ${MAX_MODULES} modules`, remedy: 'Split the workspace.' });
    if (refusals.length >= MAX_TOLD) break;
  }
  refusals.push(...leftOutRefusals(read, root, settings).map((one) => ({ ...one, file: root || '.' })));
  refusals.push(...(await lockFileRefusals(source, root, settings)));
  if (refusals.length > 0) throw refused(refusals);
  return read;
}

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

const folderOf = (path: string) => (posix.dirname(path) === '.' ? '' : posix.dirname(path));

/** SECURITY: what another decoder would read otherwise is refused. */
function textOf(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused([{ file: path, what: 'bytes that are not UTF-8', remedy: 'Save the file as UTF-8.' }]);
  }
}

/** Override files are among them: they are judged beside what they replace. */
function configurationIn({ files }: Source, module: string): Map<string, string> {
  return new Map(
    [...files]
      .filter(([path]) => folderOf(path) === module && CONFIGURATION.test(path))
      .map(([path, bytes]) => [path, textOf(path, bytes)]),
  );
}

/** The local modules that it calls; any other source is refused, as what is not known before it is fetched. */
function callsIn(body: Body, module: string, { modules }: WorkspaceSettings): (Found | { folder: string })[] {
  return blocksOf(body.module, 1).map(({ labels: [name], body: { source } }) => {
    const what = `the module ${name} from ${typeof source === 'string' ? source : 'a source that is not literal'}`;
    if (typeof source !== 'string' || /[$%]\{/.test(source) || !/^\.\.?(?:\/|$)/.test(source))
      return {
        what,
        remedy: 'Copy the module into the folder of the workspace, and call it by its path (./modules/NAME).',
      };
    const folder = posix.normalize(posix.join(module, source)).replace(/\/$/, '');
    if (folder.startsWith('..')) return { what, remedy: 'Call a module within the folder of the workspace.' };
    const path = folder === '.' ? '' : folder;
    return modules.some((pattern) => matchesGlob(pattern.replace(/^\.\//, ''), path))
      ? { folder: path }
      : { what, remedy: 'The policy owners can allow it for this workspace (modules).' };
  });
}

function fileRefusals(body: Body, at: { module: string; root: string }, { files }: Source): Found[] {
  const remedy = 'Name a file in the folder of the workspace, written out below path.module.';
  return [...expressionsIn(body)].flatMap((text) =>
    filesReadBy(text, at).flatMap(({ function: name, path }): Found[] => {
      if (path === null) return [{ what: `${name}() of a path that is not literal, or is outside`, remedy }];
      if (name !== 'templatefile') return [];
      const template = files.get(path)?.toString('utf8') ?? '';
      return filesReadBy(template, at).map((inner) => ({
        what: `${inner.function}() in the template ${path}`,
        remedy: 'Hand the text to the template as a variable.',
      }));
    }),
  );
}

async function lockFileRefusals({ files }: Source, root: string, settings: WorkspaceSettings): Promise<InFile[]> {
  const file = root === '' ? LOCK_FILE : `${root}/${LOCK_FILE}`;
  const lock = files.get(file);
  if (!lock) return [];
  const body = (await readBodies(new Map([[file, lock.toString('utf8')]]))).get(file)!;
  return lockRefusals(body, settings).map((one) => ({ ...one, file }));
}

export const lockFileOf = ({ files }: Source, { module }: WorkspaceSettings): Buffer =>
  files.get(module === '.' ? LOCK_FILE : `${module}/${LOCK_FILE}`) ?? Buffer.alloc(0);
