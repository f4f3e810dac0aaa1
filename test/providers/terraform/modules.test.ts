/** Sources, versions and packages of modules: what is taken, and that nothing else is. No program is needed. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../src/providers/terraform/modules/address.ts';
import {
  allows,
  allowsPath,
  allowsUrl,
  allowsVersion,
  unlikePolicy,
} from '../../../src/providers/terraform/modules/allowed.ts';
import { localText } from '../../../src/providers/terraform/modules/manifest.ts';
import { entriesOfTar, gunzipped } from '../../../src/providers/terraform/modules/tar.ts';
import { type Entry, filesOf } from '../../../src/providers/terraform/modules/unpack.ts';
import { isAllowed, newest, parseConstraints } from '../../../src/providers/terraform/modules/versions.ts';
import { readZip } from '../../../src/providers/terraform/modules/zip.ts';
import { type Packed, tarOf, type Zipped, zipOf } from './archives.ts';

describe('a source', () => {
  it.each([
    [
      'terraform-aws-modules/vpc/aws',
      { kind: 'registry', pattern: 'registry.terraform.io/terraform-aws-modules/vpc/aws', folder: '' },
    ],
    [
      'terraform-aws-modules/iam/aws//modules/iam-role',
      {
        kind: 'registry',
        folder: 'modules/iam-role',
        text: 'registry.terraform.io/terraform-aws-modules/iam/aws//modules/iam-role',
      },
    ],
    ['app.terraform.io/acme/vpc/aws', { kind: 'registry', host: 'app.terraform.io', name: 'acme/vpc/aws' }],
    [
      'github.com/acme/vpc',
      {
        kind: 'git',
        url: 'https://github.com/acme/vpc.git',
        text: 'git::https://github.com/acme/vpc.git',
        ref: undefined,
      },
    ],
    [
      'github.com/acme/vpc.git//a/b?ref=v1.0.0',
      { kind: 'git', folder: 'a/b', ref: 'v1.0.0', text: 'git::https://github.com/acme/vpc.git//a/b?ref=v1.0.0' },
    ],
    [
      'git::https://git.acme.com:8443/x/y.git//m?ref=refs/tags/v1&depth=1',
      { kind: 'git', ref: 'refs/tags/v1', pattern: 'git::https://git.acme.com:8443/x/y.git' },
    ],
    ['https://acme.com/m.zip', { kind: 'archive', format: 'zip', url: 'https://acme.com/m.zip', folder: '' }],
    [
      'https://acme.com/m//x/y?archive=tgz&token=a',
      {
        kind: 'archive',
        format: 'tar.gz',
        url: 'https://acme.com/m?token=a',
        folder: 'x/y',
        pattern: 'https://acme.com/m',
      },
    ],
    [
      `https://acme.com/m.tgz?checksum=sha256:${'a'.repeat(64)}`,
      { kind: 'archive', sha256: 'a'.repeat(64), url: 'https://acme.com/m.tgz' },
    ],
    ['./m', { kind: 'local' }],
    ['../m', { kind: 'local' }],
  ])('%s is taken', (source, expected) => expect(addressOf(source, 'terraform')).toMatchObject(expected));
  it('without a host is of the registry of the program', () =>
    expect(addressOf('a/b/c', 'tofu')).toMatchObject({ text: 'registry.opentofu.org/a/b/c' }));
  it.each([
    ['git::ssh://git@github.com/acme/vpc.git', /without keys/],
    ['git@github.com:acme/vpc.git', /without keys/],
    ['ssh://git@github.com/acme/vpc.git', /without keys/],
    ['git::https://me:secret@github.com/acme/vpc.git', /git::https/],
    ['git::https://token@github.com/acme/vpc.git', /git::https/],
    ['https://me:secret@acme.com/m.zip', /https:\/\/HOST/],
    ['s3::https://s3.amazonaws.com/b/m.zip', /Buckets need credentials/],
    ['b.s3.amazonaws.com/m.zip', /Buckets need credentials/],
    ['gcs::https://www.googleapis.com/storage/v1/b/m.zip', /Buckets need credentials/],
    ['hg::http://acme.com/m', /Mercurial/],
    ['http://acme.com/m.zip', /https alone/],
    ['git::http://acme.com/m.git', /https alone/],
    ['git::file:///srv/m', /Copy the module/],
    ['/srv/m', /Copy the module/],
    ['~/m', /Copy the module/],
    ['C:\\m', /Copy the module/],
    ['bitbucket.org/acme/vpc', /git::https/],
    ['gitlab.com/acme/vpc/aws', /git::https/],
    ['github.com/acme/vpc/sub', /git::https/],
    ['github.com/acme', /git::https/],
    ['git::https://github.com/acme/../evil/vpc.git', /git::https/],
    ['git::https://github.com/acme/%2e%2e/vpc.git', /git::https/],
    ['git::https://github.com/acme/%76pc.git', /git::https/],
    ['git::https://:secret@github.com/acme/vpc.git', /git::https/],
    ['git::https://github.com/', /git::https/],
    ['git::https://github.com//vpc.git', /git::https/],
    ['https://acme.com/m.zip?a=#x', /https:\/\/HOST/],
    ['https://acme.com/m .zip', /https:\/\/HOST/],
    ['git::https://github.com/acme\\vpc.git', /git::https/],
    ['git::https://GitHub.com/acme/vpc.git', /git::https/],
    ['git::https://github.com/acme/vpc.git//../x', /git::https/],
    ['git::https://github.com/acme/vpc.git//a//b', /git::https/],
    ['git::https://github.com/acme/vpc.git//', /git::https/],
    ['git::https://github.com/acme/vpc.git?ref=--upload-pack=x', /\?ref=/],
    ['git::https://github.com/acme/vpc.git?ref=a..b', /\?ref=/],
    ['git::https://github.com/acme/vpc.git?ref=a&ref=b', /\?ref=/],
    ['git::https://github.com/acme/vpc.git?sshkey=x', /\?ref=/],
    ['git::https://github.com/acme/vpc.git?ref=a?b', /git::https/],
    ['https://acme.com/m', /\.zip or \.tar\.gz/],
    ['https://acme.com/m.zip//*', /https:\/\/HOST/],
    ['https://acme.com/m.zip?checksum=md5:x', /sha256/],
    ['https://acme.com/m.zip#x', /https:\/\/HOST/],
    ['a/b', /does not know this form/],
    ['a/b/c/d/e', /does not know this form/],
    ['a/b/c//../x', /does not know this form/],
    ['oci://acme.com/m', /does not know this form/],
    ['${var.m}', /Write the source out/],
    ['', /does not know this form/],
  ])('%s is refused, with what to do', (source, remedy) =>
    expect(addressOf(source, 'terraform')).toMatchObject({ kind: 'refused', remedy: expect.stringMatching(remedy) }),
  );
  it.each([
    ['../modules/./m/', '../modules/m'],
    ['./../modules/m', '../modules/m'],
    ['./', './'],
    ['../', '../'],
    ['./a/..', './'],
  ])('%s within the folder is written as %s', (path, text) => expect(localText(path)).toBe(text));
});

describe('the policy', () => {
  const pattern = (source: string) => {
    const address = addressOf(source, 'terraform');
    if (!('pattern' in address)) throw new Error(source);
    return address;
  };
  it.each([
    ['registry.terraform.io/terraform-aws-modules/*', 'terraform-aws-modules/vpc/aws', true],
    ['registry.terraform.io/terraform-aws-modules/vpc/aws', 'terraform-aws-modules/vpc/aws//x', true],
    ['registry.terraform.io/terraform-aws-modules/*', 'evil/vpc/aws', false],
    ['terraform-aws-modules/*/aws', 'terraform-aws-modules/vpc/aws', false],
    ['git::https://github.com/acme/*', 'github.com/acme/vpc//x?ref=v1', true],
    ['git::https://github.com/acme/*', 'git::https://evil.com/acme/vpc.git', false],
    // Neither a folder nor a query stands in for an owner.
    ['git::https://github.com/*/modules-x', 'git::https://github.com/evil/y.git//modules-x', false],
    ['git::https://github.com/*v1', 'git::https://github.com/evil/y.git?ref=v1', false],
    ['https://acme.com/*', 'git::https://acme.com/m.git', false],
    ['git::https://*/acme/*', 'github.com/acme/vpc', false],
    ['*', 'github.com/acme/vpc', false],
    ['*/*/*/*', 'a/b/c', false],
  ])('with %s: %s is %s', (entry, source, expected) => expect(allows([entry], pattern(source))).toBe(expected));
  it('takes a path for a pattern of a path alone', () => {
    expect(allowsPath(['modules/*'], 'modules/m')).toBe(true);
    expect(allowsPath([{ source: 'modules/*' }], 'modules/m')).toBe(false);
  });
  it('takes no redirect that hides where it leads', () => {
    const entries = ['https://acme.com/modules/*'];
    expect(allowsUrl(entries, new URL('https://acme.com/modules/x?a=b'))).toBe(true);
    for (const url of [
      'https://acme.com/modules/../x',
      'https://acme.com/modules/..%2fx',
      'https://acme.com/modules/%2e%2e/x',
      'https://acme.com:444/modules/x',
    ])
      expect(allowsUrl(entries, new URL(url)), url).toBe(false);
  });
  it('asks for what one of its entries says', () => {
    const address = pattern('acme/net/none');
    const source = address.pattern;
    const is = { version: '1.2.0', sha256: 'a'.repeat(64) };
    const unlike = (...entries: object[]) => unlikePolicy(entries as never, address, is);
    expect(unlike({ source })).toBeUndefined();
    expect(unlike({ source, version: '~> 1.0' }, { source: 'registry.terraform.io/*' })).toBeUndefined();
    expect(unlike({ source, version: '~> 2.0' }, { source: 'registry.terraform.io/*' })).toContain('version 1.2.0');
    expect(unlike({ source, version: '~> 1.0', sha256: 'b'.repeat(64) })).toContain('sha256 aaa');
    expect(unlike({ source, sha256: 'b'.repeat(64) }, { source, sha256: 'a'.repeat(64) })).toBeUndefined();
    expect(allowsVersion([{ source, version: '< 2' }, 'registry.terraform.io/*'], address, '2.0.0')).toBe(false);
  });
});

