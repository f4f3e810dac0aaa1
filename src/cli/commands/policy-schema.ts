import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

export const policySchema: Command<{ cedar?: boolean }> = {
  name: 'policy schema',
  summary: 'print the JSON Schema of the policy file',
  options: [{ flags: '--cedar', summary: 'print the Cedar schema of its rules instead' }],
  arguments: [],
  async run(_context, { cedar = false }) {
    const { policySchemaText } = await import('../policy-schema.ts');
    const text = policySchemaText({ cedar });
    return { text, json: cedar ? text : JSON.parse(text), exit: EXIT.pass, exact: true };
  },
};
