/** What a configuration may not hold: each is refused by name before the program is started, and its twin is planned. */
import { describe, expect, it } from 'vitest';
import { mustBeReadable } from '../../src/providers/terraform/reading/configuration.ts';
import { expressionsIn, filesReadBy } from '../../src/providers/terraform/reading/functions.ts';
import { readBodies } from '../../src/providers/terraform/reading/hcl.ts';
import type { WorkspaceSettings } from '../../src/providers/terraform/settings.ts';

const SETTINGS: WorkspaceSettings = {
  name: 'network',
  tool: 'terraform',
  version: '1.11.4',
  binary: '/nowhere',
  root: '/nowhere',
  module: 'live',
  variableFiles: [],
  backend: { type: 'local', settings: { path: '/nowhere/state' } },
  environment: 'production',
  execute: 'by_command',
  providers: { 'registry.terraform.io/hashicorp/aws': { hashes: ['h1:aaaaaaaaaaaaaaaaaaaaaaaaaaaa'] } },
  providerBlocks: { aws: [{ region: 'eu-west-1' }] },
  modules: ['modules/*'],
  data: ['aws_*', 'http'],
  ephemeral: ['random_password'],
  planner: { set: {}, pass: [] },
  executor: { set: {}, pass: [] },
};

const read = (files: Record<string, string>, settings: Partial<WorkspaceSettings> = {}) =>
  mustBeReadable(
    {
      files: new Map(
        Object.entries({ 'live/versions.tf': 'provider "aws" {\n  region = "eu-west-1"\n}\n', ...files }).map(
          ([path, text]) => [path, Buffer.from(text)],
        ),
      ),
      commit: null,
    },
    { ...SETTINGS, ...settings },
  );
const refused = (files: Record<string, string>, settings?: Partial<WorkspaceSettings>) =>
  read(files, settings).then(
    () => 'planned',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );
const body = (...lines: string[]) => lines.join('\n');
const resource = (...lines: string[]) => body('resource "terraform_data" "a" {', ...lines, '}');

