#!/usr/bin/env node
// The bootstrap: plain JavaScript that any Node can parse. It refuses an old Node in one line before anything
// is imported (better-sqlite3's prebuilt binary would crash there), then starts.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `countersign needs Node.js 22.18 or newer; this is ${process.versions.node}. Install a current Node (https://nodejs.org) and run it again.\n`,
  );
  process.exit(1);
}
const { load } = await import('../dist/loader.js');
load('main.cjs');
