/**
 * The text form of the generated index, read only where it is asked for.
 * A field is `Name`, then `!` an update always replaces (nothing is said of what is below: it replaces too),
 * `?` it may, `~` it does not but something below it may; then `*` anything may stand below, `:n` shape n does.
 */
import type { Replacement } from './replacement.ts';

interface Field {
  mark: '' | '!' | '?' | '~';
  open: boolean;
  shape: number | undefined;
}
type Fields = Map<string, Field>;

export interface Row {
  fields: Fields;
  attributes: string[];
  name: string | undefined;
}

export interface Index {
  row(type: string): Row | undefined;
  /** What an update of `path` (names joined by dots, no list indexes) does. */
  replacement(row: Row, path: string): Replacement;
}

/** Generated: `npm run tables`. */
export interface DataFile {
  shapes: string[];
  types: Record<string, string>;
}

export function readIndex(file: DataFile): Index {
  const rows = new Map<string, Row>();
  const shapes = new Map<number, Fields>();
  const shape = (number: number): Fields => once(shapes, number, () => readFields(file.shapes[number] ?? ''));
  return {
    row(type) {
      if (!Object.hasOwn(file.types, type)) return undefined;
      return once(rows, type, () => {
        const [fields = '', attributes = '', name = ''] = file.types[type]!.split('|');
        return {
          fields: readFields(fields),
          attributes: attributes ? attributes.split(',') : [],
          name: name || undefined,
        };
      });
    },
    replacement(row, path) {
      let fields: Fields | undefined = row.fields;
      let conditional = false;
      let field: Field | undefined;
      for (const name of path.split('.')) {
        field = fields?.get(name) ?? fields?.get('*');
        if (!field) return conditional ? 'conditional' : 'unknown';
        if (field.mark === '!') return 'always';
        conditional ||= field.mark === '?';
        if (field.open) return conditional ? 'conditional' : 'never';
        fields = field.shape === undefined ? undefined : shape(field.shape);
      }
      // A whole property may differ in a part that replaces.
      return conditional || field?.mark === '~' ? 'conditional' : 'never';
    },
  };
}

function once<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

function readFields(text: string): Fields {
  const fields = new Map<string, Field>();
  for (const [, name, mark, open, shape] of text.matchAll(/(\*|[^!?~*:,]+)([!?~]?)(?:(\*)|:(\d+))?(?:,|$)/g))
    fields.set(name!, {
      mark: mark as Field['mark'],
      open: open === '*',
      shape: shape === undefined ? undefined : Number(shape),
    });
  return fields;
}