describe('versions', () => {
  it.each(['latest', '1.x', '>= ', '~> v', '1.2.3.4', '>> 1', '1,,2', '^1.0'])('%s is not understood', (text) =>
    expect(parseConstraints(text)).toBeUndefined(),
  );
  it('are compared as numbers, and pre-releases by their parts', () => {
    const any = [parseConstraints('')!];
    expect(newest(['1.9.0', '1.10.0', '1.2.0', 'not one'], any)).toBe('1.10.0');
    expect(newest(['1.0.0-beta.2'], any)).toBeUndefined();
    expect(isAllowed('1.0.0-beta.2', parseConstraints('1.0.0-beta.2')!)).toBe(true);
    expect(isAllowed('1.0.0-beta.11', parseConstraints('1.0.0-beta.2')!)).toBe(false);
    expect(newest(['1.0.0'], [parseConstraints('> 1.0.0-rc.1')!])).toBe('1.0.0');
    expect(isAllowed('3.0.1', parseConstraints('~> 3.0.0-rc1')!)).toBe(false);
  });
});

const refusal = (make: () => unknown) => {
  try {
    make();
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a package', () => {
  const entry = (path: string, more: Partial<Entry> = {}): Entry => ({
    path,
    kind: 'file',
    content: Buffer.from('x'),
    target: '',
    ...more,
  });
  const link = (path: string, target: string, isFromTop = false) => entry(path, { kind: 'link', target, isFromTop });
  const paths = (...entries: Entry[]) => [...filesOf(entries, 'm').keys()].sort();
  it('is its files: links to them are them, and states and git’s own are left out', () => {
    expect(
      paths(
        entry('./main.tf'),
        entry('a/'),
        entry('a', { kind: 'folder' }),
        link('b/l.tf', '../main.tf'),
        link('h', 'main.tf', true),
        link('l2', 'b/l.tf'),
        entry('.git/config'),
        entry('x/terraform.tfstate'),
        entry('.terraform/modules/modules.json'),
      ),
    ).toEqual(['a', 'b/l.tf', 'h', 'l2', 'main.tf']);
  });
  it.each([
    ['a path that leads out', entry('../x')],
    ['a path that leads out later', entry('a/../../x')],
    ['an absolute path', entry('/etc/x')],
    ['a path of another system', entry('a\\..\\x')],
    ['a drive', entry('C:x')],
    ['a control character', entry('a\nb')],
    ['a link out', link('l', '../x')],
    ['an absolute link', link('l', '/main.tf')],
    ['a link out of a folder', link('a/l', '../../x')],
    ['a link to nothing', link('l', 'nothing')],
    ['a link to a folder', link('l', 'a')],
    ['a link to itself', link('l', 'l')],
    ['a hard link out', link('l', '../x', true)],
    ['a name twice', entry('MAIN.tf')],
    ['a file of ours', entry('x/countersign_override.tf.json')],
  ])('%s refuses it', (_what, one) => {
    expect(refusal(() => filesOf([entry('main.tf'), entry('a/y.tf'), one], 'm'))).toMatch(/^m: /);
  });
  it('is bounded, with its links', () => {
    const large = entry('large', { content: Buffer.alloc(33 * 1024 * 1024) });
    expect(refusal(() => filesOf([large, link('l', 'large')], 'm'))).toMatch(/64 MB/);
    expect(refusal(() => filesOf([large, { ...large, path: 'other' }], 'm'))).toMatch(/64 MB/);
    expect(
      refusal(() =>
        filesOf(
          Array.from({ length: 10_001 }, (_, index) => entry(String(index))),
          'm',
        ),
      ),
    ).toMatch(/10000 files/);
  });
});

