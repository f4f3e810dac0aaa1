/** Parameters: which values hold, and what their declarations demand of them. */
import { CountersignError } from '../../../core/errors.ts';
import { bareRecord } from '../../../core/input-bounds.ts';
import { scalarText } from './evaluate.ts';
import type { Template, TemplateParameter } from './parse.ts';

/** @throws CountersignError INPUT_INVALID for missing or undeclared parameters. */
export function parameterValues(template: Template, given: Record<string, string>): Record<string, string> {
  const declared = template.Parameters ?? {};
  const undeclared = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (undeclared.length > 0)
    throw new CountersignError(
      'INPUT_INVALID',
      `Parameters: [${undeclared.join(', ')}] do not exist in the template`,
      `Its parameters are: ${Object.keys(declared).join(', ') || 'none'}.`,
    );
  const values = bareRecord<string>({});
  const missing: string[] = [];
  for (const [name, parameter] of Object.entries(declared)) {
    const value =
      (Object.hasOwn(given, name) ? given[name] : undefined) ??
      (parameter.Default === undefined || parameter.Default === null ? undefined : scalarText(parameter.Default));
    if (value === undefined) missing.push(name);
    else values[name] = value;
  }
  if (missing.length > 0)
    throw new CountersignError(
      'INPUT_INVALID',
      `Parameters: [${missing.join(', ')}] must have values`,
      'Give them in parameters.',
    );
  return values;
}

const NUMBERS = /^(?:Number|List<Number>)$/;
const KNOWN_TYPE =
  /^(?:String|Number|CommaDelimitedList|List<(?:String|Number)>|(?:List<)?AWS::(?:EC2::[A-Za-z]+::(?:Id|Name|GroupName|KeyName)|EC2::KeyPair::KeyName|EC2::AvailabilityZone::Name|Route53::HostedZone::Id)>?|AWS::SSM::Parameter::(?:Name|Value<.+>))$/;

/**
 * What the declarations forbid, in CloudFormation's words; empty where all is well. Not part of `parameterValues`:
 * a deployed value that the caller only knows masked could not pass.
 */
export function parameterFaults(template: Template, values: Record<string, string>): string[] {
  return Object.entries(template.Parameters ?? {}).flatMap(([name, parameter]) => {
    if (!KNOWN_TYPE.test(parameter.Type)) return [`Unrecognized parameter type: ${parameter.Type}`];
    const value = values[name];
    return value === undefined ? [] : faultsOf(name, parameter, value);
  });
}

function faultsOf(name: string, parameter: TemplateParameter, value: string): string[] {
  const { AllowedPattern, AllowedValues, ConstraintDescription, Type } = parameter;
  const isList = Type.startsWith('List<') || Type === 'CommaDelimitedList';
  const items = isList ? value.split(',').map((item) => item.trim()) : [value];
  const because = (words: string) => (ConstraintDescription ? `${ConstraintDescription}` : words);
  const faults: string[] = [];
  for (const item of items) {
    if (AllowedValues && !AllowedValues.map((allowed) => scalarText(allowed)).includes(item))
      faults.push(`Parameter '${name}' must be one of AllowedValues`);
    if (AllowedPattern !== undefined && !matches(AllowedPattern, item))
      faults.push(`Parameter ${name} failed to satisfy constraint: ${because(`must match pattern ${AllowedPattern}`)}`);
    if (NUMBERS.test(Type) && (item.trim() === '' || !Number.isFinite(Number(item))))
      faults.push(`Parameter '${name}' must be a number.`);
  }
  for (const [key, isWrong, words] of LIMITS) {
    const limit = parameter[key];
    if (limit !== undefined && limit !== null && isWrong(value, Number(limit)))
      faults.push(`Parameter '${name}' ${because(`must ${words} ${limit}`)}`);
  }
  return faults;
}

type Limit = 'MinLength' | 'MaxLength' | 'MinValue' | 'MaxValue';
const LIMITS: [Limit, (value: string, limit: number) => boolean, string][] = [
  ['MinLength', (value, limit) => value.length < limit, 'have a length of at least'],
  ['MaxLength', (value, limit) => value.length > limit, 'have a length of at most'],
  ['MinValue', (value, limit) => Number(value) < limit, 'be a number not less than'],
  ['MaxValue', (value, limit) => Number(value) > limit, 'be a number not greater than'],
];

/** A pattern that JavaScript cannot read is CloudFormation's to judge: it holds here. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(value);
  } catch {
    return true;
  }
}
