/** A stack as its template says it, worked out for people to read: what cannot be known stands as it is written. */
import type { Json } from '../../../core/digest.ts';
import { opened } from '../../../core/leaves.ts';
import { imported, own } from '../knowledge/marks/index.ts';
import type { Side, Where } from '../planners/views.ts';
import { unknownAs } from '../template/evaluate.ts';
import { parseTemplate, type Template, type TemplateResource } from '../template/parse.ts';
import { createResolver } from '../template/resolve.ts';
import { isMask, MASK } from '../template/secrets.ts';
import { createTaint, type TaintedFrom } from '../template/taint.ts';
import { masked, type Tag } from './mask.ts';

export interface Whole {
  resources: Record<string, { type: string; value: Json }>;
  stack: Record<string, Json>;
}
export interface PictureSide {
  side: Side;
  settings: StackSettings;
  from?: TaintedFrom;
}
/** What of a stack stands in no template. */
export interface StackSettings {
  tags: Record<string, string>;
  notifications: readonly string[] | undefined;
  roleArn: string | null | undefined;
  rollback: Json | undefined;
}

/** Attributes beside Properties that change what CloudFormation does. */
const ATTRIBUTES = ['Metadata', 'DeletionPolicy', 'UpdateReplacePolicy', 'UpdatePolicy', 'CreationPolicy'] as const;

export function wholeOf({ side, settings, from = {} }: PictureSide, where: Where, tag: Tag): Whole {
  const template = parseTemplate(side.template);
  const { parameters } = side;
  const resolver = createResolver(template, {
    parameters: known(template, parameters),
    pseudo: { AccountId: where.account, Region: where.region, StackId: where.stackId, StackName: where.stackName },
    exports: EVERY_EXPORT,
    refOf: (id) => (id in template.Resources ? own(id) : undefined),
    attributeOf: (id, attribute) => (id in template.Resources ? own(id, attribute) : undefined),
    keepsUnknown: true,
    // CloudFormation told the value behind such a name beside it, and that is what is given.
    ssmParameter: (value) => value,
  });
  const shown = (value: Json, ...path: string[]) => masked(opened(value), path, tag);
  const resources = Object.fromEntries(
    resolver.resourceIds.map((id) => {
      const { type, properties } = resolver.resource(id);
      return [id, { type, value: shown({ Properties: properties, ...attributesOf(resolver, id) } as Json) }];
    }),
  );
  return {
    resources,
    stack: {
      Parameters: shown(parametersOf(template, parameters), 'Parameters'),
      Outputs: shown(outputsOf(resolver, { parameters, ...from }) as Json, 'Outputs'),
      ...(template.Description === undefined ? {} : { Description: shown(template.Description, 'Description') }),
      ...(template.Metadata === undefined ? {} : { Metadata: shown(template.Metadata as Json, 'Metadata') }),
      ...settingsOf(settings),
    },
  };
}

/** SECURITY: an output that tells a secret, directly or through an attribute, is told by the names of what it tells. */
function outputsOf(resolver: ReturnType<typeof createResolver>, from: TaintedFrom): Record<string, Json> {
  const taint = createTaint(resolver.template, from);
  return Object.fromEntries(
    Object.entries(resolver.outputs()).map(([name, { value, exportName }]) => {
      const secrets = taint.secretsOf(resolver.template.Outputs?.[name]?.Value);
      return [
        name,
        {
          Value: secrets.length === 0 ? value : `tells ${secrets.join(', ')}`,
          ...(exportName === undefined ? {} : { Export: exportName }),
        },
      ];
    }),
  );
}

function attributesOf({ template, evaluate }: ReturnType<typeof createResolver>, id: string): Record<string, Json> {
  const resource = template.Resources[id] as TemplateResource;
  return Object.fromEntries(
    ATTRIBUTES.flatMap((name) => (resource[name] === undefined ? [] : [[name, evaluate(resource[name] as Json)]])),
  );
}

/** Those that the template asks not to show are told as a mask, with no tag: nobody told us their values. */
function parametersOf(template: Template, given: Record<string, string>): Json {
  return Object.fromEntries(
    Object.entries(template.Parameters ?? {}).map(([name, { NoEcho }]) => [
      name,
      String(NoEcho) === 'true' || isMask(given[name]) ? MASK : (given[name] ?? null),
    ]),
  );
}

function settingsOf({ tags, notifications, roleArn, rollback }: StackSettings): Record<string, Json> {
  return {
    Tags: tags,
    ...(notifications === undefined ? {} : { NotificationARNs: [...notifications].sort() }),
    ...(roleArn === undefined ? {} : { RoleARN: roleArn }),
    ...(rollback === undefined ? {} : { RollbackConfiguration: rollback }),
  };
}

const EVERY_EXPORT: Record<string, string> = new Proxy({}, { get: (_, name) => imported(String(name)) });

function known(template: Template, given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.keys(template.Parameters ?? {}).map((name) => {
      const value = given[name];
      return [name, value === undefined || isMask(value) ? unknownAs(name) : value];
    }),
  );
}
