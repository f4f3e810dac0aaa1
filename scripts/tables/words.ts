/**
 * What the specification's own text says of an update, beside its marks: properties whose words speak of a replacement,
 * of deleting and creating again, or of a value that cannot be changed later.
 */
import type { Property, PropertyType } from '@aws-cdk/service-spec-types';
import { openServiceSpec } from './service-spec.ts';

export interface Words {
  /** `AWS::X::Y.Property.Part`. */
  path: string;
  /** The mark beside the words, of the property itself. */
  mark: Property['causesReplacement'];
  /** The sentences that say so. */
  says: string;
}

const CANNOT = "(?:can(?:not|'t| not|’t)) (?:be )?(?:later )?(?:chang|modif|updat|edit)";
/** Of a property of a resource: any such word. */
const SPEAKS = new RegExp(String.raw`replac(?:e|es|ed|ement|ing)\b|re-?creat|immutable|${CANNOT}`, 'i');
/** Of a part, where "replace" mostly speaks of text and of values: what says that an update cannot do it in place. */
const PART_SPEAKS = new RegExp(
  String.raw`\[replacement\]|cluster replacement|deleted and recreated|recreating it|immutable (?:after|once)|^immutable|${CANNOT}`,
  'i',
);
const MAX_DEPTH = 6;

/** Every property and part whose words speak of it, top-level properties first told as such by `path` without a second dot. */
export function readWords(): Words[] {
  const db = openServiceSpec();
  const found: Words[] = [];
  const definition = (id: string) => db.get('typeDefinition', id);

  function visit(at: string, properties: Record<string, Property>, speaks: RegExp, above: readonly string[]): void {
    for (const [name, property] of Object.entries(properties)) {
      const path = `${at}.${name}`;
      const says = sentences(property.documentation ?? '').filter((sentence) => speaks.test(sentence));
      if (says.length > 0) found.push({ path, mark: property.causesReplacement ?? 'no', says: says.join(' ') });
      // What is below a property that replaces replaces too.
      if (property.causesReplacement === 'yes') continue;
      for (const id of definitionsIn(property.type))
        if (!above.includes(id) && above.length < MAX_DEPTH)
          visit(path, definition(id).properties, PART_SPEAKS, [...above, id]);
    }
  }
  for (const { cloudFormationType, properties } of db.all('resource'))
    visit(cloudFormationType, properties, SPEAKS, []);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export const isTopLevel = ({ path }: Words): boolean => path.split('.').length === 2;

function definitionsIn(type: PropertyType): string[] {
  if (type.type === 'ref') return [type.reference.$ref];
  if (type.type === 'array' || type.type === 'map') return definitionsIn(type.element);
  return type.type === 'union' ? type.types.flatMap(definitionsIn) : [];
}

const sentences = (text: string): string[] =>
  text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