/** A name, what is refused and named, and what is like it and planned. */
const CASES: [name: string, refused: Record<string, string>, named: RegExp, twin: Record<string, string>][] = [
  [
    'a provisioner',
    { 'live/main.tf': resource('provisioner "local-exec" {', 'command = "true"', '}') },
    /live\/main\.tf: provisioner in terraform_data\.a/,
    { 'live/main.tf': resource('input = "provisioner"') },
  ],
  [
    'a provisioner that an attribute of its name hides',
    { 'live/main.tf': resource('provisioner "local-exec" {', 'command = "true"', '}', 'provisioner = 1') },
    /provisioner in terraform_data\.a/,
    { 'live/main.tf': resource('input = 1') },
  ],
  [
    'a provisioner in an override file',
    {
      'live/main.tf': resource(),
      'live/x_override.tf': resource('provisioner "local-exec" {', 'command = "true"', '}'),
    },
    /live\/x_override\.tf: provisioner/,
    { 'live/main.tf': resource(), 'live/x_override.tf': resource('input = 1') },
  ],
  [
    'a provisioner in a removed block',
    {
      'live/main.tf': body(
        'removed {',
        'from = terraform_data.a',
        'provisioner "local-exec" {',
        'when = destroy',
        'command = "true"',
        '}',
        '}',
      ),
    },
    /provisioner in a removed block/,
    { 'live/main.tf': body('removed {', 'from = terraform_data.a', 'lifecycle {', 'destroy = false', '}', '}') },
  ],
  [
    'a provisioner in a module',
    {
      'live/main.tf': body('module "m" {', 'source = "../modules/m"', '}'),
      'modules/m/main.tf': resource('provisioner "local-exec" {', 'command = "true"', '}'),
    },
    /modules\/m\/main\.tf: provisioner/,
    { 'live/main.tf': body('module "m" {', 'source = "../modules/m"', '}'), 'modules/m/main.tf': resource() },
  ],
  [
    'a provisioner in a module of a module',
    {
      'live/main.tf': body('module "m" {', 'source = "../modules/m"', '}'),
      'modules/m/main.tf': body('module "n" {', 'source = "./n"', '}'),
      'modules/m/n/main.tf': resource('provisioner "local-exec" {', 'command = "true"', '}'),
    },
    /modules\/m\/n\/main\.tf: provisioner/,
    {
      'live/main.tf': body('module "m" {', 'source = "../modules/m"', '}'),
      'modules/m/main.tf': body('module "n" {', 'source = "./n"', '}'),
      'modules/m/n/main.tf': resource(),
    },
  ],
  [
    'a provisioner in JSON',
    {
      'live/main.tf.json': JSON.stringify({
        resource: [{ terraform_data: { a: [{ provisioner: [{ 'local-exec': { command: 'true' } }] }] } }],
      }),
    },
    /live\/main\.tf\.json: provisioner in terraform_data\.a/,
    { 'live/main.tf.json': JSON.stringify({ resource: [{ terraform_data: { a: [{ input: 1 }] } }] }) },
  ],
  [
    'JSON with a member that stands twice',
    { 'live/main.tf.json': '{"resource": {"terraform_data": {"a": {"provisioner": []}}}, "resource": {}}' },
    /live\/main\.tf\.json: .*unique/,
    { 'live/main.tf.json': '{"resource": {"terraform_data": {"a": {}}}, "locals": {}}' },
  ],
  [
    'an action that a resource triggers',
    {
      'live/main.tf': resource(
        'lifecycle {',
        'action_trigger {',
        'events = [after_create]',
        'actions = [action.aws_lambda_invoke.x]',
        '}',
        '}',
      ),
    },
    /action_trigger in terraform_data\.a/,
    { 'live/main.tf': resource('lifecycle {', 'prevent_destroy = true', '}') },
  ],
  [
    'a block that a later version may add',
    { 'live/main.tf': body('action "aws_lambda_invoke" "x" {', '}') },
    /live\/main\.tf: action \(a block that Countersign does not know\)/,
    { 'live/main.tf': body('check "x" {', 'assert {', 'condition = true', 'error_message = "x"', '}', '}') },
  ],
  [
    'external data',
    { 'live/main.tf': body('data "external" "x" {', 'program = ["true"]', '}') },
    /data external\.x/,
    { 'live/main.tf': body('data "aws_ami" "x" {', '}') },
  ],
  [
    'data that calls a URL, also where the policy lists it',
    { 'live/main.tf': body('data "http" "x" {', 'url = "http://localhost"', '}') },
    /data http\.x/,
    { 'live/main.tf': body('data "aws_ami" "x" {', '}') },
  ],
  [
    'data of another state',
    { 'live/main.tf': body('data "terraform_remote_state" "x" {', 'backend = "local"', '}') },
    /data terraform_remote_state\.x/,
    { 'live/main.tf': body('data "aws_vpc" "x" {', '}') },
  ],
  [
    'data that calls a function',
    { 'live/main.tf': body('data "aws_lambda_invocation" "x" {', 'function_name = "f"', '}') },
    /data aws_lambda_invocation\.x/,
    { 'live/main.tf': body('data "aws_lambda_function" "x" {', 'function_name = "f"', '}') },
  ],
  [
    'data of a type that the policy does not list',
    { 'live/main.tf': body('data "google_project" "x" {', '}') },
    /data google_project\.x/,
    { 'live/main.tf': body('data "aws_caller_identity" "x" {', '}') },
  ],
  [
    'data in a check',
    { 'live/main.tf': body('check "x" {', 'data "external" "e" {', 'program = ["true"]', '}', '}') },
    /data external\.e/,
    { 'live/main.tf': body('check "x" {', 'data "aws_ami" "e" {', '}', '}') },
  ],
  [
    'an ephemeral resource that the policy does not list',
    { 'live/main.tf': body('ephemeral "aws_secretsmanager_secret_version" "x" {', '}') },
    /ephemeral aws_secretsmanager_secret_version\.x/,
    { 'live/main.tf': body('ephemeral "random_password" "x" {', 'length = 8', '}') },
  ],
  [
    'another backend',
    { 'live/main.tf': body('terraform {', 'backend "http" {', '}', '}') },
    /the backend http/,
    { 'live/main.tf': body('terraform {', 'backend "local" {', '}', '}') },
  ],
  [
    'a workspace of a vendor’s service',
    { 'live/main.tf': body('terraform {', 'cloud {', 'organization = "x"', '}', '}') },
    /terraform\.cloud/,
    { 'live/main.tf': body('terraform {', 'required_version = ">= 1.0"', '}') },
  ],
  [
    'encryption of the state, which may run a program',
    { 'live/main.tofu': body('terraform {', 'encryption {', '}', '}') },
    /terraform\.encryption/,
    { 'live/main.tofu': body('terraform {', 'required_version = ">= 1.0"', '}') },
  ],
  [
    'a provider that the policy does not list',
    { 'live/main.tf': body('terraform {', 'required_providers {', 'aws = {', 'source = "evil/aws"', '}', '}', '}') },
    /the provider registry\.terraform\.io\/evil\/aws/,
    {
      'live/main.tf': body('terraform {', 'required_providers {', 'aws = {', 'source = "hashicorp/aws"', '}', '}', '}'),
    },
  ],
  [
    'a provider block with more than the policy has',
    {
      'live/main.tf': body(
        'provider "aws" {',
        'region = "eu-west-1"',
        'endpoints {',
        'sts = "http://localhost"',
        '}',
        '}',
      ),
    },
    /a provider block of aws/,
    { 'live/main.tf': body('provider "aws" {', 'region = "eu-west-1"', '}') },
  ],
  [
    'a provider block of a provider without any in the policy',
    { 'live/main.tf': body('provider "kubernetes" {', 'exec {', 'command = "true"', '}', '}') },
    /a provider block of kubernetes/,
    { 'live/main.tf': body('provider "aws" {', 'region = "eu-west-1"', '}') },
  ],
  [
    'a lock file with a hash that the policy does not list',
    {
      'live/.terraform.lock.hcl': body(
        'provider "registry.terraform.io/hashicorp/aws" {',
        'version = "5.0.0"',
        'hashes = ["h1:bbbbbbbbbbbbbbbbbbbbbbbbbbbb"]',
        '}',
      ),
    },
    /registry\.terraform\.io\/hashicorp\/aws with hashes/,
    {
      'live/.terraform.lock.hcl': body(
        'provider "registry.terraform.io/hashicorp/aws" {',
        'version = "5.0.0"',
        'hashes = ["h1:aaaaaaaaaaaaaaaaaaaaaaaaaaaa"]',
        '}',
      ),
    },
  ],
  [
    'a lock file with a provider that the policy does not list',
    {
      'live/.terraform.lock.hcl': body(
        'provider "registry.terraform.io/hashicorp/null" {',
        'version = "3.0.0"',
        'hashes = ["h1:aaaaaaaaaaaaaaaaaaaaaaaaaaaa"]',
        '}',
      ),
    },
    /hashicorp\/null in the lock file/,
    { 'live/.terraform.lock.hcl': '' },
  ],
  [
    'a module from elsewhere',
    { 'live/main.tf': body('module "m" {', 'source = "git::https://example.com/m.git"', '}') },
    /the module m from git::https/,
    { 'live/main.tf': body('module "m" {', 'source = "../modules/m"', '}'), 'modules/m/main.tf': '' },
  ],
  [
    'a module of a registry',
    { 'live/main.tf': body('module "m" {', 'source = "terraform-aws-modules/vpc/aws"', '}') },
    /the module m from terraform-aws-modules/,
    { 'live/main.tf': body('module "m" {', 'source = "../modules/m"', '}'), 'modules/m/main.tf': '' },
  ],
  [
    'a module whose source is computed',
    { 'live/main.tf': body('module "m" {', 'source = "../modules/${var.m}"', '}') },
    /the module m from/,
    { 'live/main.tf': body('module "m" {', 'source = "../modules/m/"', '}'), 'modules/m/main.tf': '' },
  ],
  [
    'a module out of the folder',
    { 'live/main.tf': body('module "m" {', 'source = "../../m"', '}') },
    /the module m from \.\.\/\.\.\/m/,
    { 'live/main.tf': body('module "m" {', 'source = "../live/../modules/m"', '}'), 'modules/m/main.tf': '' },
  ],
  [
    'a module in a folder that the policy does not list',
    { 'live/main.tf': body('module "m" {', 'source = "../vendor/m"', '}'), 'vendor/m/main.tf': '' },
    /the module m from \.\.\/vendor\/m/,
    { 'live/main.tf': body('module "m" {', 'source = "../modules/m"', '}'), 'modules/m/main.tf': '' },
  ],
  [
    'a module that an override takes from elsewhere',
    {
      'live/main.tf': body('module "m" {', 'source = "../modules/m"', '}'),
      'live/m_override.tf': body('module "m" {', 'source = "../modules/n"', '}'),
      'modules/m/main.tf': '',
      'modules/n/main.tf': '',
    },
    /live\/m_override\.tf: the module m from \.\.\/modules\/n/,
    {
      'live/main.tf': body('module "m" {', 'source = "../modules/m"', '}'),
      'live/m_override.tf': body('module "m" {', 'x = 1', '}'),
      'modules/m/main.tf': '',
    },
  ],
  [
    'a module with a token in its address, which is not told',
    { 'live/main.tf': body('module "m" {', 'source = "git::https://me:token@example.com/m.git"', '}') },
    /the module m from git::https:\/\/\*\*\*\*@example\.com/,
    { 'live/main.tf': body('module "m" {', 'source = "../modules/m"', '}'), 'modules/m/main.tf': '' },
  ],
  [
    'a module in what init left behind',
    { 'live/main.tf': body('module "m" {', 'source = "./.terraform/modules/x"', '}') },
    /the module m from \.\/\.terraform/,
    { 'live/main.tf': body('module "m" {', 'source = "../modules/m"', '}'), 'modules/m/main.tf': '' },
  ],
  [
    'a module that calls itself',
    {
      'live/main.tf': body('module "m" {', 'source = "../modules/m"', '}'),
      'modules/m/main.tf': body('module "n" {', 'source = "../m"', '}'),
    },
    /the module m\.n calls itself/,
    {
      'live/main.tf': body(
        'module "m" {',
        'source = "../modules/m"',
        '}',
        'module "n" {',
        'source = "../modules/m"',
        '}',
      ),
      'modules/m/main.tf': '',
    },
  ],
  [
    'modules in too many levels',
    {
      'live/main.tf': body('module "m" {', 'source = "../modules/0"', '}'),
      ...Object.fromEntries(
        Array.from({ length: 21 }, (_, at) => [
          `modules/${at}/main.tf`,
          at === 20 ? '' : body('module "m" {', `source = "../${at + 1}"`, '}'),
        ]),
      ),
    },
    /modules in more than 20 levels/,
    {
      'live/main.tf': body('module "m" {', 'source = "../modules/0"', '}'),
      ...Object.fromEntries(
        Array.from({ length: 20 }, (_, at) => [
          `modules/${at}/main.tf`,
          at === 19 ? '' : body('module "m" {', `source = "../${at + 1}"`, '}'),
        ]),
      ),
    },
  ],
  [
    'too many calls',
    {
      'live/main.tf': Array.from({ length: 1_000 }, (_, at) => `module "m${at}" {\nsource = "../modules/m"\n}`).join(
        '\n',
      ),
      'modules/m/main.tf': '',
    },
    /more than 1000 calls of modules/,
    {
      'live/main.tf': Array.from({ length: 999 }, (_, at) => `module "m${at}" {\nsource = "../modules/m"\n}`).join(
        '\n',
      ),
      'modules/m/main.tf': '',
    },
  ],
  [
    'a template that is not there, whose words nobody has read',
    { 'live/main.tf': body('locals {', 'a = templatefile("X.tpl", {})', '}'), 'live/x.tpl': 'a' },
    /templatefile\(\) of live\/X\.tpl, which is not there/,
    { 'live/main.tf': body('locals {', 'a = templatefile("x.tpl", {})', '}'), 'live/x.tpl': 'a' },
  ],
  [
    'a file of what init leaves behind',
    { 'live/main.tf': body('locals {', 'a = file(".terraform/modules/m/x")', '}') },
    /file\(\) of a path that is not literal, or is outside/,
    { 'live/main.tf': body('locals {', 'a = file("x.terraform")', '}') },
  ],
  [
    'an argument that hides blocks of its name',
    { 'live/main.tf': body('data "external" "x" {', '}', 'data = 1') },
    /an argument data at the top/,
    { 'live/main.tf': body('data "aws_ami" "x" {', '}') },
  ],
  [
    'a backend in an override file, which may come after the one of the policy',
    { 'live/zzz_override.tf': body('terraform {', 'backend "local" {', 'path = "/elsewhere"', '}', '}') },
    /live\/zzz_override\.tf: the backend local in an override file/,
    { 'live/zzz_override.tf': body('terraform {', 'required_version = ">= 1.0"', '}') },
  ],
  [
    'a backend in the file override.tf.json',
    { 'live/override.tf.json': JSON.stringify({ terraform: [{ backend: { local: { path: '/elsewhere' } } }] }) },
    /live\/override\.tf\.json: the backend local in an override file/,
    { 'live/overrides.tf.json': JSON.stringify({ terraform: [{ backend: { local: { path: '/elsewhere' } } }] }) },
  ],
  [
    'data of a provider whose block the policy has, and the configuration not',
    { 'live/versions.tf': body('data "aws_ami" "x" {', '}') },
    /live: no provider block of aws/,
    { 'live/main.tf': body('data "aws_ami" "x" {', '}') },
  ],
  [
    'a resource in a module, of a provider under another name, without the block of the policy',
    {
      'live/versions.tf': body('module "m" {', 'source = "../modules/m"', '}'),
      'modules/m/main.tf': body(
        'terraform {',
        'required_providers {',
        'mine = {',
        'source = "hashicorp/aws"',
        '}',
        '}',
        '}',
        'resource "aws_vpc" "a" {',
        'provider = mine',
        '}',
      ),
    },
    /live: no provider block of aws/,
    { 'live/versions.tf': body('module "m" {', 'source = "../modules/m"', '}'), 'modules/m/main.tf': resource() },
  ],
  [
    'a provider block under an alias in place of the one that the policy has',
    {
      'live/versions.tf': body(
        'resource "aws_vpc" "a" {',
        '}',
        'provider "aws" {',
        'alias = "x"',
        'region = "eu-west-1"',
        '}',
      ),
    },
    /a provider block of aws that the policy does not list/,
    { 'live/main.tf': body('resource "aws_vpc" "a" {', '}') },
  ],
  [
    'a provisioner, and no tag of that name',
    { 'live/main.tf': resource('provisioner "file" {', '}') },
    /provisioner in terraform_data\.a/,
    { 'live/main.tf': resource('input = { provisioner = "terraform", action_trigger = [{ provisioner = 1 }] }') },
  ],
  [
    'a file that init leaves in the copy',
    { 'live/main.tf': body('locals {', 'a = file("${path.module}/.terraform/terraform.tfstate")', '}') },
    /file\(\) of a path/,
    { 'live/main.tf': body('locals {', 'a = file("${path.module}/.terraform-version")', '}') },
  ],
  ['what is not HCL', { 'live/main.tf': 'resource "a" {' }, /Unclosed configuration block/, { 'live/main.tf': '' }],
];

