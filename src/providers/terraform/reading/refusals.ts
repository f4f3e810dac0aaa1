/**
 * What a configuration may not hold, block by block. Pure.
 *
 * INVARIANT: a block that is not listed here is refused by its name: what a later version adds weakens nothing. A member
 * that is named like a block counts as one, since the parser keeps the attribute where both stand.
 */
import { isDeepStrictEqual } from 'node:util';
import { matchesGlob } from '../../../core/glob.ts';
import type { WorkspaceSettings } from '../settings.ts';
import { type Block, blocksOf } from './blocks.ts';
import type { Body } from './hcl.ts';

export interface Found {
  what: string;
  remedy: string;
}
export type Allowed = Pick<
  WorkspaceSettings,
  'tool' | 'backend' | 'providers' | 'providerBlocks' | 'data' | 'ephemeral'
>;

/** They run a program, call a function or a URL, or read another state, whatever the policy lists. */
const NEVER_READ = ['external', 'http', 'terraform_remote_state', 'aws_lambda_invocation', 'awscc_lambda_invocation'];
const ASK = 'The policy owners can allow it for this workspace';
const BUILT_IN = 'terraform.io/builtin/terraform';

type Judge = (block: Block, allowed: Allowed) => Found[];
interface Kind {
  labels: number;
  judge?: Judge;
}
const found = (what: string, remedy: string): Found => ({ what, remedy });

/** Where Terraform takes such a block. Elsewhere the name is a value's: a tag `provisioner` runs nothing. */
const RUNS: Readonly<Record<string, (body: Body) => boolean>> = {
  provisioner: (body) => Object.hasOwn(body, 'provisioner'),
  action_trigger: (body) =>
    blocksOf(body.lifecycle, 0).some(({ body: inner }) => Object.hasOwn(inner, 'action_trigger')),
};

/** In a resource, a module or what replaces one: what runs something. */
const inResource: Judge = ({ labels, body }) =>
  Object.keys(RUNS)
    .filter((name) => RUNS[name]!(body))
    .map((name) =>
      found(
        `${name} in ${labels.join('.') || 'a removed block'}`,
        'Remove it: nothing but providers may act when a plan is applied.',
      ),
    );

const reads =
  (kind: 'data' | 'ephemeral'): Judge =>
  ({ labels: [type = '', name = ''] }, allowed) => {
    const what = `${kind} ${type}.${name}`;
    if (NEVER_READ.includes(type))
      return [found(what, 'Remove it: it runs a program, calls a URL or reads another state while a plan is made.')];
    return allowed[kind].some((pattern) => matchesGlob(pattern, type))
      ? []
      : [found(what, `${ASK} (${kind}: [${type}]).`)];
  };

const provider: Judge = ({ labels: [name = ''], body }, { providerBlocks }) =>
  (providerBlocks[name] ?? []).some((one) => isDeepStrictEqual(one, body))
    ? []
    : [
        found(
          `a provider block of ${name} that the policy does not list`,
          `Write it as the policy has it. ${ASK} (provider_blocks).`,
        ),
      ];

const check: Judge = ({ body }, allowed) => blocksOf(body.data, 2).flatMap((block) => reads('data')(block, allowed));

const TERRAFORM_MEMBERS = ['required_version', 'required_providers', 'backend', 'experiments', 'provider_meta'];

const terraform: Judge = ({ body }, allowed) => [
  ...Object.keys(body)
    .filter((name) => !TERRAFORM_MEMBERS.includes(name) && name !== '//')
    .map((name) => found(`terraform.${name}`, 'Remove it: the policy names where the state is and how it is read.')),
  ...blocksOf(body.backend, 1)
    .filter(({ labels: [type] }) => type !== allowed.backend.type)
    .map(({ labels: [type] }) =>
      found(`the backend ${type}`, `Remove it: the policy names the backend ${allowed.backend.type}.`),
    ),
  ...blocksOf(body.required_providers, 0).flatMap(({ body: wanted }) =>
    Object.entries(wanted).flatMap(([name, given]) => required(name, given, allowed)),
  ),
];

function required(name: string, given: unknown, { providers, tool }: Allowed): Found[] {
  const { source = `hashicorp/${name}` } = (given !== null && typeof given === 'object' ? given : {}) as {
    source?: unknown;
  };
  const whole = wholeSource(String(source), tool);
  return whole === BUILT_IN || Object.hasOwn(providers, whole)
    ? []
    : [found(`the provider ${whole}`, `${ASK} (providers), with the hashes of its lock file.`)];
}

export function wholeSource(source: string, tool: Allowed['tool']): string {
  const parts = source.toLowerCase().split('/');
  const host = tool === 'tofu' ? 'registry.opentofu.org' : 'registry.terraform.io';
  if (parts.length === 1) return `${host}/hashicorp/${parts[0]}`;
  return parts.length === 2 ? `${host}/${parts.join('/')}` : parts.join('/');
}

/** Every block that may stand at the top, and what of it is judged. Modules are followed by `configuration.ts`. */
export const KINDS: Readonly<Record<string, Kind>> = {
  terraform: { labels: 0, judge: terraform },
  provider: { labels: 1, judge: provider },
  resource: { labels: 2, judge: inResource },
  data: { labels: 2, judge: (block, allowed) => [...reads('data')(block, allowed), ...inResource(block, allowed)] },
  ephemeral: { labels: 2, judge: reads('ephemeral') },
  module: { labels: 1, judge: inResource },
  removed: { labels: 0, judge: inResource },
  check: { labels: 1, judge: check },
  variable: { labels: 1 },
  output: { labels: 1 },
  locals: { labels: 0 },
  moved: { labels: 0 },
  import: { labels: 0 },
};

export function refusalsIn(body: Body, allowed: Allowed): Found[] {
  return Object.entries(body).flatMap(([name, value]): Found[] => {
    if (name === '//') return [];
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
    if (!kind) return [found(`${name} (a block that Countersign does not know)`, 'Remove it.')];
    if (value === null || typeof value !== 'object') return [found(`an argument ${name} at the top`, 'Remove it.')];
    return kind.judge ? blocksOf(value, kind.labels).flatMap((block) => kind.judge!(block, allowed)) : [];
  });
}

const OVERRIDE = /(?:^|\/)(?:[^/]*_)?override\.(?:tf|tofu)(?:\.json)?$/;

/** INVARIANT: of override files the last one counts, so that none of theirs may name a backend: ours is one of them. */
export const overrideRefusals = (file: string, body: Body): Found[] =>
  !OVERRIDE.test(file)
    ? []
    : blocksOf(body.terraform, 0).flatMap((block) =>
        blocksOf(block.body.backend, 1).map(({ labels: [type] }) =>
          found(`the backend ${type} in an override file`, 'Remove it: the policy names where the state is.'),
        ),
      );

/** Of `.terraform.lock.hcl`. INVARIANT: each hash is one that the policy lists, since any of them would be taken. */
export function lockRefusals(lock: Body, { providers, tool }: Allowed): Found[] {
  return blocksOf(lock.provider, 1).flatMap(({ labels: [source = ''], body }) => {
    const allowed = providers[wholeSource(source, tool)];
    if (!allowed) return [found(`the provider ${source} in the lock file`, `${ASK} (providers).`)];
    const hashes = Array.isArray(body.hashes) ? body.hashes : [];
    const unknown = hashes.filter((hash) => !allowed.hashes.includes(String(hash)));
    return hashes.length === 0 || unknown.length > 0
      ? [found(`the provider ${source} with hashes that the policy does not list`, `${ASK} (providers: hashes).`)]
      : [];
  });
}
