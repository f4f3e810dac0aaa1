/** Instance states: how they are asked for, refused, and shown. */
import { type Operation, SandboxFault } from '../service.ts';
import { enterState, type Instance, instancesById } from './model.ts';

export const STATE_CODES = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

/** All or nothing: states and protections are checked for every instance before any changes. */
export function transition(action: {
  from: Instance['state'][];
  to: Instance['state'] | null;
  seconds: number;
  key: string;
  protectedBy?: 'terminationProtection' | 'stopProtection';
}): Operation {
  return (world, input, caller) => {
    const instances = instancesById(world, input.InstanceIds ?? [], caller.region);
    for (const instance of instances) {
      if (!action.from.includes(instance.state))
        throw new SandboxFault(
          'IncorrectInstanceState',
          `The instance '${instance.id}' is not in a state from which it can be ${action.key}.`,
        );
      if (action.protectedBy && instance[action.protectedBy]) {
        const attribute = action.protectedBy === 'terminationProtection' ? 'disableApiTermination' : 'disableApiStop';
        throw new SandboxFault(
          'OperationNotPermitted',
          `The instance '${instance.id}' may not be changed. Modify its '${attribute}' instance attribute and try again.`,
        );
      }
    }
    const changed = instances.map((instance) => {
      const stays =
        action.to === null ||
        (action.to === 'pending' && instance.state === 'running') ||
        (action.to === 'stopping' && instance.state === 'stopped') ||
        instance.state === 'terminated';
      if (!stays) enterState(world, instance, action.to!, action.seconds);
      const after = world.get<Instance>('instance', instance.id)!;
      return {
        InstanceId: instance.id,
        PreviousState: { Code: STATE_CODES[instance.state], Name: instance.state },
        CurrentState: { Code: STATE_CODES[after.state], Name: after.state },
      };
    });
    return { [action.key]: changed };
  };
}