describe.each(CASES)('%s', (_name, files, named, twin) => {
  it('is refused by name', async () => {
    const told = await refused(files);
    expect(told).toMatch(/^INPUT_CONFIGURATION_REFUSED: /);
    expect(told).toMatch(named);
  });
  it('and its twin is planned', async () => expect(await refused(twin)).toBe('planned'));
});

it.each([
  ['data', 'external'],
  ['data', 'http'],
  ['data', 'terraform_remote_state'],
  ['data', 'aws_lambda_invocation'],
  ['data', 'awscc_lambda_invocation'],
  ['ephemeral', 'aws_lambda_invocation'],
])('%s %s is never read, whatever the policy lists', async (kind, type) => {
  const settings = { data: ['*'], ephemeral: ['*'] };
  expect(await refused({ 'live/main.tf': body(`${kind} "${type}" "x" {`, '}') }, settings)).toMatch(/Lambda|x: |\.x/);
  expect(await refused({ 'live/main.tf': body(`${kind} "${type}s" "x" {`, '}') }, settings)).toBe('planned');
});

it('an override file at the top of the copy names no backend either', async () => {
  const files = { 'override.tf': body('terraform {', 'backend "local" {', '}', '}') };
  expect(await refused(files, { module: '.', providerBlocks: {} })).toMatch(
    /override\.tf: the backend local in an override/,
  );
  const other = { 'nooverride.tf': files['override.tf'] };
  expect(await refused(other, { module: '.', providerBlocks: {} })).toBe('planned');
});

