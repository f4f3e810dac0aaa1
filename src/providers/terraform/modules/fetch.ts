/**
 * Fetches modules from registries, git and archives, for one plan.
 *
 * Guarantees: only what the policy lists is contacted; all of one plan together is bounded in time, number and size; a
 * module whose files are not those that the policy pins is not returned.
 */
import { readFileSync } from 'node:fs';
import { sha256Hex } from '../../../core/digest.ts';
import { CountersignError } from '../../../core/errors.ts';
import type { WorkspaceSettings } from '../settings.ts';
import { type ModuleRecord, sha256OfFiles } from '../source.ts';
import type { Archive, Git, Remote } from './address.ts';
import { allows, allowsUrl, unlikePolicy } from './allowed.ts';
import { fetchCommit } from './git-fetch.ts';
import { moduleRefused } from './refused.ts';
import { locate } from './registry.ts';
import { entriesOfTar, gunzipped, TarRefused } from './tar.ts';
import { type Entry, filesOf, MAX_BYTES, MAX_FILES } from './unpack.ts';
import { type Web, webOf } from './web.ts';
import { readZip, ZipRefused } from './zip.ts';

export interface Fetched extends Omit<ModuleRecord, 'key' | 'source'> {
  /** Of the whole package, below it. */
  files: ReadonlyMap<string, Buffer>;
  /** The module in it; empty: itself. */
  folder: string;
}
export interface Call {
  key: string;
  address: Remote;
  /** The `version` argument; empty: any. */
  version: string;
}
/** Where the files of called modules come from. */
export interface Modules {
  /** @throws INPUT_CONFIGURATION_REFUSED, WORKSPACE_MODULE_UNREACHABLE. */
  get(call: Call): Promise<Fetched>;
}

/** Of all modules of one plan. */
const BOUNDS = { seconds: 180, packages: 100, bytes: 256 * 1024 * 1024 };

/** @param scratch a folder of ours. */
export function fetchedModules(
  { modules: entries, moduleAuthorities: authoritiesFile }: Pick<WorkspaceSettings, 'modules' | 'moduleAuthorities'>,
  scratch: string,
  bounds = BOUNDS,
): Modules {
  const signal = AbortSignal.timeout(bounds.seconds * 1000);
  const packages = new Map<string, Promise<Fetched>>();
  let bytes = 0;
  let web: Web | undefined;
  const webHere = () => {
    web ??= webOf({
      authorities: authoritiesFile === undefined ? undefined : authoritiesIn(authoritiesFile),
      allowsUrl: (url) => allowsUrl(entries, url),
      signal,
    });
    return web;
  };
  const options = { scratch, authoritiesFile, signal };

  async function fetched({ address, version: wanted }: Call): Promise<Fetched> {
    const located =
      address.kind === 'registry' ? await locate(address, wanted, { web: webHere(), entries }) : undefined;
    const at = located?.at ?? (address as Git | Archive);
    const { files, commit } =
      at.kind === 'git' ? await fetchCommit(at, options) : { files: await archived(at, webHere()), commit: undefined };
    for (const content of files.values()) bytes += content.length;
    if (bytes > bounds.bytes)
      throw moduleRefused(
        `The modules of this workspace have more than ${bounds.bytes} bytes`,
        'Call fewer or smaller modules.',
      );
    const sha256 = sha256OfFiles(files);
    for (const one of [address, at]) {
      const unlike = unlikePolicy(entries, one, { version: located?.version, sha256 });
      if (unlike !== undefined)
        throw moduleRefused(
          `${address.text} has ${unlike}`,
          'Use the one that the policy lists, or ask its owners to list this one (modules).',
        );
    }
    return {
      files,
      folder: at === address ? '' : at.folder,
      ...(located === undefined ? {} : { version: located.version, from: at.text }),
      ...(commit === undefined ? {} : { commit }),
      sha256,
    };
  }

  return {
    async get(call) {
      const { address, version } = call;
      if (!allows(entries, address)) throw new Error(`not checked before: ${address.text}`);
      const name = JSON.stringify([
        address.pattern,
        address.kind === 'registry'
          ? version
          : address.kind === 'git'
            ? (address.ref ?? null)
            : [address.url, address.sha256],
      ]);
      const known = packages.get(name);
      if (!known && packages.size >= bounds.packages)
        throw moduleRefused(`More than ${bounds.packages} modules are to be fetched`, 'Call fewer modules.');
      const found = known ?? fetched(call);
      packages.set(name, found);
      const whole = await found;
      return { ...whole, folder: [whole.folder, address.folder].filter(Boolean).join('/') };
    },
  };
}

function authoritiesIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CountersignError('CONFIG_INVALID', `${file} cannot be read.`, {
      agent: 'Tell the user: the policy names this file as the certificates of the hosts of modules.',
      person: 'Put the certificates there (PEM), or change module_authorities in the policy.',
    });
  }
}

async function archived(at: Archive, web: Web): Promise<Map<string, Buffer>> {
  const { status, body } = await web.get(new URL(at.url), MAX_BYTES);
  if (status !== 200) throw moduleRefused(`${at.pattern} was answered with ${status}`, 'Name a module that is there.');
  if (at.sha256 !== undefined && sha256Hex(body) !== at.sha256)
    throw moduleRefused(`${at.pattern} has the SHA-256 ${sha256Hex(body)}`, 'Its source names another checksum.');
  try {
    const entries = at.format === 'zip' ? zipped(body) : entriesOfTar(gunzipped(body, 2 * MAX_BYTES));
    return filesOf(entries, at.pattern);
  } catch (error) {
    if (!(error instanceof ZipRefused || error instanceof TarRefused)) throw error;
    throw moduleRefused(`${at.pattern}: ${error.message}`, 'Pack the module again, with a current zip or tar.');
  }
}

const LINK = 0o120000;
const KIND = 0o170000;

const zipped = (body: Buffer): Entry[] =>
  readZip(body, { maxBytes: MAX_BYTES, maxEntries: MAX_FILES }).map(({ name, content, mode }) => ({
    path: name,
    kind: name.endsWith('/') ? 'folder' : (mode & KIND) === LINK ? 'link' : 'file',
    content,
    target: content.toString('utf8'),
  }));
