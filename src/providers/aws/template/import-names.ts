/** Names of exports as templates write them: what is not known of one is any text. */
import { isRecord, type Value } from './parse.ts';

/**
 * A glob that matches every name that the value can become.
 *
 * @param parameters values as they are told; one that is not among them is any text.
 */
export function importPattern(value: Value | undefined, parameters: Readonly<Record<string, string>>): string {
  return patternOf(value, parameters).replaceAll(/\*{2,}/g, '*');
}

const literal = (text: string): string => text.replaceAll(/[*?]/g, '?');

function patternOf(value: Value | undefined, parameters: Readonly<Record<string, string>>): string {
  const ofParameter = (name: string) => (Object.hasOwn(parameters, name) ? literal(parameters[name]!) : '*');
  if (typeof value === 'string' || typeof value === 'number') return literal(String(value));
  if (!isRecord(value) || Object.keys(value).length !== 1) return '*';
  const [key = '', inner] = Object.entries(value as Record<string, Value>)[0]!;
  if (key === 'Ref') return ofParameter(String(inner));
  if (key === 'Fn::Sub') {
    const [text, own] = Array.isArray(inner) ? inner : [inner];
    return String(text)
      .split(/(\$\{[^}]{0,300}\})/)
      .map((part) => {
        const name = /^\$\{(.*)\}$/s.exec(part)?.[1]?.trim();
        if (name === undefined) return literal(part);
        if (name.startsWith('!')) return literal(`\${${name.slice(1)}}`);
        return isRecord(own) && Object.hasOwn(own, name)
          ? patternOf(own[name] as Value, parameters)
          : ofParameter(name);
      })
      .join('');
  }
  if (key === 'Fn::Join' && Array.isArray(inner) && Array.isArray(inner[1]))
    return inner[1].map((part) => patternOf(part, parameters)).join(literal(String(inner[0])));
  return '*';
}
