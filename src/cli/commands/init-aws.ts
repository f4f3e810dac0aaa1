import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';
import type { RolesAsked } from '../init-aws.ts';

export const initAws: Command<RolesAsked> = {
  name: 'init aws',
  summary: 'write the IAM roles of an account as a CloudFormation template to review; nothing is called',
  options: [
    { flags: '--out <file>', summary: 'file to write', default: 'countersign-roles.yaml', completes: 'file' },
    { flags: '--prefix <name>', summary: 'prefix of the names of all roles', default: 'countersign' },
    { flags: '--scopes <names>', summary: 'a service role for each, comma-separated', default: 'main' },
    {
      flags: '--break-glass <arn>',
      summary: 'role for emergencies; also writes a service control policy that denies changes to all others',
    },
    JSON_OPTION,
  ],
  arguments: [],
  async run(_context, asked) {
    const { writeRoles } = await import('../init-aws.ts');
    const { written, sentences } = await writeRoles(asked);
    const text = [
      `Wrote ${written.join(' and ')}.`,
      ...sentences.map((sentence) => `  ${sentence}`),
      'Review the files and deploy the template with your own rights: docs/aws-roles.md.',
    ].join('\n');
    return { text, json: { written }, exit: EXIT.pass };
  },
};
