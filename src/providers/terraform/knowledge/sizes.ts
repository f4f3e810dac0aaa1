/**
 * The attribute that decides the price of a resource, where it is a class by name.
 *
 * Source: the pages of the resources of hashicorp/aws 6.25.0, hashicorp/google 6.50.0 and hashicorp/azurerm 4.55.0.
 */
import type { Json } from '../../../core/digest.ts';
import { isMembers } from '../../../core/leaves.ts';
import type { Values } from './judgement.ts';
import { isUnknown } from './unknown-value.ts';

const PATHS =
  `instance_type instance_class node_type machine_type vm_size size sku_name sku settings.tier cluster_config.instance_type
broker_node_group_info.instance_type default_node_pool.vm_size node_config.machine_type worker_type replication_instance_class`
    .split(/\s+/)
    .map((path) => path.split('.'));

export function sizeOf(values: Values | null): string | undefined {
  for (const path of PATHS) {
    const found = path.reduce<Json | undefined>((at, name) => {
      const block = Array.isArray(at) ? at[0] : at;
      return isMembers(block) ? block[name] : undefined;
    }, values ?? undefined);
    // What is not known is no size that a policy allows.
    if (typeof found === 'string' && found !== '') return isUnknown(found) ? 'unknown until execution' : found;
  }
  return undefined;
}