it('a lock file without hashes, or with one that is not listed beside others, is refused', async () => {
  const lock = (...hashes: string[]) => ({
    'live/.terraform.lock.hcl': body(
      'provider "registry.terraform.io/hashicorp/aws" {',
      'version = "5.0.0"',
      `hashes = ${JSON.stringify(hashes)}`,
      '}',
    ),
  });
  const known = 'h1:aaaaaaaaaaaaaaaaaaaaaaaaaaaa';
  expect(await refused(lock())).toMatch(/with hashes that the policy does not list/);
  expect(await refused(lock(known, 'h1:bbbbbbbbbbbbbbbbbbbbbbbbbbbb'))).toMatch(/with hashes that/);
  expect(await refused(lock(known))).toBe('planned');
});

it('a provider is the one of the registry that the program itself asks', async () => {
  const wanted = {
    'live/main.tf': body('terraform {', 'required_providers {', 'aws = {', 'source = "hashicorp/aws"', '}', '}', '}'),
  };
  expect(await refused(wanted)).toBe('planned');
  expect(await refused(wanted, { tool: 'tofu' })).toMatch(/the provider registry\.opentofu\.org\/hashicorp\/aws/);
  const implied = { 'live/main.tf': body('terraform {', 'required_providers {', 'null = "~> 3.0"', '}', '}') };
  expect(await refused(implied)).toMatch(/the provider registry\.terraform\.io\/hashicorp\/null/);
  const builtIn = body(
    'terraform {',
    'required_providers {',
    'terraform = {',
    'source = "terraform.io/builtin/terraform"',
    '}',
    '}',
    '}',
  );
  expect(await refused({ 'live/main.tf': builtIn })).toBe('planned');
});

