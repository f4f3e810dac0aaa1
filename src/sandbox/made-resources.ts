/** The resources of stacks, as services that are not simulated would have them. */
import type { World } from './world.ts';

interface MadeResource {
  type: string;
  physicalId: string;
  status: string;
  properties: Record<string, unknown>;
  changes?: Record<string, number>;
}
/** What the account's stacks have made of a type and not deleted. */
export const resourcesOf = (world: World, type: string): (MadeResource & { region: string })[] =>
  world
    .list<{ region: string; status: string; resources: Record<string, MadeResource> }>('stack')
    .filter(({ status }) => status !== 'DELETE_COMPLETE')
    .flatMap(({ region, resources }) => Object.values(resources).map((resource) => ({ ...resource, region })))
    .filter(({ type: made, physicalId, status }) => made === type && physicalId && status !== 'DELETE_COMPLETE');
