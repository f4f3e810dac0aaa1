/** The program as a later release of it would be: this tree's build with another format of the ledger. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../..', import.meta.url).pathname;
const FORMAT = /\{major:(\d+),minor:(\d+)\}/;
const SCHEMA = 'CREATE SCHEMA IF NOT EXISTS countersign;';

export interface Version {
  bin: string;
  remove(): void;
}

/** @param format what it writes. @param adds SQL of its migration. */
export function laterVersion(format: 'minor' | 'major', adds: string): Version {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-version-'));
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const files = readdirSync(join(folder, 'dist'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, 'dist', name))
    .filter((file) => FORMAT.test(readFileSync(file, 'utf8')));
  if (files.length !== 1) throw new Error(`the format stands in ${files.length} files of the build`);
  const text = readFileSync(files[0]!, 'utf8');
  if (!text.includes(SCHEMA)) throw new Error('the schema is not where the format is');
  const raised = text.replace(FORMAT, (_, major, minor) =>
    format === 'major' ? `{major:${Number(major) + 1},minor:0}` : `{major:${major},minor:${Number(minor) + 1}}`,
  );
  writeFileSync(files[0]!, raised.replace(SCHEMA, `${SCHEMA}${adds}`));
  return { bin: join(folder, 'bin/countersign.js'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
