/** `AWS::LanguageExtensions`: Fn::ForEach written out. The collection must be known before anything else is. */
import { CountersignError } from '../../../core/errors.ts';
import { bareRecord } from '../../../core/input-bounds.ts';
import { createEvaluator, isUnresolved, type ResolveContext, scalarText } from './evaluate.ts';
import { checkResource, isRecord, type LoopSection, type Template, type Value } from './parse.ts';

/** CloudFormation takes 500 resources, and 200 outputs; a loop inside a property may write more than one entry. */
const MAX_ENTRIES = 100_000;

const LOOP = /^Fn::ForEach(?:::|$)/;

export const usesLanguageExtensions = (template: Template): boolean =>
  [template.Transform ?? []].flat().includes('AWS::LanguageExtensions');

/**
 * @returns the template without loops.
 * @throws CountersignError INPUT_TEMPLATE_INVALID for a loop without the transform, or over what cannot be known.
 */
export function expandLoops(template: Template, context: ResolveContext): Template {
  const { Loops: loops, ...rest } = template;
  if (!usesLanguageExtensions(template)) {
    if (loops) throw invalid('Fn::ForEach needs Transform: AWS::LanguageExtensions');
    return template;
  }
  const evaluator = createEvaluator(rest, context);
  let written = 0;
  const count = () => {
    written += 1;
    if (written > MAX_ENTRIES) throw invalid(`they make more than ${MAX_ENTRIES} entries`);
  };

  function collection(value: Value, bound: Record<string, string>, where: string): string[] {
    const given = Array.isArray(value) ? value.map((item) => substitute(item, bound)) : substitute(value, bound);
    const items = evaluator.value(given);
    if (!Array.isArray(items) || isUnresolved(items)) throw invalid(`the collection of ${where} cannot be known`);
    return items.flat().map((item) => scalarText(item));
  }

  function expand(entries: [string, Value][], bound: Record<string, string>): [string, Value][] {
    return entries.flatMap(([key, value]): [string, Value][] => {
      count();
      if (!LOOP.test(key)) return [[named(key, bound), inside(value, bound)]];
      const [identifier, over, body] = Array.isArray(value) ? value : [];
      if (typeof identifier !== 'string' || over === undefined || !isRecord(body))
        throw invalid(`${key} wants [identifier, collection, {key: value}]`);
      return collection(over, bound, key).flatMap((item) => {
        count();
        return expand(Object.entries(body) as [string, Value][], { ...bound, [identifier]: item });
      });
    });
  }

  function inside(value: Value, bound: Record<string, string>): Value {
    count();
    if (Array.isArray(value)) return value.map((item) => inside(item, bound));
    if (!isRecord(value)) return substitute(value, bound);
    const { Ref: ref } = value;
    if (typeof ref === 'string' && Object.hasOwn(bound, ref)) return bound[ref]!;
    return Object.fromEntries(expand(Object.entries(value) as [string, Value][], bound));
  }

  const section = (name: LoopSection) =>
    bareRecord(
      Object.fromEntries([
        ...expand(Object.entries((rest[name] ?? {}) as Record<string, Value>), {}),
        ...expand(Object.entries(loops?.[name] ?? {}), {}),
      ]),
    );
  const Resources = section('Resources') as unknown as Template['Resources'];
  for (const [logicalId, resource] of Object.entries(Resources)) checkResource(logicalId, resource);
  return {
    ...rest,
    Resources,
    ...(rest.Outputs || loops?.Outputs
      ? { Outputs: section('Outputs') as unknown as Template['Outputs'] & object }
      : {}),
    ...(rest.Conditions || loops?.Conditions ? { Conditions: section('Conditions') } : {}),
  };
}

function substitute(value: Value, bound: Record<string, string>): Value {
  if (isRecord(value) && typeof value.Ref === 'string' && Object.hasOwn(bound, value.Ref)) return bound[value.Ref]!;
  return typeof value === 'string' ? named(value, bound) : value;
}

/** `${Name}` as it is; `&{Name}` without what a logical id may not have. */
function named(text: string, bound: Record<string, string>): string {
  let result = text;
  for (const [name, item] of Object.entries(bound))
    result = result.replaceAll(`\${${name}}`, item).replaceAll(`&{${name}}`, item.replaceAll(/[^A-Za-z0-9]/g, ''));
  return result;
}

function invalid(what: string): CountersignError {
  return new CountersignError(
    'INPUT_TEMPLATE_INVALID',
    `The template's loops cannot be expanded: ${what}.`,
    'Send the parameters that the loop uses, or write the entries out.',
  );
}
