/** The sandbox's EC2: instances, volumes, snapshots, tags, groups and their rules; DryRun on every write. */
import type { Service } from '../service.ts';
import { attributeOperations } from './instance-attributes.ts';
import { instanceTypeOperations } from './instance-types.ts';
import { instanceOperations } from './instances.ts';
import { advanceInstances } from './model.ts';
import { networkOperations } from './network.ts';
import { securityGroupOperations } from './security-groups.ts';
import { tagOperations } from './tags.ts';
import { volumeOperations } from './volumes.ts';

export const ec2: Service = {
  operations: {
    ...instanceOperations,
    ...attributeOperations,
    ...instanceTypeOperations,
    ...volumeOperations,
    ...securityGroupOperations,
    ...tagOperations,
    ...networkOperations,
  },
  advance: advanceInstances,
};
