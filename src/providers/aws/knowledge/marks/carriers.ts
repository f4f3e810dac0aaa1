/**
 * Finds routes that hand most traffic to something outside this stack: an interface, instance or gateway of somebody.
 *
 * Guarantees: a destination wider than /8 (IPv6 /32), so that halves of the internet count as the internet; whose the
 * carrier is, by the template or by the stack of this account that was found to own it; one that is unknown until
 * execution is somebody else's.
 * Does not cover: internet gateways (groups.ts), NAT gateways, prefix lists, routes that BGP propagates.
 * Source: CloudFormation template reference, AWS::EC2::Route, AWS::EC2::TransitGatewayRoute.
 */
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, MarkFinder, ResourceView } from './finder.ts';
import { exposeMark } from './gain-words.ts';
import { mayDiffer, shown } from './read.ts';
import { whoseIs } from './refs.ts';

interface Row {
  destinations: readonly string[];
  /** Properties that name one, with its type. */
  carriers: Readonly<Record<string, string>>;
  /** Holds the route. */
  table: string;
}
const ROWS: Record<string, Row> = {
  'AWS::EC2::Route': {
    destinations: ['DestinationCidrBlock', 'DestinationIpv6CidrBlock'],
    carriers: {
      NetworkInterfaceId: 'AWS::EC2::NetworkInterface',
      InstanceId: 'AWS::EC2::Instance',
      TransitGatewayId: 'AWS::EC2::TransitGateway',
      VpcPeeringConnectionId: 'AWS::EC2::VPCPeeringConnection',
      VpcEndpointId: 'AWS::EC2::VPCEndpoint',
      CoreNetworkArn: 'AWS::NetworkManager::CoreNetwork',
      LocalGatewayId: 'AWS::EC2::LocalGateway',
    },
    table: 'RouteTableId',
  },
  'AWS::EC2::TransitGatewayRoute': {
    destinations: ['DestinationCidrBlock'],
    carriers: { TransitGatewayAttachmentId: 'AWS::EC2::TransitGatewayAttachment' },
    table: 'TransitGatewayRouteTableId',
  },
};

const WIDE = { 4: 8, 6: 32 };
/** A destination that is not known could be every one. */
function isWide(destination: string): boolean {
  const [, address = '', prefix] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(destination) ?? [];
  return prefix === undefined || Number(prefix) < WIDE[address.includes(':') ? 6 : 4];
}

const wideOf = (view: ResourceView | null, { destinations }: Row) =>
  destinations.map((name) => view?.properties[name]).find((value) => value !== undefined && isWide(String(value)));

function isOurs(value: string, context: MarkContext): boolean {
  const whose = whoseIs(value, context);
  return whose.kind === 'own' || (whose.kind === 'foreign' && context.ownersRead?.has(whose.id) === true);
}

/** Those that a route names by id. */
export function carriersOf(view: ResourceView): { id: string; type: string }[] {
  const { carriers = {} } = ROWS[view.type] ?? {};
  return Object.entries(carriers).flatMap(([name, type]) => {
    const id = view.properties[name];
    return typeof id === 'string' && /^[a-z0-9:/-]+$/i.test(id) ? [{ id, type }] : [];
  });
}

export const findCarriers: MarkFinder = (before, after, context) => {
  const row = ROWS[after?.type ?? ''];
  if (!after || !row) return [];
  const destination = wideOf(after, row);
  if (destination === undefined) return [];
  return Object.keys(row.carriers).flatMap((name): Mark[] => {
    const carrier = after.properties[name];
    const isSame = wideOf(before, row) !== undefined && !mayDiffer(before?.properties[name], carrier, context);
    if (carrier === undefined || isSame || isOurs(String(carrier), context)) return [];
    const isKnown = !context.isUnknown(carrier);
    const who = isKnown ? `Holders of ${shown(carrier)}` : 'Holders of something that is unknown until execution';
    const gains = `${who} can newly receive all traffic to ${shown(destination)} from the subnets of ${shown(after.properties[row.table])}.`;
    return [exposeMark(`Properties.${name}`, { who, principal: shown(carrier) }, gains)];
  });
};
