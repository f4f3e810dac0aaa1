/** Dependencies first; a circle is refused as CloudFormation does. */
import { SandboxFault } from '../service.ts';

export function inOrder(resources: Record<string, { references: string[] }>): string[] {
  const done = new Set<string>();
  const visiting = new Set<string>();
  const visit = (id: string) => {
    if (done.has(id) || !resources[id]) return;
    if (visiting.has(id))
      throw new SandboxFault('ValidationError', `Circular dependency between resources: [${[...visiting].join(', ')}]`);
    visiting.add(id);
    for (const next of resources[id].references) if (next !== id) visit(next);
    visiting.delete(id);
    done.add(id);
  };
  for (const id of Object.keys(resources)) visit(id);
  return [...done];
}