describe('tar', () => {
  const read = (...entries: Packed[]) => [...entriesOfTar(tarOf(entries))];
  it('is read with its long names', () => {
    const long = `${'d/'.repeat(80)}main.tf`;
    const pax = `path=${long}\n`;
    const length = pax.length + 1 + String(pax.length + 4).length;
    expect(
      read(
        { path: 'x', type: 'g', text: '9 a=b\n' },
        { path: 'p', type: 'x', text: `${length} ${pax}` },
        { path: 'short', text: 'one' },
        { path: 'l', type: 'L', text: `${long}2\0` },
        { path: 'short', text: 'two' },
      ).map(({ path, content }) => [path, content.toString()]),
    ).toEqual([
      [long, 'one'],
      [`${long}2`, 'two'],
    ]);
  });
  it.each(['3', '4', '6', 'S', 'D', 'M'])('an entry of the kind %s refuses it', (type) =>
    expect(refusal(() => read({ path: 'x', type }))).toMatch(/kind/),
  );
  it('is refused when it is cut off, broken, or unpacks to more than is taken', () => {
    const whole = tarOf([{ path: 'x', text: 'y'.repeat(2_000) }]);
    expect(refusal(() => [...entriesOfTar(whole.subarray(0, 1_024))])).toMatch(/cut off/);
    expect(refusal(() => [...entriesOfTar(whole.subarray(0, whole.length - 1_024))])).toMatch(/cut off/);
    const broken = Buffer.from(whole);
    broken[0]! ^= 1;
    expect(refusal(() => [...entriesOfTar(broken)])).toMatch(/broken/);
    expect(refusal(() => gunzipped(gzipSync(Buffer.alloc(10_000)), 9_999))).toMatch(/more than 9999/);
    expect(refusal(() => gunzipped(Buffer.from('no'), 10))).toMatch(/not a gzip/);
  });
});

