/** What is copied for a plan: of the working tree or of a commit, and nothing that leads elsewhere or runs anything. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOfSource, readSource, writeSource } from '../../src/providers/terraform/source.ts';
import { withoutBlob } from '../partial-clone.ts';

let folder: string;
let root: string;
const write = (path: string, text = 'x') => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const git = (...args: string[]) =>
  execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    encoding: 'utf8',
  });
const commit = () => {
  git('add', '-A', '-f');
  git('commit', '-q', '-m', 'c');
};
const paths = async (ref?: string) => [...(await readSource(root, ref)).files.keys()].sort();
const refusal = (ref?: string) =>
  readSource(root, ref).then(
    () => 'copied',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-source-'));
  root = join(folder, 'infra');
  mkdirSync(root);
  git('init', '-q', '-b', 'main');
  write('main.tf');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ['the working tree', undefined],
  ['a commit', 'main'],
])('of %s', (_name, ref) => {
  it('files are copied, and states are not', async () => {
    write('modules/m/main.tf');
    write('terraform.tfstate');
    write('terraform.tfstate.backup');
    write('terraform.d/plugins/x');
    write('live/terraform.d/plugins/x');
    commit();
    expect(await paths(ref)).toEqual(['main.tf', 'modules/m/main.tf']);
  });
  it('a link that leads out is refused', async () => {
    writeFileSync(join(folder, 'secret'), 'x');
    symlinkSync('../secret', join(root, 'link'));
    commit();
    expect(await refusal(ref)).toMatch(/^INPUT_CONFIGURATION_REFUSED: link: a symbolic link/);
  });
  it('a link to a folder is refused', async () => {
    write('modules/m/main.tf');
    symlinkSync('modules', join(root, 'link'));
    commit();
    expect(await refusal(ref)).toMatch(/^INPUT_CONFIGURATION_REFUSED: link: a symbolic link/);
  });
  it.each([
    'plan.tfplan',
    'countersign_override.tf.json',
    'countersign_override.tofu',
    'live/countersign_override.tofu.json',
    'live/countersign.tf',
  ])('a file of ours, %s, is refused', async (path) => {
    write(path);
    commit();
    expect(await refusal(ref)).toMatch(new RegExp(`^INPUT_CONFIGURATION_REFUSED: ${path.replaceAll('.', '\\.')}: `));
  });
});

it('a link within the working tree is the file that it names', async () => {
  write('a.txt', 'one');
  symlinkSync('a.txt', join(root, 'link'));
  expect((await readSource(root, undefined)).files.get('link')?.toString()).toBe('one');
});

it('a .terraform folder is never copied, and is refused in a commit', async () => {
  write('.terraform/modules/modules.json');
  expect(await paths()).toEqual(['main.tf']);
  commit();
  expect(await refusal('main')).toMatch(/^INPUT_CONFIGURATION_REFUSED: \.terraform\/modules\/modules\.json/);
});

it('a commit is read from its objects: no filter, no hook and no replacement of theirs counts', async () => {
  commit();
  const ran = join(folder, 'ran');
  write('.gitattributes', '*.tf filter=runs diff=runs ident\n');
  write('main.tf', '$Id$');
  commit();
  for (const [name, value] of [
    ['filter.runs.smudge', `touch ${ran}`],
    ['filter.runs.clean', 'cat'],
    ['diff.runs.textconv', `touch ${ran}`],
    ['core.fsmonitor', `touch ${ran}`],
    ['core.hooksPath', folder],
  ])
    git('config', name!, value!);
  const [first, second] = git('rev-list', 'main').trim().split('\n');
  execFileSync('git', ['-C', root, 'replace', first!, second!]);
  const { files, commit: id } = await readSource(root, 'main');
  expect(id).toBe(first);
  expect(files.get('main.tf')?.toString()).toBe('$Id$');
  expect(existsSync(ran)).toBe(false);
});

it.each(['--help', 'main..main', '-', 'main:main.tf', '$(id)', ':/c', '@{-1}', 'a b'])(
  'the ref %s is not taken',
  async (ref) => {
    commit();
    expect(await refusal(ref)).toMatch(/^INPUT_NOT_FOUND: /);
  },
);

it('of a part of a repository is that part', async () => {
  write('live/main.tf', 'live');
  commit();
  const { files } = await readSource(join(root, 'live'), 'main');
  expect([...files].map(([path, bytes]) => [path, bytes.toString()])).toEqual([['main.tf', 'live']]);
});

it('has another digest for another byte, name or file', async () => {
  const digests = new Set([digestOfSource(await readSource(root, undefined))]);
  write('main.tf', 'y');
  digests.add(digestOfSource(await readSource(root, undefined)));
  write('other.tf', 'y');
  digests.add(digestOfSource(await readSource(root, undefined)));
  expect(digests.size).toBe(3);
});

it('is not written where two names are one whatever their case', () => {
  const files = new Map(['a/Main.tf', 'a/main.tf'].map((path) => [path, Buffer.from('')]));
  expect(() => writeSource({ files }, join(folder, 'copy'))).toThrow(/a\/main\.tf: the name of another file/);
});

it('is bounded', async () => {
  writeFileSync(join(root, 'large'), Buffer.alloc(64 * 1024 * 1024 + 1));
  expect(await refusal()).toMatch(/^INPUT_TOO_LARGE: /);
});

it.each([
  ['a path', () => join(folder, 'away'), 'remote.origin.uploadpack'],
  ['ssh', () => 'ssh://away.invalid/repository', 'core.sshCommand'],
  ['a helper', () => `ext::${join(folder, 'program')}`, 'protocol.ext.allow'],
])(
  'what a commit is missing is fetched from nowhere, by whatever version of git: from %s',
  async (_what, url, setting) => {
    commit();
    const id = git('rev-parse', 'HEAD:main.tf').trim();
    const ran = withoutBlob(root, id, { url: url(), setting }, { git, folder });
    expect(await refusal('main')).toMatch(/^INPUT_CONFIGURATION_REFUSED: main\.tf: git does not have its content/);
    expect(existsSync(ran)).toBe(false);
  },
);
