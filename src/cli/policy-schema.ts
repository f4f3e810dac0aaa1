/** `policy schema`: what editors validate the policy file and its rules with. */
import { guards } from '../../guards/index.ts';
import { policyJsonSchema } from '../policy/json-schema.ts';
import { CEDAR_SCHEMA } from '../policy/rules/cedar-schema.ts';

export function policySchemaText({ cedar }: { cedar: boolean }): string {
  return cedar ? CEDAR_SCHEMA : `${JSON.stringify(policyJsonSchema(guards), null, 2)}\n`;
}
