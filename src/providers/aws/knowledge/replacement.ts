/**
 * What an update of a property does to the resource. `conditional`: it depends on values or on live facts
 * (`conditionalRule`), or only a part of the property replaces. `unknown`: the tables do not have it.
 */
export type Replacement = 'never' | 'always' | 'conditional' | 'unknown';