describe('zip', () => {
  const bounds = { maxBytes: 1_000, maxEntries: 3 };
  const read = (entries: Zipped[], about = {}, isExact = false) =>
    readZip(zipOf(entries, about), { ...bounds, isExact });
  const one = { name: 'a', content: 'text' };
  it('is read, with a comment or something before it', () => {
    expect(
      read([one, { name: 'b/c', content: '' }], { comment: 'c' }).map(({ name, content }) => [
        name,
        content.toString(),
      ]),
    ).toEqual([
      ['a', 'text'],
      ['b/c', ''],
    ]);
    expect(read([one], { before: 'x' })).toHaveLength(1);
    expect(read([one], {}, true)).toHaveLength(1);
  });
  it.each<[string, Zipped[], object]>([
    ['a name twice', [one, one], {}],
    ['another name in the entry', [{ ...one, localName: 'b' }], {}],
    ['another size', [{ ...one, listedSize: 3 }], {}],
    ['more than its size', [{ ...one, content: Buffer.alloc(10_000), listedSize: 10 }], {}],
    ['more than is taken', [{ ...one, content: Buffer.alloc(1_001) }], {}],
    ['more than what is packed', [{ ...one, trailing: 'x' }], {}],
    ['too many', [1, 2, 3, 4].map((name) => ({ name: String(name), content: '' })), {}],
  ])('%s refuses it', (_what, entries, about) => expect(refusal(() => read(entries, about))).not.toBe('taken'));
  it.each([{ comment: 'c' }, { before: 'x' }, { between: 'x' }])('with %j it is not exact', (about) =>
    expect(refusal(() => read([one], about, true))).not.toBe('taken'),
  );
  it('is refused with any byte of it another, or cut off', () => {
    const whole = zipOf([one]);
    // A name, a time and a mark of the system that made it are no content.
    const taken = [...whole.keys()].filter((at) => {
      const other = Buffer.from(whole);
      other[at]! ^= 0x55;
      return (
        refusal(() =>
          readZip(other, { ...bounds, isExact: true }).map(({ name, content }) => [name, content.toString()]),
        ) === 'taken' && String(readZip(other, { ...bounds, isExact: true })[0]!.content) !== 'text'
      );
    });
    expect(taken).toEqual([]);
    for (const end of [10, whole.length - 1])
      expect(refusal(() => readZip(whole.subarray(0, end), bounds))).not.toBe('taken');
  });
});
