import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { guards } from '../../guards/index.ts';
import { policySchemaText } from '../../src/cli/policy-schema.ts';
import type { GuardDefinition } from '../../src/core/guard.ts';
import { pass } from '../../src/core/verdict.ts';
import { policyJsonSchema } from '../../src/policy/json-schema.ts';
import { parsePolicy } from '../../src/policy/load.ts';
import { NOW } from './plans.ts';

const root = new URL('../..', import.meta.url).pathname;
const file = (name: string) => readFileSync(join(root, name), 'utf8');

/** Guards that the example names and that this catalogue does not have yet. */
const COMING: GuardDefinition = {
  name: 'exposure',
  rule: '',
  normally: '',
  told: '',
  options: z.strictObject({ public_ports: z.array(z.number()).default([]) }),
  create: () => ({ name: 'exposure', judge: () => pass('exposure') }),
};
const catalogue = guards.some(({ name }) => name === 'exposure') ? guards : [...guards, COMING];

describe('what is published', () => {
  it('is what policy schema writes', () => {
    expect(file('countersign.schema.json')).toBe(policySchemaText({ cedar: false }));
    expect(file('docs/countersign.cedarschema')).toBe(policySchemaText({ cedar: true }));
  });
  it('accepts the example, as the loader does', () => {
    const validate = new Ajv2020({ strict: false }).compile(policyJsonSchema(catalogue));
    expect(validate(parse(file('policy.example.yaml'))), JSON.stringify(validate.errors)).toBe(true);
    const policy = parsePolicy(file('policy.example.yaml'), join(root, 'policy.example.yaml'), catalogue, NOW);
    expect(policy.rules.rules.map(({ id }) => id)).toEqual(['keys-stay', 'critical-tag']);
    expect(Object.values(policy.optionsFor('rate', 'production') as object)).toContain(5);
  });
  it.each(['colour: red', 'guards: { recraete: {} }', 'guards: { rate: { production: fast } }', 'accounts: {}'])(
    'refuses %s, as the loader does',
    (change) => {
      const example = { ...parse(file('policy.example.yaml')), ...parse(change) };
      const validate = new Ajv2020({ strict: false }).compile(policyJsonSchema(catalogue));
      expect(change === 'accounts: {}' || !validate(example)).toBe(true);
      expect(() => parsePolicy(JSON.stringify(example), join(root, 'x.yaml'), catalogue, NOW)).toThrow('not valid');
    },
  );
});
