/** The modules that a module calls: where each comes from, and whether the policy lists it. Pure. */
import { posix } from 'node:path';
import { addressOf, type Remote } from '../modules/address.ts';
import { allows, allowsPath } from '../modules/allowed.ts';
import { isInstalled, localText } from '../modules/manifest.ts';
import type { WorkspaceSettings } from '../settings.ts';
import { blocksOf } from './blocks.ts';
import type { Body } from './hcl.ts';
import type { Found } from './refusals.ts';

/** Of a module in the copy: its folder, and that of the package that it came with (empty: the workspace's own files). */
export interface Place {
  folder: string;
  top: string;
}
export type Called =
  | { kind: 'local'; name: string; folder: string; text: string }
  | { kind: 'remote'; name: string; address: Remote; version: string };

const NAME = /^[\p{L}_][\p{L}\p{N}_-]{0,127}$/u;

/**
 * Blocks of one name are one call: an override may change its arguments, not where it comes from.
 *
 * @param bodies of all files of the module, by path.
 */
export function callsIn(
  bodies: ReadonlyMap<string, Body>,
  place: Place,
  settings: WorkspaceSettings,
): { called: Called[]; refusals: (Found & { file: string })[] } {
  const called: Called[] = [];
  const refusals: (Found & { file: string })[] = [];
  const sources = new Map<string, unknown>();
  const versions = new Map<string, unknown>();
  const blocks = [...bodies].flatMap(([file, body]) =>
    blocksOf(body.module, 1).map(({ labels: [name = ''], body: { source, version } }) => ({
      file,
      name,
      source,
      version,
    })),
  );
  for (const { name, version } of blocks) if (version !== undefined) versions.set(name, version);
  for (const { file, name, source, version } of blocks) {
    const refuse = (remedy: string) => refusals.push({ file, what: what(name, source), remedy });
    const isOther = version !== undefined && versions.get(name) !== version;
    if (sources.has(name) && ((source !== undefined && sources.get(name) !== source) || isOther))
      refuse('Write the source and version of a module once: an override cannot change where it comes from.');
    if (sources.has(name) || source === undefined) continue;
    sources.set(name, source);
    const one = callOf({ name, source, version: versions.get(name) }, place, settings);
    if ('remedy' in one) refuse(one.remedy);
    else called.push(one);
  }
  return { called, refusals };
}

/** SECURITY: a user or token in an address is told to nobody. */
const what = (name: string, source: unknown) =>
  `the module ${name} from ${typeof source === 'string' ? source.replace(/(?<=\/\/)[^/@]*@/, '****@') : 'a source that is not literal'}`;

const isWrittenOut = (value: unknown): value is string => typeof value === 'string' && !/[$%]\{/.test(value);

const ASK = 'The policy owners can allow it for this workspace';

function callOf(
  { name, source, version = '' }: { name: string; source: unknown; version: unknown },
  { folder, top }: Place,
  { tool, modules }: WorkspaceSettings,
): Called | { remedy: string } {
  if (!isWrittenOut(source))
    return { remedy: 'Write the source out, or copy the module into the folder of the workspace.' };
  if (!NAME.test(name)) return { remedy: 'Name the module with letters, digits, - and _.' };
  const address = addressOf(source, tool);
  if (address.kind === 'refused') return { remedy: address.remedy };
  if (address.kind === 'local') {
    const path = posix.normalize(posix.join(folder, source)).replace(/\/$/, '').replace(/^\.$/, '');
    const isWithin = top === '' ? !/^(?:\.\.|\/)/.test(path) && !isInstalled(path) : `${path}/`.startsWith(`${top}/`);
    if (!isWithin)
      return {
        remedy: `Call a module within the folder of the ${top === '' ? 'workspace' : 'module that was fetched'}.`,
      };
    // What came with a module was allowed with it.
    if (top === '' && !allowsPath(modules, path)) return { remedy: `${ASK} (modules).` };
    return { kind: 'local', name, folder: path, text: localText(source) };
  }
  if (!allows(modules, address)) return { remedy: `${ASK} (modules: [${address.pattern}]).` };
  if (!isWrittenOut(version)) return { remedy: 'Write its version out.' };
  return { kind: 'remote', name, address, version };
}
