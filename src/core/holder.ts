/** The change that holds a target: one at a time, until its outcome is known or a person has signed it off. */

/** `isUnknown`: it has ended without a known outcome; else it is executing, or its executor is gone. */
export interface Holder {
  changeId: string;
  isUnknown: boolean;
}

/** Who holds it, and who ends that. */
export function heldBy(
  { changeId, isUnknown }: Holder,
  { name }: { name: string },
): { message: string; remedy: { agent: string; person: string } } {
  const look = `\`countersign reconcile ${changeId}\``;
  const close = `\`countersign close ${changeId} --reason TEXT --key KEY\``;
  const follow = `describe_change {"change_id": "${changeId}"}`;
  if (!isUnknown)
    return {
      message: `Change ${changeId} is executing on ${name}.`,
      remedy: {
        agent: `Wait for it: ${follow}. If its executor is gone, a person must run: ${look}.`,
        person: `Wait until it ends. If its executor is gone, run ${look}.`,
      },
    };
  return {
    message: `The outcome of change ${changeId} on ${name} is unknown.`,
    remedy: {
      agent: `A person must look for its outcome: ${look} (if that finds none: ${close}). Follow it: ${follow}.`,
      person: `Look for its outcome with ${look}. If that finds none, check the target, then run ${close}.`,
    },
  };
}
