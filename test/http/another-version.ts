/** The program as a later release of it would be: built from this tree with another format of the ledger. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const root = new URL('../..', import.meta.url).pathname;
const NOT_OF_THE_BUILD = ['node_modules', 'dist', 'test', '.git'];
const FORMAT = /export const FORMAT = \{ major: (\d+), minor: (\d+) \}/;
const SCHEMA = 'CREATE SCHEMA IF NOT EXISTS countersign;';

export interface Version {
  bin: string;
  remove(): void;
}

/** @param format what it writes. @param adds SQL of its migration. */
export function laterVersion(format: 'minor' | 'major', adds: string): Version {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-version-'));
  cpSync(root, folder, {
    recursive: true,
    filter: (path) => join(path, '..') !== join(root, '.') || !NOT_OF_THE_BUILD.includes(basename(path)),
  });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'src/ledger/pg/schema.ts');
  const text = readFileSync(file, 'utf8');
  if (!FORMAT.test(text) || !text.includes(SCHEMA)) throw new Error('the format or the schema stands elsewhere');
  const raised = text.replace(FORMAT, (_, major, minor) =>
    format === 'major'
      ? `export const FORMAT = { major: ${Number(major) + 1}, minor: 0 }`
      : `export const FORMAT = { major: ${major}, minor: ${Number(minor) + 1} }`,
  );
  writeFileSync(file, raised.replace(SCHEMA, `${SCHEMA}${adds}`));
  execFileSync(process.execPath, ['build.mjs'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return { bin: join(folder, 'bin/countersign.js'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
