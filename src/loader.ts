/**
 * Loads the files of the built program and keeps their compiled code: with the functions that a command calls in it, where
 * Node's own compile cache keeps what runs while a module loads. `bin/countersign.js` starts it; nothing else does.
 *
 * SECURITY: kept code runs without being compared with the program. It is kept where this user alone can write, on every
 * step from home; else none is kept, and a start is slower.
 * Limit: what an earlier build has kept is deleted when a later one is new, and a month has passed.
 */
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { constants as constantsOfSystem, homedir } from 'node:os';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/** The digest of all files of this build, and its commands: `approve`, `policy-check`. */
declare const __BUILD__: string;
declare const __COMMANDS__: readonly string[];

/** Clients kill a server more often than they close it. */
const KEPT_AFTER_MILLISECONDS = 2_000;
const FORGOTTEN_AFTER_MILLISECONDS = 30 * 24 * 3_600_000;
const HEAD_BYTES = 16_384;
const NONE = Buffer.alloc(0);

interface Loaded {
  exports: object;
}
interface Head {
  /** The run whose functions are kept did what it was asked for. */
  isEnded: boolean;
  codes: [name: string, size: number][];
}
interface Kept {
  isEnded: boolean;
  read(name: string): Buffer | undefined;
  /** With what is there of other files. */
  write(codes: readonly [name: string, code: Buffer][], isEnded: boolean): void;
}

/** @returns what the file `name` of the program exports. */
export function load(name: string): object {
  const cache = privateFolder(homedir(), '.cache', 'countersign', versionOf());
  const kept = cache === undefined ? undefined : openKept(`${cache}/${commandOf(process.argv.slice(2))}`);
  const scripts = new Map<string, Script>();
  const loaded = new Map<string, Loaded>();
  let [isComplete, isWaiting] = [true, false];
  // V8 refuses code that was made under other flags than it has; a command that changes them would make it for nobody.
  const { cachedData: ofStart } = new Script('0', { produceCachedData: true });

  const keep = (isEnded: boolean): void => {
    isWaiting = false;
    if (!kept || (isComplete && (kept.isEnded || !isEnded))) return;
    // Of the source V8 compares the length, and what it has compiled already it takes from itself.
    if (new Script('1', { cachedData: ofStart }).cachedDataRejected) return;
    kept.write(
      [...scripts].map(([name, script]) => [name, script.createCachedData()]),
      isEnded,
    );
    isComplete = true;
  };
  const tellNew = (): void => {
    isComplete = false;
    if (!isWaiting) setTimeout(() => keep(true), KEPT_AFTER_MILLISECONDS).unref();
    isWaiting = true;
  };
  const inside = (name: string): object => {
    const before = loaded.get(name);
    if (before) return before.exports;
    const module: Loaded = { exports: {} };
    loaded.set(name, module);
    const filename = `${import.meta.dirname}/${name}`;
    const cachedData = kept?.read(name);
    const text = fs.readFileSync(filename, 'utf8');
    const script = new Script(text, { filename, ...(cachedData && { cachedData }) });
    scripts.set(name, script);
    if (!cachedData || script.cachedDataRejected) tellNew();
    script.runInThisContext().call(undefined, module.exports, require, module, new URL(name, import.meta.url).href);
    return module.exports;
  };
  const require = Object.assign((id: string): unknown => (id.startsWith('./') ? inside(id.slice(2)) : outside()(id)), {
    folderOf,
    addon,
    later: (id: string) => import(id),
  });
  process.once('exit', (code) => keep(code === 0));
  return inside(name);
}

let made: NodeJS.Require | undefined;
function outside(): NodeJS.Require {
  made ??= createRequire(import.meta.url);
  return made;
}

/** Where a package is installed: Node's own search takes two milliseconds, and is left for who installs it elsewhere. */
function folderOf(id: string): string {
  let folder = import.meta.dirname;
  for (const above of folder.split(/[\\/]/).reverse()) {
    const found = `${folder}/node_modules/${id}`;
    if (fs.existsSync(`${found}/package.json`)) return found;
    folder = folder.slice(0, -above.length - 1);
  }
  return dirname(dirname(outside().resolve(id)));
}

