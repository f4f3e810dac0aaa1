/**
 * Whose is it? Decides whether a value names a resource of the same stack.
 *
 * Guarantees: only a reference that stands where the name of the thing stands counts (`arn:aws:s3:::prod/${Own}` is a
 * key in somebody's bucket, `${Own}-logs` is another name); what a nested stack, a custom resource or a wait condition
 * returns is not known, as its author decides it; attributes that name something else (`Subnet.VpcId`) are followed;
 * a literal is own if a resource of the expected type has that name or physical id.
 */

import type { Json } from '../../../../core/digest.ts';
import type { MarkContext, ResourceView } from './finder.ts';
import { written } from './read.ts';

export type Whose =
  | { kind: 'own'; resource: ResourceView; attribute: string | undefined }
  | { kind: 'foreign'; id: string }
  | { kind: 'unknown' };

/** What they return is made by somebody else. */
const OPAQUE =
  /^(AWS::CloudFormation::(Stack|CustomResource|WaitCondition|Macro)|Custom::.*|.*::MODULE|AWS::SSM::Parameter|AWS::ServiceCatalog::CloudFormationProvisionedProduct)$/;
/** Attributes that name something else than the resource; they repeat the property of that name. */
const PASSED_THROUGH = new Set(['VpcId', 'SubnetId', 'InstanceId', 'RoleArn', 'Role', 'KmsKeyArn', 'Value']);

const TOKEN = '\u{27e6}own:([A-Za-z0-9]+)(?:\\.([^\u{27e7}]*))?\u{27e7}';
/** The token alone, or at the place of the name: after `arn:…:` and one word of type, or after one word and a slash. */
const AT_NAME = new RegExp(
  `^(?:arn:[^:]*:[^:]*:[^:]*:[^:]*:)?(?:[a-z-]+[/:]|log-group:/aws/[a-z-]+/)?${TOKEN}(?=$|[/:])`,
  'u',
);
const KEY_IN_BUCKET = /^arn:[^:]*:s3:[^:]*:[^:]*:[^\u{27e6}]/u;

/** References by attributes that are followed; a circle ends here. */
const MAX_HOPS = 20;

export function whoseIs(value: Json | undefined, context: MarkContext, expectedType?: string, hops = 0): Whose {
  if (typeof value !== 'string' || value === '' || context.isUnknown(value)) return { kind: 'unknown' };
  if (/[\u{27e6}\u{27e7}]/u.test(value)) {
    const [, id, attribute] = (KEY_IN_BUCKET.test(value) ? undefined : AT_NAME.exec(value)) ?? [];
    if (id === undefined)
      return value.includes('own:') && /\u{27e6}own:[^\u{27e7}]+\u{27e7}/u.test(value)
        ? { kind: 'foreign', id: written(value) }
        : { kind: 'unknown' };
    const resource = context.after[id] ?? context.before[id];
    if (!resource || OPAQUE.test(resource.type) || attribute?.startsWith('Outputs.')) {
      const names = attribute === undefined && resource?.type === 'AWS::SSM::Parameter';
      return names ? { kind: 'own', resource, attribute } : { kind: 'unknown' };
    }
    if (attribute !== undefined && PASSED_THROUGH.has(attribute) && Object.hasOwn(resource.properties, attribute))
      return hops < MAX_HOPS
        ? whoseIs(resource.properties[attribute], context, undefined, hops + 1)
        : { kind: 'unknown' };
    return { kind: 'own', resource, attribute };
  }
  const { name, service } = nameIn(value);
  const named = namesOf(context)
    .get(name)
    ?.find(({ type }) =>
      expectedType === undefined ? type.split('::')[1]?.toLowerCase() === service : type === expectedType,
    );
  return named ? { kind: 'own', resource: named, attribute: undefined } : { kind: 'foreign', id: written(value) };
}

const SERVICES: Record<string, string> = { states: 'stepfunctions', elasticfilesystem: 'efs' };

/** The name in an ARN (the bucket, the table), and the service; or the value itself. */
export function nameIn(value: string): { name: string; service: string } {
  const [, service = '', resource = ''] = /^arn:[^:]*:([^:]*):[^:]*:[^:]*:(.*)$/u.exec(value) ?? [];
  if (!resource) return { name: value, service: '' };
  const [, name = ''] = /^(?:[a-z-]+[/:](?=.))?([^/:]*)/u.exec(resource) ?? [];
  return { name: service === 's3' ? (resource.split('/')[0] ?? '') : name, service: SERVICES[service] ?? service };
}

const namesByContext = new WeakMap<MarkContext, Map<string, ResourceView[]>>();

/** Resources by their explicit name or physical id. */
function namesOf(context: MarkContext): Map<string, ResourceView[]> {
  const known = namesByContext.get(context);
  if (known) return known;
  const names = new Map<string, ResourceView[]>();
  const add = (name: Json | undefined, view: ResourceView) => {
    if (typeof name !== 'string') return;
    const key = nameIn(name).name;
    const named = names.get(key);
    if (named) named.push(view);
    else names.set(key, [view]);
  };
  for (const view of Object.values({ ...context.before, ...context.after })) {
    add(context.physicalIds[view.logicalId], view);
    const short = view.type.split('::')[2] ?? '';
    for (const property of [`${short}Name`, 'Name', `${short}Identifier`, 'GroupName'])
      if (!context.isUnknown(view.properties[property])) add(view.properties[property], view);
  }
  namesByContext.set(context, names);
  return names;
}
