/**
 * Parameters that name a parameter of Systems Manager, with the value behind the name.
 *
 * Guarantees: a value that the cloud did not tell is never the name itself: the same name, twice not told, is the same
 * unknown value; a name that the change set keeps has the value that the stack has.
 */
import type { ChangeSet } from '../change-sets.ts';
import { parseTemplate } from '../template/parse.ts';
import { unknownAs } from '../template/values.ts';
import type { LiveStack } from './live-stack.ts';

const namesOf = (template: string): string[] =>
  Object.entries((parseTemplate(template).Parameters ?? {}) as Record<string, { Type: string }>).flatMap(
    ([name, { Type }]) => (Type.startsWith('AWS::SSM::Parameter::Value<') ? [name] : []),
  );

const notTold = (name: string | undefined) => unknownAs(`ssm ${name ?? ''}`);

const writtenIn = ({ stack }: Pick<LiveStack, 'stack'>) =>
  new Map((stack.Parameters ?? []).map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]));

type Live = Pick<LiveStack, 'stack' | 'processed' | 'parameters'>;

export function parametersBefore(live: Live): Record<string, string> {
  // A stack that only a change set made so far has no template of its own, whatever the cloud tells for one.
  if (live.stack.StackStatus === 'REVIEW_IN_PROGRESS') return { ...live.parameters };
  const written = writtenIn(live);
  const known = { ...live.parameters };
  for (const name of namesOf(live.processed))
    if (known[name] === written.get(name)) known[name] = notTold(written.get(name));
  return known;
}

export function parametersAfter(
  live: Live,
  { parameters, given, template }: Pick<ChangeSet, 'parameters' | 'given' | 'template'>,
): Record<string, string> {
  const [before, written, known] = [parametersBefore(live), writtenIn(live), { ...parameters }];
  for (const name of namesOf(template ?? live.processed)) {
    if (known[name] !== given[name]) continue;
    known[name] = written.get(name) === given[name] ? (before[name] ?? notTold(given[name])) : notTold(given[name]);
  }
  return known;
}
