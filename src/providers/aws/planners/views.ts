/** A stack's resources as its templates say them, before and after, for marks and for clouds that tell little. */

import type { Json } from '../../../core/digest.ts';
import { bareRecord } from '../../../core/input-bounds.ts';
import type { MarkContext, ResourceView } from '../knowledge/marks/finder.ts';
import { IMPORTED, imported, own } from '../knowledge/marks/index.ts';
import { parseTemplate, type Template } from '../template/parse.ts';
import { isUnresolved, resolveTemplate, UNRESOLVED } from '../template/resolve.ts';
import { isMask } from '../template/secrets.ts';

export interface Side {
  template: string;
  parameters: Record<string, string>;
}
export interface Where {
  account: string;
  region: string;
  stackId: string;
  stackName: string;
}

/** @param after null: everything is removed. */
export function viewsOf(
  before: Side | null,
  after: Side | null,
  physicalIds: Record<string, string>,
  where: Where,
): MarkContext {
  return {
    before: before === null ? bareRecord<ResourceView>({}) : resourcesOf(before, where),
    after: after === null ? bareRecord<ResourceView>({}) : resourcesOf(after, where),
    physicalIds: bareRecord(physicalIds),
    account: where.account,
    isUnknown: (value) => isUnresolved(value as never) || JSON.stringify(value ?? null).search(IMPORTED) >= 0,
  };
}

function resourcesOf({ template: text, parameters }: Side, where: Where): Record<string, ResourceView> {
  const template = parseTemplate(text);
  const { resources } = resolveTemplate(template, {
    parameters: knownParameters(template, parameters),
    pseudo: {
      AccountId: where.account,
      Region: where.region,
      StackId: where.stackId,
      StackName: where.stackName,
    },
    exports: EVERY_EXPORT,
    refOf: (id) => (id in template.Resources ? own(id) : undefined),
    attributeOf: (id, attribute) => (id in template.Resources ? own(id, attribute) : undefined),
  });
  const views = Object.fromEntries(
    Object.entries(resources).map(([logicalId, { type, properties, deletionPolicy, updateReplacePolicy }]) => [
      logicalId,
      {
        logicalId,
        type,
        properties: properties as Record<string, Json>,
        deletionPolicy,
        updateReplacePolicy,
        updatePolicy: ((template.Resources[logicalId] as { UpdatePolicy?: Json }).UpdatePolicy ?? null) as Json,
      },
    ]),
  );
  return bareRecord<ResourceView>(views);
}

/** Which exports there are is the cloud's to say; what they are called is enough here. */
const EVERY_EXPORT: Record<string, string> = new Proxy({}, { get: (_, name) => imported(String(name)) });

/** A value that is masked or not told is unknown, never its default. */
function knownParameters(template: Template, given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.keys(template.Parameters ?? {}).map((name) => {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      return [name, value === undefined || isMask(value) ? UNRESOLVED : value];
    }),
  );
}
