/**
 * OpenSSH's `allowed_signers` (ssh-keygen(1)), as people of a policy.
 *
 * SECURITY: a line whose limits a policy cannot keep (a certificate authority, a pattern, dates, other namespaces) is
 * refused with its number, and is not read without them.
 */
import { CountersignError } from '../core/errors.ts';
import { parsePublicKey } from '../people/ssh-key.ts';
import type { NewPerson } from './edit-people.ts';

const OPTIONS = /^((?:[A-Za-z-]+(?:="(?:[^"\\]|\\.)*")?)(?:,[A-Za-z-]+(?:="(?:[^"\\]|\\.)*")?)*)\s+(.*)$/;

/** @param namespace that a line with namespaces must list. @throws INPUT_INVALID */
export function peopleOfAllowedSigners(text: string, namespace: string): NewPerson[] {
  const people = new Map<string, { signsInAs: Set<string>; keys: string[] }>();
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const { principals, key } = lineOf(trimmed, namespace, (why) => refusal(index + 1, why));
    for (const principal of principals) {
      const name = nameOf(principal, (why) => refusal(index + 1, why));
      const person = people.get(name) ?? { signsInAs: new Set<string>(), keys: [] };
      people.set(name, person);
      person.signsInAs.add(principal);
      if (!person.keys.includes(key)) person.keys.push(key);
    }
  }
  return [...people].map(([name, { signsInAs, keys }]) => ({ name, signsInAs: [...signsInAs], roles: [], keys }));
}

const refusal = (line: number, why: string) =>
  new CountersignError(
    'INPUT_INVALID',
    `Line ${line} of the allowed signers ${why}.`,
    'Leave this line out, or add this person with: countersign people add NAME --key FILE',
  );

function lineOf(line: string, namespace: string, refuse: (why: string) => CountersignError) {
  const space = line.search(/\s/);
  if (space < 0 || line.startsWith('"')) throw refuse('cannot be read');
  const rest = line.slice(space).trim();
  const isKey = /^(?:ssh-|ecdsa-|sk-)/.test(rest);
  const [, options = '', after = rest] = isKey ? [] : (OPTIONS.exec(rest) ?? []);
  if (options !== '') mustBeKept(options, namespace, refuse);
  try {
    const [type = '', base64 = ''] = after.split(/\s+/);
    parsePublicKey(`${type} ${base64}`);
    return { principals: line.slice(0, space).split(','), key: `${type} ${base64}` };
  } catch (error) {
    throw refuse(`has no key that is accepted: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

function mustBeKept(options: string, namespace: string, refuse: (why: string) => CountersignError): void {
  const spaces = /namespaces="([^"]*)"/i.exec(options)?.[1];
  const others = options
    .replace(/namespaces="[^"]*"/i, '')
    .split(',')
    .filter(Boolean);
  if (others.length > 0) throw refuse(`has the option ${others[0]!.split('=')[0]}, which a policy cannot keep`);
  if (spaces !== undefined && !spaces.split(',').includes(namespace))
    throw refuse(`is for other namespaces than ${namespace}`);
}

/** `alice@acme.com` is alice. */
function nameOf(principal: string, refuse: (why: string) => CountersignError): string {
  if (/[*?!]/.test(principal)) throw refuse('names a pattern, and no person');
  const name = principal.split('@')[0]!.toLowerCase().replaceAll('.', '-');
  if (!/^[a-z][a-z0-9_-]{0,31}$/.test(name))
    throw refuse(`names ${principal.slice(0, 40)}, which is no name of a person`);
  return name;
}
