/** Creating, changing and removing one resource; those that EC2 shows are made there. */
import type { Knowledge } from '../../providers/aws/knowledge/index.ts';
import { snapshotSupported } from '../../providers/aws/knowledge/index.ts';
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { createInEc2, removeFromEc2, snapshotInEc2, updateInEc2 } from './ec2-resources.ts';
import type { Stack, StackResource } from './model.ts';
import { nameTaken, ownName } from './names.ts';
import { generatedName, physicalIdOf } from './physical-ids.ts';

/** `Metadata: {CountersignSandbox: {fail: reason}}` makes a resource fail, each moment by its own key. */
interface Faults {
  /** Creation and update. */
  fail?: string;
  /** Going back, in the rollback that CloudFormation starts itself. */
  fail_rollback?: string;
  /** Going back in ContinueUpdateRollback too. */
  fail_continue?: string;
  fail_delete?: string;
}
export function failIfTold(resource: Pick<StackResource, 'metadata'>, moment: keyof Faults): void {
  const reason = (resource.metadata.CountersignSandbox as Faults | undefined)?.[moment];
  if (reason) throw new SandboxFault('HandlerFailure', String(reason));
}

/** @throws SandboxFault as a resource handler fails: the stack rolls back with its message. */
export function createResource(world: World, knowledge: Knowledge, stack: Stack, spec: StackResource): string {
  failIfTold(spec, 'fail');
  const given = ownName(knowledge, spec);
  if (given !== undefined && nameTaken(world, knowledge, stack, spec, given))
    throw new SandboxFault('AlreadyExists', `${given} already exists in stack ${stack.id}`);
  const name = given ?? generatedName(world, stack, spec);
  return createInEc2(world, stack, spec, name) ?? physicalIdOf(world, stack, spec.type, name);
}

export function updateResource(world: World, before: StackResource, wanted: StackResource): void {
  failIfTold(wanted, 'fail');
  if (before.gone) throw new SandboxFault('NotFound', `${before.physicalId} does not exist`);
  updateInEc2(world, wanted);
}

/** @throws SandboxFault where the resource protects itself. */
export function removeResource(world: World, resource: StackResource, policy: string): void {
  failIfTold(resource, 'fail_delete');
  if (policy === 'Snapshot' && snapshotSupported(resource.type)) snapshotInEc2(world, resource);
  removeFromEc2(world, resource);
}
