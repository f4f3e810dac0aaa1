/** Tags of everything that EC2 keeps here. `aws:` keys are AWS's own: read, never written. */
import { type Operation, SandboxFault } from '../service.ts';
import { type GivenTag, refuseTags } from '../tag-lists.ts';
import type { World } from '../world.ts';
import { inRegion, listing } from './listing.ts';
import { findAll, NOUNS, type Tag } from './model.ts';
import { write } from './writing.ts';

type Kind = keyof typeof NOUNS;
/** As EC2 names resource types in tags. */
const RESOURCE_TYPES: Record<Kind, string> = {
  instance: 'instance',
  volume: 'volume',
  snapshot: 'snapshot',
  security_group: 'security-group',
};
const KINDS = Object.keys(RESOURCE_TYPES) as Kind[];
const MAX_TAGS = 50;

interface Tagged {
  id: string;
  region: string;
  tags: Tag[];
}

function findTagged(world: World, ids: string[], region: string): { kind: Kind; item: Tagged }[] {
  return ids.map((id) => {
    const kind = KINDS.find((name) => id.startsWith(NOUNS[name].prefix));
    if (!kind) throw new SandboxFault('InvalidID', `The ID '${id}' is not valid`);
    return { kind, item: findAll<Tagged>(world, [id], region, NOUNS[kind])[0]! };
  });
}

/** Both are given as lists of keys and values. */
function merged(old: Tag[], given: Tag[]): Tag[] {
  const tags = [...old.filter(({ Key }) => !given.some((tag) => tag.Key === Key)), ...given];
  if (tags.filter(({ Key }) => !Key.startsWith('aws:')).length > MAX_TAGS)
    throw new SandboxFault('TagLimitExceeded', 'The maximum number of Tags for a resource has been reached.');
  return tags;
}

const complete = (tags: readonly GivenTag[] = []): Tag[] => tags.map(({ Key = '', Value = '' }) => ({ Key, Value }));

/** The tags that a creating request gives to what it creates. */
export function tagsIn(
  specifications: { ResourceType?: string; Tags?: GivenTag[] }[] | undefined,
  resourceType: string,
): Tag[] {
  const wrong = specifications?.find(({ ResourceType }) => ResourceType !== resourceType);
  if (wrong)
    throw new SandboxFault(
      'InvalidParameterValue',
      `'${wrong.ResourceType}' is not a valid taggable resource type here.`,
    );
  const given = specifications?.flatMap(({ Tags = [] }) => Tags) ?? [];
  refuseTags('InvalidParameterValue', given);
  return merged([], complete(given));
}

export const tagOperations: Record<string, Operation> = {
  CreateTags: write(
    (world, input, { region }) => {
      refuseTags('InvalidParameterValue', input.Tags ?? []);
      return findTagged(world, input.Resources ?? [], region);
    },
    (world, found, input) => {
      const given = complete(input.Tags);
      if (given.length === 0)
        throw new SandboxFault('MissingParameter', 'The request must contain the parameter tagSet');
      for (const { kind, item } of found) world.put(kind, item.id, { ...item, tags: merged(item.tags, given) });
      return {};
    },
  ),
  DeleteTags: write(
    (world, input, { region }) => {
      refuseTags('InvalidParameterValue', input.Tags ?? []);
      return findTagged(world, input.Resources ?? [], region);
    },
    (world, found, input) => {
      const given: GivenTag[] = input.Tags ?? [];
      // A tag without a value goes whatever its value is; no tags at all means every one that is not AWS's own.
      const goes = (tag: Tag) =>
        given.length === 0
          ? !tag.Key.startsWith('aws:')
          : given.some(({ Key, Value }) => Key === tag.Key && (Value === undefined || Value === tag.Value));
      for (const { kind, item } of found)
        world.put(kind, item.id, { ...item, tags: item.tags.filter((tag) => !goes(tag)) });
      return {};
    },
  ),
  DescribeTags: listing<{ id: string; type: string; tag: Tag }>({
    items: (world, { region }) =>
      KINDS.flatMap((kind) =>
        inRegion<Tagged>(world, kind, region).flatMap(({ id, tags }) =>
          tags.map((tag) => ({ id, type: RESOURCE_TYPES[kind], tag })),
        ),
      ),
    idOf: ({ id }) => id,
    // DescribeTags takes no ids: only the filter `resource-id`.
    ids: { input: 'ResourceIds', notFound: 'InvalidID' },
    tags: ({ tag }) => [tag],
    filters: {
      'resource-id': ({ id }) => [id],
      'resource-type': ({ type }) => [type],
      key: ({ tag }) => [tag.Key],
      value: ({ tag }) => [tag.Value],
    },
    output: 'Tags',
    show: ({ id, type, tag }) => ({ ResourceId: id, ResourceType: type, ...tag }),
  }),
};
