/** All that the describe tools of AWS read: each file here adds its part of `CloudReader`. */
import type { PolicyPort } from '../../../core/ports.ts';
import type { ContextFor } from '../planners/context.ts';
import type { CloudReader } from '../ports.ts';
import { createEc2Reader } from './ec2.ts';
import { createStackReader } from './stacks.ts';

export const createReader = (
  contextFor: ContextFor,
  policy: Pick<PolicyPort, 'environmentOf' | 'mayRead'>,
): CloudReader => ({
  ...createStackReader(contextFor, policy),
  ...createEc2Reader(contextFor, policy.mayRead),
});
