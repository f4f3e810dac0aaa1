/** Modules that are fetched: what is contacted, what is read of it, what is signed, and that the program fetches none. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freshCopy } from '../../src/providers/terraform/copy.ts';
import { foldersOf } from '../../src/providers/terraform/folders.ts';
import { addressOf } from '../../src/providers/terraform/modules/address.ts';
import { fetchedModules } from '../../src/providers/terraform/modules/fetch.ts';
import { needs } from '../needs.ts';
import { tgzOf } from '../providers/terraform/archives.ts';
import { hasOpenssl, type ModuleHost, openModuleHost } from './module-host.ts';
import { BINARY, data, needsTerraform, openWorkspaceWorld, VERSION, type WorkspaceWorld } from './world.ts';

let here: WorkspaceWorld;
let host: ModuleHost;
let other: ModuleHost;
beforeEach(async (context) => {
  needsTerraform(context);
  needs(context, 'openssl', hasOpenssl);
  host = await openModuleHost();
  other = await openModuleHost();
  here = await openWorkspaceWorld();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await host?.close();
  await other?.close();
  here?.close();
});

const SETTINGS = {
  name: 'network',
  tool: 'terraform' as const,
  root: '/nowhere',
  module: '.',
  variableFiles: [],
  providers: {},
  providerBlocks: {},
  modules: [],
  data: [],
  ephemeral: [],
  planner: { set: {}, pass: [] },
  executor: { set: {}, pass: [] },
  environment: 'development',
  execute: 'by_command',
};
/** With these entries of `modules`. */
const settings = (...modules: (string | object)[]) =>
  `    environment: development\n    module_authorities: ${host.authorities}\n    modules: ${JSON.stringify(modules)}\n`;
const under = (...modules: (string | object)[]) => here.world.another({ policy: here.policy(settings(...modules)) });
/** A world of its own, in which that is the adopted policy. */
const adopted = async (main: string, ...modules: (string | object)[]) => {
  here.close();
  here = await openWorkspaceWorld(settings(...modules));
  here.write({ 'main.tf': main });
  return here.plan();
};
const module = (name: string, source: string, more = '') => `module "${name}" {\n  source = "${source}"\n${more}}\n`;
const planned = async (main: string, ...modules: (string | object)[]) => {
  here.write({ 'main.tf': main });
  return here.plan({}, await under(...modules));
};
const git = (name: string, at = host) => `git::https://${at.host}/git/${name}`;
const registry = (name: string) => `${host.host}/${name}`;
const stored = async ({ plan_id: id, ...rest }: Record<string, unknown>) => {
  if (typeof id !== 'string') throw new Error(JSON.stringify(rest));
  return (await here.app.changes.plan(id)).plan;
};
const addressesIn = async (plan: Record<string, unknown>) =>
  (await stored(plan)).effects.map(({ logicalId }) => logicalId).sort();
const manifest = (folder: string) =>
  (
    JSON.parse(readFileSync(join(folder, '.terraform/modules/modules.json'), 'utf8')) as { Modules: { Key: string }[] }
  ).Modules.sort((a, b) => (a.Key < b.Key ? -1 : 1));
const work = () => foldersOf(here.world.home, 'network').work;
/** The program itself, past Countersign, in a copy. @returns where. */
const theirs = async (...args: string[]) => {
  const folder = join(here.root, '../theirs');
  cpSync(here.root, folder, { recursive: true });
  await promisify(execFile)(BINARY!, [...args, '-no-color'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      TF_CLI_CONFIG_FILE: '/dev/null',
      CHECKPOINT_DISABLE: '1',
      SSL_CERT_FILE: host.authorities,
      GIT_SSL_CAINFO: host.authorities,
    },
  });
  return folder;
};
const ofTerraform = async () => manifest(await theirs('get'));

/** Both hosts are known by the certificates that the policy names. */
const trustBoth = () =>
  writeFileSync(host.authorities, Buffer.concat([host, other].map(({ authorities }) => readFileSync(authorities))));

