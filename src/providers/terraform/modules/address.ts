/**
 * Where a module comes from, as its `source` says. Pure.
 *
 * Guarantees: what is not written in one of these forms, to the letter, is refused by name: a text that another reader
 * could take for another address never counts. `text` is what Terraform writes of it (1.11.4, `modules.json`).
 */

export interface Local {
  kind: 'local';
  /** As it is written. */
  path: string;
}
export interface Registry {
  kind: 'registry';
  host: string;
  /** `NAMESPACE/NAME/PROVIDER`. */
  name: string;
  /** What the policy's patterns are held against: without folder and query. */
  pattern: string;
  folder: string;
  text: string;
}
export interface Git {
  kind: 'git';
  url: string;
  /** undefined: the branch that the repository names itself. */
  ref: string | undefined;
  pattern: string;
  folder: string;
  text: string;
}
export interface Archive {
  kind: 'archive';
  url: string;
  format: 'zip' | 'tar.gz';
  sha256: string | undefined;
  pattern: string;
  folder: string;
  text: string;
}
export type Remote = Registry | Git | Archive;
export interface Refused {
  kind: 'refused';
  remedy: string;
}

const FOLDER = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;
const QUERY = /^[\w.~%&=:+/,@!$'()*;-]*$/;
const REF = /^\w[\w./+-]{0,199}$/;
const NAME = '[0-9A-Za-z](?:[\\w-]{0,62}[0-9A-Za-z])?';
const HOST = '[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::\\d{1,5})?';
const REGISTRY = new RegExp(`^(?:(${HOST})/)?(${NAME}/${NAME}/[0-9a-z]{1,64})$`);

const refused = (remedy: string): Refused => ({ kind: 'refused', remedy });
const BY_GIT = 'Write it as git::https://HOST/PATH.git//FOLDER?ref=VERSION.';
const COPY = 'Copy the module into the folder of the workspace, and call it by its path (./modules/NAME).';

/** What cannot be fetched honestly without credentials, or not at all. */
const NEVER: readonly [form: RegExp, remedy: string][] = [
  [/[$%]\{/, `Write the source out. ${COPY}`],
  [/^(?:git::)?ssh:|^git::[^/]*@|^[^/:]+@|^git::git:/, `Modules are fetched without keys. ${BY_GIT} ${COPY}`],
  [
    /^(?:s3|gcs)::|amazonaws\.com\/|googleapis\.com\//,
    `Buckets need credentials, and modules are fetched without. ${COPY}`,
  ],
  [/^hg::/, `Mercurial is not supported. ${COPY}`],
  [/^(?:git::)?http:/, 'Modules are fetched by https alone. Write https in the source.'],
  [/^bitbucket\.org\/|^gitlab\.com\//, BY_GIT],
  [/^(?:git::)?file:|^[/~\\]|^[A-Za-z]:[\\/]/, COPY],
];

/** @param tool names the registry of an address without a host. */
export function addressOf(source: string, tool: 'terraform' | 'tofu'): Local | Remote | Refused {
  for (const [form, remedy] of NEVER) if (form.test(source)) return refused(remedy);
  if (/^\.\.?\//.test(source)) return { kind: 'local', path: source };
  if (source === '.' || source === '..') return { kind: 'local', path: source };
  if (/^(?:git::)?https:/.test(source)) return locationOf(source);
  if (source.startsWith('github.com/')) return shorthand(source);
  return registryAt(source, tool) ?? refused(`Countersign does not know this form of a source. ${COPY}`);
}

/** What a registry answers in place of a module: git or an archive. Relative ones are to be resolved before. */
export const locationOf = (text: string): Git | Archive | Refused => {
  const [, git] = /^git::(https:.*)$/.exec(text) ?? [];
  if (git !== undefined) return gitAt(git);
  return text.startsWith('https:') ? archiveAt(text) : refused(COPY);
};

function registryAt(source: string, tool: 'terraform' | 'tofu'): Registry | undefined {
  const [whole = '', folder = '', ...more] = source.split('//');
  const [, given, name] = REGISTRY.exec(whole) ?? [];
  if (name === undefined || more.length > 0) return undefined;
  const host = given ?? (tool === 'tofu' ? 'registry.opentofu.org' : 'registry.terraform.io');
  if (!isFolder(folder, source)) return undefined;
  const pattern = `${host}/${name}`;
  return { kind: 'registry', host, name: name!, pattern, folder, text: joined(pattern, folder, '') };
}

/** An empty folder is none, but two slashes without one are no address. */
const isFolder = (folder: string, source: string): boolean =>
  folder === '' ? !source.endsWith('//') : FOLDER.test(folder);

const joined = (base: string, folder: string, query: string): string =>
  `${base}${folder === '' ? '' : `//${folder}`}${query === '' ? '' : `?${query}`}`;

interface Parts {
  base: string;
  folder: string;
  query: string;
}

/** Of `https://HOST/PATH[//FOLDER][?QUERY]`; undefined where it could be read in another way. */
function partsOf(text: string): Parts | undefined {
  const [address = '', query = '', ...rest] = text.split('?');
  const [scheme, host, ...after] = address.split('//');
  const [folder = '', ...more] = after;
  const base = `${scheme}//${host}`;
  if (rest.length > 0 || more.length > 0 || !QUERY.test(query)) return undefined;
  const bare = folder.replace(/\/$/, '');
  if (after.length > 0 && !isFolder(bare, address)) return undefined;
  return isWritten(base) ? { base, folder: bare, query } : undefined;
}

/** SECURITY: no user, no fragment, no dot segments and nothing encoded: host and path are what they look like. */
export function isWritten(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return (
    url.protocol === 'https:' &&
    url.username === '' &&
    url.password === '' &&
    url.hash === '' &&
    url.href === address &&
    url.pathname !== '/' &&
    !/%/.test(url.pathname) &&
    /^[a-z0-9.:[\]-]+$/.test(url.host)
  );
}

function gitAt(rest: string): Git | Refused {
  const parts = partsOf(rest);
  if (parts === undefined) return refused(BY_GIT);
  const { base, folder, query } = parts;
  const given = new URLSearchParams(query);
  const names = [...given.keys()];
  const ref = given.get('ref') ?? undefined;
  const isKnown = names.every((name) => ['ref', 'depth'].includes(name)) && new Set(names).size === names.length;
  if (!isKnown || (ref !== undefined && (!REF.test(ref) || ref.includes('..'))))
    return refused('Only ?ref= is supported: a tag, a branch, or the whole id of a commit.');
  const pattern = `git::${base}`;
  return { kind: 'git', url: base, ref, pattern, folder, text: joined(pattern, folder, query) };
}

/** `github.com/OWNER/NAME` is a git repository. */
function shorthand(source: string): Git | Refused {
  const [, name, rest = ''] = /^github\.com\/([\w-]+\/[\w.-]+?)(?:\.git)?((?:\/\/|\?).*)?$/.exec(source) ?? [];
  return name === undefined ? refused(BY_GIT) : gitAt(`https://github.com/${name}.git${rest}`);
}

const FORMATS: Readonly<Record<string, Archive['format']>> = { zip: 'zip', 'tar.gz': 'tar.gz', tgz: 'tar.gz' };

function archiveAt(source: string): Archive | Refused {
  const parts = partsOf(source);
  if (parts === undefined) return refused(`Write it as https://HOST/PATH.zip//FOLDER. ${COPY}`);
  const { base, folder, query } = parts;
  const given = new URLSearchParams(query);
  const format = FORMATS[given.get('archive') ?? /\.(zip|tar\.gz|tgz)$/.exec(base)?.[1] ?? ''];
  if (format === undefined) return refused(`An address must be that of a .zip or .tar.gz file. ${COPY}`);
  const [, sha256] = /^sha256:([0-9a-f]{64})$/.exec(given.get('checksum') ?? '') ?? [];
  if (given.has('checksum') && sha256 === undefined) return refused('Write the checksum as sha256:….');
  for (const own of ['archive', 'checksum']) given.delete(own);
  const sent = given.size === 0 ? base : `${base}?${given}`;
  return { kind: 'archive', url: sent, format, sha256, pattern: base, folder, text: joined(base, folder, query) };
}
