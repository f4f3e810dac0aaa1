import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { guards } from '../../guards/index.ts';
import { policySchemaText } from '../../src/cli/policy-schema.ts';
import { policyJsonSchema } from '../../src/policy/json-schema.ts';
import { parsePolicy } from '../../src/policy/load.ts';
import { NOW } from './plans.ts';

const root = new URL('../..', import.meta.url).pathname;
const file = (name: string) => readFileSync(join(root, name), 'utf8');

describe('what is published', () => {
  it('is what `npm run docs:schema` writes', () => {
    const remedy = 'Run `npm run docs:schema`.';
    expect(file('countersign.schema.json'), remedy).toBe(policySchemaText({ cedar: false }));
    expect(file('docs/countersign.cedarschema'), remedy).toBe(policySchemaText({ cedar: true }));
  });
  it('accepts the example, as the loader does', () => {
    const validate = new Ajv2020({ strict: false }).compile(policyJsonSchema(guards));
    expect(validate(parse(file('policy.example.yaml'))), JSON.stringify(validate.errors)).toBe(true);
    const policy = parsePolicy(file('policy.example.yaml'), join(root, 'policy.example.yaml'), guards, NOW);
    expect(policy.rules.rules.map(({ id }) => id)).toEqual(['keys-stay', 'critical-tag']);
    expect(Object.values(policy.optionsFor('rate', 'production') as object)).toContain(5);
  });
  it.each(['colour: red', 'guards: { recraete: {} }', 'guards: { rate: { production: fast } }', 'accounts: {}'])(
    'refuses %s, as the loader does',
    (change) => {
      const example = { ...parse(file('policy.example.yaml')), ...parse(change) };
      const validate = new Ajv2020({ strict: false }).compile(policyJsonSchema(guards));
      expect(change === 'accounts: {}' || !validate(example)).toBe(true);
      expect(() => parsePolicy(JSON.stringify(example), join(root, 'x.yaml'), guards, NOW)).toThrow('not valid');
    },
  );
});