/** A registry's module, a git repository that it calls, a folder in that, and an archive. */
function threeLevels(): { main: string; modules: string[]; commits: string[] } {
  host.archives['/files/last.tar.gz'] = tgzOf([{ path: 'last/main.tf', text: data('last', '${path.module}') }]);
  const second = host.commit('second', {
    'main.tf': `${module('folder', './inner/deep')}${data('second', 'x')}`,
    'inner/deep/main.tf': module('last', `https://${host.host}/files/last.tar.gz//last`),
  });
  const first = host.commit(
    'first',
    { 'net/main.tf': `${module('second', `${git('second')}?ref=main`)}${data('first', 'x')}` },
    'v1.2.3',
  );
  host.versions['acme/net/none'] = { '1.2.3': `${git('first')}//net?ref=v1.2.3`, '2.0.0': `${git('first')}//no` };
  return {
    main: module('a', registry('acme/net/none'), '  version = "~> 1.2"\n'),
    modules: [registry('acme/*'), git('*'), `https://${host.host}/files/*`],
    commits: [first, second],
  };
}

it('are fetched level by level, told and signed; and the program fetches none', async () => {
  const { main, modules, commits } = threeLevels();
  const plan = await planned(main, ...modules);
  expect(await addressesIn(plan)).toEqual([
    'module.a.module.second.module.folder.module.last.terraform_data.last',
    'module.a.module.second.terraform_data.second',
    'module.a.terraform_data.first',
  ]);
  const whole = await stored(plan);
  const hash = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(whole.observed.configuration).toMatchObject({
    modules: [
      { key: 'a', source: registry('acme/net/none'), version: '1.2.3', commit: commits[0], sha256: hash },
      { key: 'a.second', source: `${git('second')}?ref=main`, commit: commits[1], sha256: hash },
      { key: 'a.second.folder.last', source: `https://${host.host}/files/last.tar.gz//last`, sha256: hash },
    ],
  });
  expect(whole.notes).toContain(
    `Fetched modules: a (${registry('acme/net/none')} 1.2.3 ${commits[0]!.slice(0, 12)}), a.second (${git('second')}?ref=main ${commits[1]!.slice(0, 12)}), a.second.folder.last (https://${host.host}/files/last.tar.gz//last).`,
  );
  // Of the registry three; of a repository its branches, and twice for the commit; and the archive.
  const count = (path: RegExp) => host.asked.filter((one) => path.test(one)).length;
  expect([count(/v1|well-known/), count(/\.tar\.gz/)]).toEqual([3, 1]);
  const before = host.asked.length;
  expect(before).toBe(4 + count(/\/git\//));
  const ours = manifest(work());
  expect(host.headers.filter(({ 'user-agent': by = '' }) => !/^(?:countersign$|git\/)/.test(by))).toEqual([]);
  expect(await ofTerraform()).toEqual(ours);
});

it('are never fetched by the program, also where its own reading finds one that ours did not', async () => {
  const source = { files: new Map([['main.tf', Buffer.from(module('a', git('first')))]]) };
  const folders = foldersOf(here.world.home, 'network');
  const backend = { type: 'local', settings: { path: here.statePath } };
  const role = { set: {}, pass: [] };
  const about = { ...SETTINGS, binary: BINARY!, version: VERSION, backend };
  await expect(freshCopy(source, about, role, { folders, variables: () => ({}) })).rejects.toMatchObject({
    code: 'WORKSPACE_PLAN_FAILED',
    message: expect.stringContaining('not installed'),
  });
  expect(host.connections).toBe(0);
});

it('are those of the plan when it is executed: nothing is fetched again, whatever a branch has become', async () => {
  const { main, modules } = threeLevels();
  const plan = await adopted(main, ...modules);
  const id = await here.proposed(plan);
  host.commit('second', { 'main.tf': data('other', 'x') });
  const before = host.asked.length;
  expect(await here.app.executor.run(id)).toMatchObject({ state: 'succeeded' });
  expect(host.asked).toHaveLength(before);
  expect(
    here
      .state()
      ?.resources.map(({ name }) => name)
      .sort(),
  ).toEqual(['first', 'last', 'second']);
});

it('make a change stale when a byte of what was kept of them is another', async () => {
  const { main, modules } = threeLevels();
  const plan = await adopted(main, ...modules);
  const whole = await stored(plan);
  const id = await here.proposed(plan);
  const kept = foldersOf(here.world.home, 'network').plan(String(whole.calls[0]!.input.plan)).source;
  writeFileSync(join(kept, '.terraform/modules/a.second/main.tf'), data('second', 'y'));
  await expect(here.app.executor.run(id)).rejects.toMatchObject({
    message: expect.stringContaining('not as it was fetched'),
  });
  expect(here.state()).toBeNull();
});

describe('what the policy does not list', () => {
  it('is not contacted, and neither is anything beside it', async () => {
    host.commit('first', { 'main.tf': '' });
    other.commit('second', { 'main.tf': '' });
    const plan = await planned(module('a', git('first')) + module('b', git('second', other)), git('first'));
    expect(plan).toMatchObject({
      code: 'INPUT_CONFIGURATION_REFUSED',
      message: expect.stringContaining(`the module b from ${git('second', other)}`),
      remedy: expect.stringContaining(`(modules: [${git('second', other)}])`),
    });
    expect([host.connections, other.connections]).toEqual([0, 0]);
  });
  it('is not contacted when a module calls it that may be called', async () => {
    host.commit('first', { 'main.tf': module('child', git('second', other)) });
    other.commit('second', { 'main.tf': '' });
    expect(await planned(module('a', git('first')), git('*'))).toMatchObject({
      code: 'INPUT_CONFIGURATION_REFUSED',
      message: expect.stringContaining(
        `module.a (${git('first')}) main.tf: the module child from ${git('second', other)}`,
      ),
    });
    expect(other.connections).toBe(0);
  });
  it('is not contacted when a registry names it', async () => {
    host.versions['acme/net/none'] = { '1.0.0': git('first', other) };
    expect(await planned(module('a', registry('acme/net/none')), registry('acme/*'))).toMatchObject({
      message: expect.stringContaining(`names ${git('first', other)}, which the policy does not list`),
    });
    expect(other.connections).toBe(0);
  });
  it('is not contacted when a host redirects to it, and is when the policy lists where it leads', async () => {
    other.archives['/m.tar.gz'] = tgzOf([{ path: 'main.tf', text: data('a', 'x') }]);
    trustBoth();
    host.instead = (_path, answer) => {
      answer.writeHead(302, { location: `https://${other.host}/m.tar.gz` }).end();
      return true;
    };
    const main = module('a', `https://${host.host}/m.tar.gz`);
    expect(await planned(main, `https://${host.host}/*`)).toMatchObject({
      message: expect.stringContaining(`redirects to https://${other.host}/m.tar.gz, which the policy does not list`),
    });
    expect(other.connections).toBe(0);
    expect(await addressesIn(await planned(main, `https://${host.host}/*`, `https://${other.host}/m.tar.gz`))).toEqual([
      'module.a.terraform_data.a',
    ]);
  });
  it('is not contacted when git is redirected, or sent to plain http', async () => {
    trustBoth();
    other.commit('first', { 'main.tf': '' });
    for (const to of [`https://${other.host}/git/first/info/refs?service=git-upload-pack`, 'http://127.0.0.1:9/x']) {
      host.instead = (_path, answer) => {
        answer.writeHead(301, { location: to }).end();
        return true;
      };
      expect(await planned(module('a', git('first')), git('*'), git('*', other))).toMatchObject({
        code: 'WORKSPACE_MODULE_UNREACHABLE',
      });
    }
    expect(other.connections).toBe(0);
  });
  it('is every address, under a policy that names local modules alone', async () => {
    for (const source of [git('first'), registry('acme/net/none'), `https://${host.host}/m.zip`])
      expect(await planned(module('a', source), '*', '*/*', '*/*/*', '*/*/*/*')).toMatchObject({
        code: 'INPUT_CONFIGURATION_REFUSED',
      });
    expect(host.connections).toBe(0);
  });
});

describe('a module that was fetched is refused by its name, as the root would be', () => {
  it.each([
    [
      'a provisioner',
      'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "true"\n  }\n}\n',
      /provisioner in terraform_data\.a/,
    ],
    ['a provider block', 'provider "aws" {\n  region = "eu-west-1"\n}\n', /a provider block of aws/],
    ['external data', 'data "external" "x" {\n  program = ["true"]\n}\n', /data external\.x/],
    [
      'a file of the machine',
      'locals {\n  a = file("/etc/passwd")\n}\n',
      /file\(\) of a path that is not literal, or is outside/,
    ],
    [
      'a file of the workspace',
      'locals {\n  a = file("${path.root}/main.tf")\n}\n',
      /file\(\) of a path that is not literal, or is outside/,
    ],
    ['a file out of it', 'locals {\n  a = file("${path.module}/../../../main.tf")\n}\n', /file\(\) of a path/],
    ['a module out of it', 'module "b" {\n  source = "../../../m"\n}\n', /the module b from \.\.\/\.\.\/\.\.\/m/],
    [
      'a provider that the policy does not list',
      'terraform {\n  required_providers {\n    x = {\n      source = "evil/x"\n    }\n  }\n}\n',
      /the provider registry\.terraform\.io\/evil\/x/,
    ],
  ])('%s', async (_what, text, named) => {
    host.commit('first', { 'sub/main.tf': text, 'main.tf': '' });
    const plan = await planned(module('a', `${git('first')}//sub`), git('first'));
    expect(plan).toMatchObject({ code: 'INPUT_CONFIGURATION_REFUSED', message: expect.stringMatching(named) });
    expect(plan.message).toContain(`module.a (${git('first')}//sub) sub/main.tf: `);
  });
  it('when it calls itself, by its address or by a path', async () => {
    host.commit('first', { 'main.tf': module('again', git('first')), 'b/main.tf': module('up', '../b') });
    expect(await planned(module('a', git('first')), git('*'))).toMatchObject({
      message: expect.stringContaining('the module a.again calls itself'),
    });
    expect(await planned(module('a', `${git('first')}//b`), git('*'))).toMatchObject({
      message: expect.stringContaining('calls itself'),
    });
  });
  it('when its package leads out, or is too large', async () => {
    const source = `https://${host.host}/m.tar.gz`;
    const packed = async (...entries: Parameters<typeof tgzOf>[0]) => {
      host.archives['/m.tar.gz'] = tgzOf([{ path: 'main.tf', text: '' }, ...entries]);
      return (await planned(module('a', source), source)).message;
    };
    expect(await packed({ path: '../x.tf', text: '' })).toContain('../x.tf: a path that leads out of the module');
    expect(await packed({ path: 'x.tf', type: '2', target: '/etc/passwd' })).toContain(
      'x.tf: a link that does not lead',
    );
    expect(await packed({ path: 'x.tf', text: 'x'.repeat(65 * 1024 * 1024) })).toContain('more than 64 MB');
    host.archives['/m.tar.gz'] = Buffer.alloc(65 * 1024 * 1024);
    expect((await planned(module('a', source), source)).message).toContain('sent more than');
  });
});

describe('a git repository', () => {
  const one = async (ref: string, at = git('first')) => planned(module('a', `${at}${ref}`), git('*'));
  it('gives the commit that a tag, a branch or an id names, and no other', async () => {
    const first = host.commit('first', { 'main.tf': data('first', 'x') }, 'v1');
    const second = host.commit('first', { 'main.tf': data('second', 'x') });
    for (const [ref, name] of [
      ['', 'second'],
      ['?ref=main', 'second'],
      ['?ref=refs/heads/main', 'second'],
      ['?ref=v1', 'first'],
      ['?ref=tags/v1', 'first'],
      [`?ref=${first}`, 'first'],
    ])
      expect(await addressesIn(await one(ref!)), ref).toEqual([`module.a.terraform_data.${name}`]);
    host.git('first', 'branch', 'v1', second);
    for (const [ref, message] of [
      ['?ref=v1', /a branch and a tag v1, of different commits/],
      ['?ref=v2', /has no branch or tag v2/],
      [`?ref=${first.slice(0, 12)}`, /has no branch or tag/],
    ] as const)
      expect(await one(ref), ref).toMatchObject({
        code: 'INPUT_CONFIGURATION_REFUSED',
        message: expect.stringMatching(message),
      });
    expect(await one(`?ref=${'0'.repeat(40)}`)).toMatchObject({ code: 'WORKSPACE_MODULE_UNREACHABLE' });
    expect(await one('', git('nothing'))).toMatchObject({ code: 'WORKSPACE_MODULE_UNREACHABLE' });
  });
  it('may have links to its own files, and neither others nor submodules', async () => {
    const linked = (mode: string, target: string) => {
      host.commit('first', { 'real.tf': data('a', 'x'), to: target });
      const id = mode === '160000' ? host.git('first', 'rev-parse', 'HEAD') : host.git('first', 'rev-parse', 'HEAD:to');
      host.git('first', 'update-index', '--add', '--cacheinfo', `${mode},${id},main.tf`);
      host.git('first', 'commit', '-q', '-m', 'c');
      return one('');
    };
    // The same resource twice, so that Terraform refuses what was taken as two files.
    expect(await linked('120000', 'real.tf')).toMatchObject({
      code: 'WORKSPACE_PLAN_FAILED',
      message: expect.stringContaining('Duplicate resource'),
    });
    expect((await linked('120000', '/etc/passwd')).message).toContain('main.tf: a link that does not lead to a file');
    expect((await linked('120000', '../x')).message).toContain('main.tf: a link that does not lead to a file');
    expect((await linked('160000', '')).message).toContain('main.tf: a submodule');
  });
  it('that is too large is refused, by its files or by what belongs to no file', async () => {
    const refused = async () =>
      expect(await one('')).toMatchObject({
        code: 'INPUT_CONFIGURATION_REFUSED',
        message: expect.stringContaining(`${git('first')}: more than 64 MB`),
      });
    host.commit('first', { 'main.tf': '' });
    const message = join(here.root, '../message');
    writeFileSync(message, randomBytes(66 * 1024 * 1024).toString('base64'));
    host.git('first', 'commit', '-q', '--allow-empty', '-F', message);
    await refused();
    host.commit('first', { 'main.tf': '', large: '0'.repeat(200 * 1024 * 1024) });
    await refused();
  }, 120_000);
});

describe('a registry', () => {
  const source = () => registry('acme/net/none');
  const one = (more = '') => planned(module('a', source(), more), registry('acme/*'), git('*'));
  const answering = (status: number, headers: Record<string, string>, body = '') => {
    host.versions['acme/net/none'] = { '1.0.0': 'never' };
    host.instead = (path, answer) => {
      if (!path.endsWith('/download')) return false;
      answer.writeHead(status, headers).end(body);
      return true;
    };
  };
  it('says where a module lies in a header or in a body, also beside itself', async () => {
    host.archives['/v1/modules/acme/net/none/1.0.0/m.tgz'] = tgzOf([{ path: 'main.tf', text: data('a', 'x') }]);
    for (const told of [
      () => answering(204, { 'x-terraform-get': './m.tgz' }),
      () => answering(200, {}, JSON.stringify({ location: '/v1/modules/acme/net/none/1.0.0/m.tgz' })),
      () => answering(200, { 'x-terraform-get': './m.tgz?archive=tar.gz' }, '{}'),
    ]) {
      told();
      expect(await addressesIn(await one())).toEqual(['module.a.terraform_data.a']);
    }
  });
  it.each([
    ['s3::https://s3.amazonaws.com/b/m.zip', /which is not fetched/],
    ['http://127.0.0.1/m.zip', /which is not fetched/],
    ['/etc', /which is not fetched/],
    ['', /does not say where/],
  ])('that says %j is refused', async (location, message) => {
    answering(204, { 'x-terraform-get': location });
    expect((await one()).message).toMatch(message);
  });
  it('that does not speak its protocol, or leads in a circle, is told as that', async () => {
    expect(await one()).toMatchObject({ message: expect.stringContaining('answered 404') });
    host.instead = (path, answer) => {
      answer.writeHead(200).end(path.startsWith('/.well') ? '{"modules.v1": "http://127.0.0.1/"}' : '');
      return true;
    };
    expect(await one()).toMatchObject({ message: expect.stringContaining('does not say where its modules are') });
    host.instead = (_path, answer) => {
      answer.writeHead(200).end('[]');
      return true;
    };
    expect(await one()).toMatchObject({ message: expect.stringContaining('something else than the protocol') });
    host.instead = (path, answer) => {
      answer.writeHead(302, { location: path }).end();
      return true;
    };
    expect(await one()).toMatchObject({ message: expect.stringContaining('redirects more than 5 times') });
  });
  it('is not asked for a version that is not understood', async () => {
    expect(await one('  version = "latest"\n')).toMatchObject({
      message: expect.stringContaining('is not understood'),
    });
    expect(host.connections).toBe(0);
  });
});

it('all modules of one plan are bounded together, and a host that does not answer ends them', async () => {
  const small = (bounds: Partial<{ seconds: number; packages: number; bytes: number }>) => {
    const about = { modules: [git('*'), `https://${host.host}/*`], moduleAuthorities: host.authorities };
    const all = fetchedModules(about, join(here.root, '../scratch'), {
      seconds: 60,
      packages: 2,
      bytes: 1_000,
      ...bounds,
    });
    return (source: string) => {
      const address = addressOf(source, 'terraform');
      if (!('pattern' in address)) throw new Error(source);
      return all.get({ key: 'm', address, version: '' }).then(
        ({ files }) => [...files.keys()].join(),
        ({ code, message }: { code: string; message: string }) => `${code} ${message}`,
      );
    };
  };
  const at = (name: string) => `https://${host.host}/${name}.tgz`;
  for (const name of ['a', 'b', 'c'])
    host.archives[`/${name}.tgz`] = tgzOf([{ path: 'main.tf', text: 'x'.repeat(600) }]);
  const many = small({ bytes: 10_000 });
  expect([await many(at('a')), await many(at('a')), await many(at('b'))]).toEqual(['main.tf', 'main.tf', 'main.tf']);
  expect(await many(at('c'))).toContain('More than 2 modules');
  expect(host.asked).toHaveLength(2);
  const large = small({});
  expect([await large(at('a')), await large(at('b'))]).toEqual([
    'main.tf',
    expect.stringContaining('more than 1000 bytes'),
  ]);
  host.instead = () => true;
  for (const source of [at('a'), git('first')])
    expect(await small({ seconds: 0.2 })(source)).toContain('WORKSPACE_MODULE_UNREACHABLE');
});

it('a plan file of a job that fetched the same modules itself is adopted', async () => {
  const { main, modules } = threeLevels();
  const backend = `terraform {\n  backend "local" {\n    path = "${here.statePath}"\n  }\n}\n`;
  here.write({ 'main.tf': backend + main });
  const folder = await theirs('init', '-input=false');
  await theirs('plan', '-input=false', '-out=ci.tfplan');
  const app = await here.world.another({ policy: here.policy(settings(...modules)), templateRoots: [folder] });
  const plan = await here.plan({ plan_file: join(folder, 'ci.tfplan') }, app);
  expect((await stored(plan)).notes.at(-1)).toContain('This plan file was made elsewhere');
});

describe('the policy can pin', () => {
  const shaOf = async (plan: Record<string, unknown>) =>
    /"sha256":"([0-9a-f]{64})/.exec(JSON.stringify((await stored(plan)).observed))![1]!;
  it('the files of a module: others are refused, also where a wider entry would take them', async () => {
    host.commit('first', { 'main.tf': data('a', 'x') });
    const main = module('a', git('first'));
    const sha256 = await shaOf(await planned(main, git('first')));
    const pinned = { source: git('first'), sha256 };
    expect(await addressesIn(await planned(main, pinned))).toEqual(['module.a.terraform_data.a']);
    host.commit('first', { 'main.tf': data('a', 'y') });
    for (const entries of [[pinned], [git('*'), pinned]])
      expect(await planned(main, ...entries)).toMatchObject({
        code: 'INPUT_CONFIGURATION_REFUSED',
        message: expect.stringContaining(`and the policy lists ${sha256}`),
      });
  });
  it('the versions of a registry’s module, and the files of where they lie', async () => {
    host.commit('first', { 'main.tf': data('a', 'x') }, 'v1');
    host.versions['acme/net/none'] = { '1.0.0': `${git('first')}?ref=v1`, '2.0.0': `${git('first')}?ref=v1` };
    const source = registry('acme/net/none');
    const main = module('a', source);
    const plan = await planned(main, { source, version: '< 2' }, git('*'));
    expect((await stored(plan)).notes.join()).toContain(`${source} 1.0.0`);
    expect(
      await planned(module('a', source, '  version = "2.0.0"\n'), { source, version: '< 2' }, git('*')),
    ).toMatchObject({
      message: expect.stringContaining('has no version that fits'),
    });
    expect(await planned(main, source, { source: git('first'), sha256: '0'.repeat(64) })).toMatchObject({
      message: expect.stringContaining('and the policy lists 000000'),
    });
  });
});

it('no credential of whoever runs this is sent along, and a host that asks for one is told by name', async () => {
  const home = join(here.root, '../home');
  mkdirSync(home, { recursive: true });
  const [address] = host.host.split(':');
  writeFileSync(join(home, '.netrc'), `machine ${address} login me password secret\n`, { mode: 0o600 });
  writeFileSync(
    join(home, '.gitconfig'),
    '[credential]\n  helper = "!echo username=me; echo password=secret; true"\n[http]\n  extraHeader = "X-Secret: secret"\n',
  );
  writeFileSync(join(home, '.terraformrc'), `credentials "${address}" {\n  token = "secret"\n}\n`);
  for (const [name, value] of Object.entries({
    HOME: home,
    GIT_ASKPASS: '/bin/echo',
    HTTPS_PROXY: 'http://127.0.0.1:9',
    https_proxy: 'http://127.0.0.1:9',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    GIT_SSL_NO_VERIFY: '1',
  }))
    vi.stubEnv(name, value);
  const asks = () => {
    host.instead = (_path, answer) => {
      answer.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return true;
    };
  };
  asks();
  for (const source of [git('first'), registry('acme/net/none'), `https://${host.host}/m.zip`])
    expect((await planned(module('a', source), source)).code).toMatch(
      /^(?:WORKSPACE_MODULE_UNREACHABLE|INPUT_CONFIGURATION_REFUSED)$/,
    );
  expect(host.asked.length).toBeGreaterThan(2);
  expect(JSON.stringify(host.headers)).not.toMatch(/secret|authorization|cookie/i);
  // A certificate of nobody is refused, whatever the environment says.
  const asked = host.asked.length;
  here.write({ 'main.tf': module('a', git('first')) });
  for (const source of [git('first'), `https://${host.host}/m.zip`]) {
    here.write({ 'main.tf': module('a', source) });
    const app = await here.world.another({ policy: here.policy(`    modules: ["${source}"]\n`) });
    expect((await here.plan({}, app)).code).toBe('WORKSPACE_MODULE_UNREACHABLE');
  }
  expect(host.asked).toHaveLength(asked);
});

it('versions are chosen as the program chooses them', async () => {
  host.commit('first', { 'main.tf': '' }, 'v1');
  const all = ['1.0.0', '1.2.0', '1.2.9', '1.3.0-beta1', '1.10.0', '2.0.0', '3.0.0-rc1'];
  host.versions['acme/net/none'] = Object.fromEntries(all.map((version) => [version, `${git('first')}?ref=v1`]));
  const forms = [
    '',
    '~> 1',
    '~> 1.2',
    '~> 1.2.0',
    '>= 1.0, < 1.3',
    '1.3.0-beta1',
    '>= 1.3.0-beta1',
    '!= 2.0.0',
    '> 1.2.9,<=2.0',
    '2',
    '< 2.0.0',
    '~>1.2.0 , !=1.2.9',
    '= 1.2.0',
  ];
  const main = forms
    .map((form, index) => module(`m${index}`, registry('acme/net/none'), form === '' ? '' : `  version = "${form}"\n`))
    .join('');
  expect(await planned(main, registry('acme/*'), git('*'))).toMatchObject({ decision: 'no_change' });
  expect(manifest(work())).toEqual(await ofTerraform());
  for (const none of ['= 3.0.0-rc1', '~> 3.0.0-rc1', '>= 1.3.0-beta1, < 1.4', '> 9'])
    expect(
      await planned(module('m', registry('acme/net/none'), `  version = "${none}"\n`), registry('acme/*'), git('*')),
      none,
    ).toMatchObject({
      message: expect.stringContaining('has no version that fits'),
    });
});

it('addresses are written as the program writes them', async () => {
  host.commit(
    'first',
    {
      'main.tf': module('inner', './sub/./inner/'),
      'sub/main.tf': module('up', '../sub/inner'),
      'sub/inner/main.tf': '',
    },
    'v1',
  );
  host.archives['/m.tar.gz'] = tgzOf([{ path: 'x/main.tf', text: '' }]);
  host.versions['acme/net/none'] = {
    '1.0.0': `${git('first')}//sub?ref=v1`,
    '2.0.0': `https://${host.host}/m.tar.gz//x?archive=tar.gz`,
  };
  here.write({ 'local/main.tf': '' });
  const sources = [
    git('first'),
    `${git('first')}//sub?ref=v1`,
    `${git('first')}//sub/?depth=1&ref=main`,
    `${git('first')}?ref=refs/tags/v1`,
    `https://${host.host}/m.tar.gz//x`,
    `https://${host.host}/m.tar.gz//x?archive=tar.gz`,
    './local',
    './local/',
    './x/../local',
  ];
  const main = [
    ...sources.map((source, index) => module(`m${index}`, source)),
    module('r1', `${registry('acme/net/none')}//inner`, '  version = "1.0.0"\n'),
    module('r2', registry('acme/net/none'), '  version = "2.0.0"\n'),
  ].join('');
  expect(await planned(main, registry('acme/*'), git('*'), `https://${host.host}/*`, '*')).toMatchObject({
    decision: 'no_change',
  });
  expect(manifest(work())).toEqual(await ofTerraform());
});
