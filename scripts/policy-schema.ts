/** `npm run docs:schema`: writes countersign.schema.json and docs/countersign.cedarschema from the sources; needs no build. */
import { writeFileSync } from 'node:fs';
import { policySchemaText } from '../src/cli/policy-schema.ts';

const root = new URL('..', import.meta.url);
writeFileSync(new URL('countersign.schema.json', root), policySchemaText({ cedar: false }));
writeFileSync(new URL('docs/countersign.cedarschema', root), policySchemaText({ cedar: true }));
