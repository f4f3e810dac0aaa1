#!/usr/bin/env node
// The bootstrap: plain JavaScript that any Node can parse. It refuses an old Node in one line before anything
// is imported (better-sqlite3's prebuilt binary would crash there), turns on Node's compile cache, then starts.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `countersign needs Node.js 22.18 or newer; this is ${process.versions.node}. Install a current Node (https://nodejs.org) and run it again.\n`,
  );
  process.exit(1);
}
const { lstatSync, mkdirSync } = process.getBuiltinModule('node:fs');
const cache = privateFolder(process.getBuiltinModule('node:os').homedir(), '.cache', 'countersign');
if (cache) process.getBuiltinModule('node:module').enableCompileCache(cache);
await import('../dist/main.js');

// SECURITY: what is in the cache runs without being compared with the program. Node's own place for it is below /tmp,
// where another user can make the folder first. It is used where this user alone can write, on every step from home;
// else there is none, and the start is slower.
function privateFolder(home, ...below) {
  const own = process.geteuid?.();
  const isPrivate = (folder) => {
    const found = lstatSync(folder);
    return found.isDirectory() && (own === undefined || (found.uid === own && (found.mode & 0o022) === 0));
  };
  try {
    if (!isPrivate(home)) return undefined;
    let folder = home;
    for (const name of below) {
      folder = `${folder}/${name}`;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (!isPrivate(folder)) return undefined;
    }
    return folder;
  } catch {
    return undefined;
  }
}
