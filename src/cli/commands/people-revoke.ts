import { type Command, JSON_OPTION } from '../command.ts';
import { AFTER_EDIT, type EditArgs, editPolicy, FINGERPRINT_OPTION, PERSON_ARGUMENT } from '../edit-policy.ts';

export const peopleRevoke: Command<EditArgs> = {
  name: 'people revoke',
  summary: 'take a key, or all keys, from a person; their waiting approvals then count for nothing',
  afterHelp: AFTER_EDIT,
  options: [FINGERPRINT_OPTION, JSON_OPTION],
  arguments: [PERSON_ARGUMENT],
  run: (context, { name, fingerprint }) =>
    editPolicy(context, async (text, app) => (await import('../people.ts')).revoked(app, text, name, fingerprint)),
};
