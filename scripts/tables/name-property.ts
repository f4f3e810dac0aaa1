import type { ResourceType } from './shapes.ts';

/**
 * The property that sets a resource's physical name: a string that people choose and that is named like the type
 * (DBClusterIdentifier, CacheSubnetGroupName, Name), else like the end of its name (GroupName of a security group),
 * where the specification does not say that it is the name of something else. Of several, what identifies it.
 */
export function nameProperty(type: string, row: ResourceType, readOnly: Set<string>): string | undefined {
  const short = type.split('::').at(-1)!;
  const texts = [...row.properties].filter(([name, field]) => field.text && !readOnly.has(name));
  const names = texts.map(([name]) => name);
  // Names of its own have noisy references in the specification (a log group's name "refers" to functions).
  const free = texts.filter(([, { refers = [] }]) => refers.every((other) => other === type)).map(([name]) => name);
  const words = short.match(/[A-Z]+(?![a-z])|[A-Z][a-z0-9]*/g) ?? [short];
  const candidates = [
    ...['Name', 'Identifier', 'Id'].map((ending) => names.find((name) => name === short + ending)),
    names.find((name) => name === 'Name'),
    names.find((name) => name.endsWith(`${short}Name`)),
    ...words.slice(1).map((_, index) => free.find((name) => name === `${words.slice(index + 1).join('')}Name`)),
  ].filter((name) => name !== undefined);
  return candidates.find((name) => row.identifiers.includes(name)) ?? candidates[0];
}
