/**
 * Where calls would go: asked of the SDK's own clients, which know the environment, the profile, FIPS and dual stack.
 *
 * Guarantees: nothing leaves; AWS's own endpoints of one partition, region and service are one (`aws`): the standard,
 * FIPS and dual-stack ones and those of the account's own VPC; any other is named by its URL, service by service.
 */
import type { EndpointV2 } from '@smithy/types';
import { type CloudSettings, cloudFormationClient, ec2Client, stsClient } from './clients.ts';

const NOBODY = { account: '' };
/** The SDK asks for credentials before it resolves an endpoint; they say nothing about it, and are never sent. */
const UNUSED = { accessKeyId: 'unused', secretAccessKey: 'unused' };

/** @returns `aws`; a URL, where all services share one; else what differs, such as `cloudformation=http://… ec2=aws`. */
export async function endpointOf(own: CloudSettings): Promise<string> {
  const settings = { ...own, credentials: UNUSED };
  const [cloudformation, ec2, sts] = await Promise.all([
    cloudFormationClient(settings, NOBODY),
    ec2Client(settings, NOBODY),
    stsClient(settings, NOBODY),
  ]);
  const [{ DescribeStacksCommand }, { DescribeRegionsCommand }, { GetCallerIdentityCommand }] = await Promise.all([
    import('@aws-sdk/client-cloudformation'),
    import('@aws-sdk/client-ec2'),
    import('@aws-sdk/client-sts'),
  ]);
  const named = await Promise.all([
    nameOf('cloudformation', cloudformation, new DescribeStacksCommand({}), settings.region),
    nameOf('ec2', ec2, new DescribeRegionsCommand({}), settings.region),
    nameOf('sts', sts, new GetCallerIdentityCommand({}), settings.region),
  ]);
  const [first] = named;
  if (named.every(({ endpoint }) => endpoint === first!.endpoint)) return first!.endpoint;
  return named.map(({ service, endpoint }) => `${service}=${endpoint}`).join(' ');
}

// biome-ignore lint/suspicious/noExplicitAny: the three clients' stacks and configurations have unrelated types.
async function nameOf(service: string, client: any, command: any, region: string) {
  const { url } = await resolvedBy(client, command);
  const isAws = url.protocol === 'https:' && url.port === '' && isOwnHost(url.hostname, service, client.config, region);
  return { service, endpoint: isAws ? 'aws' : `${url.origin}${url.pathname.replace(/\/$/, '')}` };
}

/** The command goes as far as the SDK's own middleware that resolves the endpoint, and no further. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
async function resolvedBy(client: any, command: any): Promise<EndpointV2> {
  const stop = (_next: unknown, context: { endpointV2?: EndpointV2 }) => async () => ({
    output: context.endpointV2,
    response: {},
  });
  client.middlewareStack.addRelativeTo(stop, {
    name: 'countersignEndpoint',
    relation: 'after',
    toMiddleware: 'endpointV2Middleware',
    override: true,
  });
  const resolved: EndpointV2 | undefined = await client.send(command);
  if (resolved?.url === undefined) throw new TypeError('the SDK resolved no endpoint');
  return resolved;
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
function isOwnHost(host: string, service: string, config: any, region: string): boolean {
  const standard = [false, true].flatMap((UseFIPS) =>
    [false, true].flatMap((UseDualStack) => {
      try {
        return [(config.endpointProvider({ Region: region, UseFIPS, UseDualStack }) as EndpointV2).url.hostname];
      } catch {
        return []; // not every partition has each of them
      }
    }),
  );
  if (standard.includes(host)) return true;
  const [, suffix] = standard[0]?.split(`${service}.${region}.`) ?? [];
  if (suffix === undefined) return false;
  // vpce-<id>-<suffix>, with the zone for a zonal name.
  const [endpoint, ...rest] = host.split('.');
  const isVpc = [`${service}.${region}.vpce.${suffix}`, `${service}-fips.${region}.vpce.${suffix}`];
  return /^vpce-[0-9a-z-]+$/.test(endpoint ?? '') && isVpc.includes(rest.join('.'));
}