function addon(file: string): unknown {
  const module: Loaded = { exports: {} };
  process.dlopen(module, file, constantsOfSystem.dlopen.RTLD_LAZY);
  return module.exports;
}

const versionOf = (): string => [__BUILD__, process.version, process.platform, process.arch].join('-');

/** Each command calls functions of its own. Whatever the parser makes of the words, a name of the list comes out. */
function commandOf(words: readonly string[]): string {
  const at = words.findIndex((word) => __COMMANDS__.some((name) => name === word || name.startsWith(`${word}-`)));
  const [first, both] = [words[at] ?? '', `${words[at]}-${words[at + 1]}`];
  return [both, first].find((name) => __COMMANDS__.includes(name)) ?? 'none';
}

/** A file: a line of JSON with name and size of each code, then the codes. What is not as it should be is not there. */
function openKept(file: string): Kept {
  let handle: number | undefined;
  let head: Head = { isEnded: false, codes: [] };
  let at = 0;
  const places = new Map<string, [at: number, size: number]>();
  try {
    handle = fs.openSync(file, 'r');
    const bytes = Buffer.alloc(HEAD_BYTES);
    const end = bytes.subarray(0, fs.readSync(handle, bytes, 0, HEAD_BYTES, 0)).indexOf('\n');
    head = JSON.parse(bytes.toString('utf8', 0, end));
    at = end + 1;
    for (const [name, size] of head.codes) {
      places.set(name, [at, size]);
      at += size;
    }
  } catch {
    places.clear();
  }
  const read = (name: string): Buffer | undefined => {
    const [at, size] = places.get(name) ?? [];
    if (handle === undefined || at === undefined || size === undefined) return undefined;
    const code = Buffer.allocUnsafeSlow(size);
    return fs.readSync(handle, code, 0, size, at) === size ? code : undefined;
  };
  return {
    isEnded: head.isEnded,
    read,
    write(given, isEnded) {
      const names = given.map(([name]) => name);
      const others = [...places.keys()].filter((name) => !names.includes(name));
      const codes = [...given, ...others.flatMap((name): [string, Buffer][] => [[name, read(name) ?? NONE]])];
      this.isEnded ||= isEnded;
      writeWhole(file, { isEnded: this.isEnded, codes: codes.map(([name, { length }]) => [name, length]) }, codes);
    },
  };
}

/** V8 takes what it is given for its own: it is there whole or not at all, also after a loss of power. */
function writeWhole(file: string, head: Head, codes: readonly (readonly [string, Buffer])[]): void {
  const making = `${file}.${process.pid}`;
  try {
    const bytes = [Buffer.from(`${JSON.stringify(head)}\n`), ...codes.map(([, code]) => code)];
    if (bytes[0]!.length > HEAD_BYTES) return;
    fs.writeFileSync(making, Buffer.concat(bytes), { mode: 0o600, flush: true });
    fs.renameSync(making, file);
  } catch {
    fs.rmSync(making, { force: true });
  }
}

/** The folders of earlier builds and of Node's cache, which was here before. */
function forgetOthers(folder: string): void {
  const place = dirname(folder);
  for (const name of fs.readdirSync(place)) {
    const other = `${place}/${name}`;
    const isOld = Date.now() - fs.statSync(other).mtimeMs > FORGOTTEN_AFTER_MILLISECONDS;
    if (isOld && other !== folder) fs.rmSync(other, { recursive: true, force: true });
  }
}

function privateFolder(home: string, ...below: readonly string[]): string | undefined {
  const own = process.geteuid?.();
  const isPrivate = (folder: string): boolean => {
    const found = fs.lstatSync(folder);
    return found.isDirectory() && (own === undefined || (found.uid === own && (found.mode & 0o022) === 0));
  };
  try {
    if (!isPrivate(home)) return undefined;
    let [folder, isNew] = [home, false];
    for (const name of below) {
      folder = `${folder}/${name}`;
      isNew = fs.mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined;
      if (!isPrivate(folder)) return undefined;
    }
    if (isNew) forgetOthers(folder);
    return folder;
  } catch {
    return undefined;
  }
}