it('comments of JSON are none of its blocks, and a block that is null is refused', async () => {
  const json = (value: object) => ({ 'live/main.tf.json': JSON.stringify(value) });
  expect(await refused(json({ '//': 'a comment', terraform: { '//': 'another', required_version: '>= 1.0' } }))).toBe(
    'planned',
  );
  expect(await refused(json({ data: null }))).toMatch(/an argument data at the top/);
});

it('the block of the policy is asked for of each provider that is used, and not where only aliases are listed', async () => {
  const settings = (...aws: object[]) => ({ providerBlocks: { aws: aws as Record<string, unknown>[] } });
  const [plain, aliased] = [{ region: 'eu-west-1' }, { alias: 'b', region: 'us-east-1' }];
  const files = (...lines: string[]) => ({ 'live/versions.tf': body(...lines) });
  const vpc = ['resource "aws_vpc" "a" {', 'provider = aws.b', '}'];
  const block = ['provider "aws" {', 'alias = "b"', 'region = "us-east-1"', '}'];
  expect(await refused(files(...vpc, ...block), settings(aliased))).toBe('planned');
  expect(await refused(files(...vpc, ...block), settings(plain, aliased))).toMatch(/no provider block of aws/);
  const renamed = ['resource "acme_disk" "a" {', 'provider = aws', '}'];
  expect(await refused(files(...renamed), settings(plain))).toMatch(/no provider block of aws/);
  const inJson = {
    'live/versions.tf': '',
    'live/main.tf.json': JSON.stringify({ resource: { acme_disk: { a: { provider: 'aws.b' } } } }),
  };
  expect(await refused(inJson, settings(plain))).toMatch(/no provider block of aws/);
});

