/** The change that holds a target: one at a time, until its outcome is known or a person has signed it off. */

/** `isUnknown`: it has ended without a known outcome; else it is executing, or its executor is gone. */
export interface Holder {
  changeId: string;
  isUnknown: boolean;
}

/** For people and agents: who holds it, and who ends that. */
export function heldBy(
  { changeId, isUnknown }: Holder,
  { name }: { name: string },
): { message: string; remedy: string } {
  const look = `countersign reconcile ${changeId}`;
  if (!isUnknown)
    return {
      message: `Change ${changeId} is executing on ${name}.`,
      remedy: `Wait until it has ended. If its executor is gone, a person runs: ${look}`,
    };
  return {
    message: `The outcome of change ${changeId} on ${name} is unknown.`,
    remedy: `A person must look into it: ${look} (if that finds nothing: countersign close ${changeId}).`,
  };
}
