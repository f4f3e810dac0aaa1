import { member, type ParameterDeclaration, type Template, UNRESOLVED } from './model.ts';

export interface ResolvedParameter {
  name: string;
  type: string;
  /** As given or by default; undefined when neither is there. */
  text: string | undefined;
  /** What `Ref` answers: text, a list for list types, UNRESOLVED for what is not known. */
  value: unknown;
  noEcho: boolean;
  fromDefault: boolean;
}

/** `AWS::SSM::Parameter::Value<T>` -> `T`: the parameter's text is the name of the value, not the value. */
export function ssmValueType(type: string): string | undefined {
  return /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type)?.[1];
}

export function isListType(type: string): boolean {
  return type === 'CommaDelimitedList' || type.startsWith('List<');
}

export function isNoEcho(declaration: ParameterDeclaration): boolean {
  return String(declaration.NoEcho).toLowerCase() === 'true';
}

/** The default as CloudFormation keeps it: text. */
export function defaultText(declaration: ParameterDeclaration): string | undefined {
  const { Default: value } = declaration;
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.join(',') : String(value);
}

/**
 * @param given text by parameter name.
 * @param ssmValueOf the stored value behind an SSM-typed parameter, by parameter name, where it is known.
 */
export function resolveParameters(
  template: Template,
  given: Record<string, string>,
  ssmValueOf?: (parameterName: string) => string | undefined,
): Map<string, ResolvedParameter> {
  const resolved = new Map<string, ResolvedParameter>();
  for (const [name, declaration] of Object.entries(template.Parameters ?? {})) {
    const givenText = member(given, name) as string | undefined;
    const text = givenText ?? defaultText(declaration);
    const storedType = ssmValueType(declaration.Type);
    const known = storedType === undefined ? text : ssmValueOf?.(name);
    resolved.set(name, {
      name,
      type: declaration.Type,
      text,
      value: known === undefined ? UNRESOLVED : typedValue(storedType ?? declaration.Type, known),
      noEcho: isNoEcho(declaration),
      fromDefault: givenText === undefined,
    });
  }
  return resolved;
}

function typedValue(type: string, text: string): unknown {
  if (!isListType(type)) return text;
  return text === '' ? [] : text.split(',').map((item) => item.trim());
}