it('bytes that are not UTF-8 are refused', async () => {
  const files = new Map([['live/main.tf', Buffer.from([0x23, 0xff, 0x0a])]]);
  await expect(mustBeReadable({ files, commit: null }, SETTINGS)).rejects.toMatchObject({
    message: expect.stringContaining('live/main.tf: bytes that are not UTF-8'),
  });
});

/** Parsed at once: each is the value of a local. */
const PLANNED = [
  'file("x.txt")',
  'file("${path.module}/x.txt")',
  'file("${path.root}/../modules/m/x.txt")',
  'templatefile("${path.module}/x.tpl", { a = var.b })',
  'fileset("${path.module}/files", "*.txt")',
  '"a text with file(x)"',
  'profile("x")',
  'my-file(1)',
];
const REFUSED = [
  'file("/etc/passwd")',
  'file("~/.aws/credentials")',
  'file("${path.module}/../../x")',
  'file("../../x")',
  'file(var.path)',
  'file("${var.path}")',
  'file("${path.cwd}/x")',
  'file("${path.module}/${var.x}")',
  'file("${path.module}/\\u002e\\u002e/\\u002e\\u002e/x")',
  'core::file("/etc/passwd")',
  'file /* x */ ("/etc/passwd")',
  'join("file(", ["x" /* y */, file /* ) */ (var.path)])',
  'join("", ["file(\\"", file /* " */ /* ) */ (var.path), "/* x */"])',
  'filebase64("/etc/passwd")',
  'filesha256("/etc/passwd")',
  'fileexists("/etc/passwd")',
  'fileset("/etc", "*")',
  'fileset("${path.module}", "../../*")',
  'fileset("${path.module}", var.x)',
  'templatefile(var.x, {})',
  'templatestring(local.b, {})',
  '"x ${file("/etc/passwd")} y"',
  '[for x in ["/etc/passwd"] : file(x)]',
  '{ (file("/etc/passwd")) = 1 }',
  '"%{ if true }${file("/etc/passwd")}%{ endif }"',
];
describe('functions that read files', () => {
  const paths = async (expressions: readonly string[]) => {
    const files = expressions.map((one, index): [string, string] => [`${index}.tf`, `locals {\n  a = ${one}\n}\n`]);
    const bodies = await readBodies(new Map(files));
    return files.map(([name]) =>
      [...expressionsIn(bodies.get(name))].flatMap((text) => filesReadBy(text, { module: 'live', root: 'live' })),
    );
  };
  it('are looked for in steps that grow with the text, whatever it repeats', () => {
    for (const part of ['file/*', 'file(/*', 'file("a" /*', 'file #', 'file(', 'fileset("a",', 'file("', 'file(" */'])
      expect(filesReadBy(`\${${part.repeat(200_000)}}`, { module: '', root: '' }).length, part).toBeLessThan(200_001);
  });
  it('may name what is in the copy', async () => {
    for (const [index, found] of (await paths(PLANNED)).entries())
      expect(
        found.every(({ path }) => path !== null),
        PLANNED[index],
      ).toBe(true);
  });
  it('are found, and known to name what is outside or not literal', async () => {
    for (const [index, found] of (await paths(REFUSED)).entries())
      expect(
        found.some(({ path }) => path === null),
        REFUSED[index],
      ).toBe(true);
  });
  it('are refused in a configuration, and in a template that it reads', async () => {
    const using = (expression: string, template = '') =>
      refused({ 'live/main.tf': body('locals {', `a = ${expression}`, '}'), 'live/x.tpl': template });
    expect(await using('file("/etc/passwd")')).toMatch(/file\(\) of a path that is not literal, or is outside/);
    expect(await using('templatefile("x.tpl", {})', 'a ${file("/etc/passwd")}')).toMatch(
      /file\(\) in the template live\/x\.tpl/,
    );
    expect(await using('templatefile("x.tpl", {})', 'a ${a}')).toBe('planned');
  });
});
