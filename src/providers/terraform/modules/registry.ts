/** The protocol of module registries (`modules.v1`): which versions there are, and where one of them lies. */
import { z } from 'zod';
import { type Archive, type Git, locationOf, type Registry } from './address.ts';
import { allows, allowsUrl, allowsVersion, type ModuleEntry } from './allowed.ts';
import { moduleRefused, moduleUnreachable } from './refused.ts';
import { newest, parseConstraints } from './versions.ts';
import type { Answer, Web } from './web.ts';

const MAX_BYTES = 8 * 1024 * 1024;

const servicesSchema = z.looseObject({ 'modules.v1': z.string() });
const versionsSchema = z.looseObject({
  modules: z.array(z.looseObject({ versions: z.array(z.looseObject({ version: z.string() })) })).min(1),
});
const locationSchema = z.looseObject({ location: z.string().optional() });

export interface Located {
  version: string;
  at: Git | Archive;
}

/**
 * @param wanted the `version` argument of the call; empty: any.
 * @throws INPUT_CONFIGURATION_REFUSED where no version fits or the place is not allowed, WORKSPACE_MODULE_UNREACHABLE.
 */
export async function locate(
  address: Registry,
  wanted: string,
  { web, entries }: { web: Web; entries: readonly ModuleEntry[] },
): Promise<Located> {
  const constraints = parseConstraints(wanted);
  if (constraints === undefined)
    throw moduleRefused(
      `The version ${JSON.stringify(wanted)} of ${address.text} is not understood`,
      'Write it like 1.2.3, or ~> 1.2.',
    );
  const base = await serviceOf(address, web, entries);
  const listed = await json(web, new URL(`${address.name}/versions`, base), versionsSchema);
  const among = listed.modules
    .flatMap(({ versions }) => versions.map(({ version }) => version))
    .filter((version) => allowsVersion(entries, address, version));
  const version = newest(among, [constraints]);
  if (version === undefined)
    throw moduleRefused(
      `${address.text} has no version that fits ${JSON.stringify(wanted)} and the policy`,
      'Name a version that the registry has and the policy lists (modules).',
    );
  const asked = new URL(`${address.name}/${version}/download`, base);
  return { version: version.replace(/^v/, ''), at: placeOf(await web.get(asked, MAX_BYTES), address, entries) };
}

async function serviceOf({ host }: Registry, web: Web, entries: readonly ModuleEntry[]): Promise<URL> {
  const asked = new URL(`https://${host}/.well-known/terraform.json`);
  const services = await json(web, asked, servicesSchema);
  const named = services['modules.v1'];
  const base = URL.canParse(named, asked.href) ? new URL(named.replace(/\/?$/, '/'), asked) : undefined;
  if (base === undefined || base.protocol !== 'https:' || base.search !== '' || base.username !== '')
    throw moduleUnreachable(`${host} does not say where its modules are`);
  if (base.origin !== asked.origin && !allowsUrl(entries, base))
    throw elsewhere(host, `${base.origin}${base.pathname}`);
  return base;
}

const elsewhere = (host: string, where: string) =>
  moduleRefused(
    `${host} names ${where}, which the policy does not list`,
    `The policy owners can allow it for this workspace (modules: [${where}]).`,
  );

async function json<T extends z.ZodType>(web: Web, url: URL, schema: T): Promise<z.infer<T>> {
  const { status, body } = await web.get(url, MAX_BYTES);
  if (status !== 200) throw moduleUnreachable(`${url.host} answered ${status} to ${url.pathname}`);
  try {
    return schema.parse(JSON.parse(body.toString('utf8')));
  } catch {
    throw moduleUnreachable(`${url.host} answered ${url.pathname} with something else than the protocol has`);
  }
}

/** 204 with a header, or 200 with a body; as Terraform 1.11 reads them. */
function placeOf({ status, headers, body, url }: Answer, address: Registry, entries: readonly ModuleEntry[]) {
  const header = headers['x-terraform-get'];
  const said = status === 200 ? inBody(body) : undefined;
  const location = said || (typeof header === 'string' ? header : '');
  if (![200, 204].includes(status) || location === '')
    throw moduleUnreachable(`${url.host} does not say where ${address.text} lies (${status})`);
  const at = locationOf(/^\.{0,2}\//.test(location) ? new URL(location, url).href : location);
  if (at.kind === 'refused')
    throw moduleRefused(`${address.text} lies at ${location}, which is not fetched`, at.remedy);
  const isItsOwn = at.kind === 'archive' && new URL(at.url).origin === url.origin;
  if (!isItsOwn && !allows(entries, at)) throw elsewhere(address.host, at.pattern);
  return at;
}

function inBody(body: Buffer): string | undefined {
  try {
    return locationSchema.parse(JSON.parse(body.toString('utf8'))).location;
  } catch {
    return undefined;
  }
}
