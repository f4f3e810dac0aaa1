import { type Command, JSON_OPTION } from '../command.ts';
import { AFTER_EDIT, editPolicy, PERSON_ARGUMENT, PUBLIC_KEY_OPTION } from '../edit-policy.ts';

export const peopleAdd: Command<{
  name?: string;
  key?: string;
  from?: string;
  role?: string[];
  signsInAs?: string[];
}> = {
  name: 'people add',
  summary: 'add a person to the policy, or all people of an OpenSSH allowed_signers file',
  afterHelp: AFTER_EDIT,
  options: [
    PUBLIC_KEY_OPTION,
    { flags: '--role <names...>', summary: 'roles of the person' },
    { flags: '--signs-in-as <names...>', summary: 'names that the person signs in with' },
    { flags: '--from <file>', summary: 'an OpenSSH allowed_signers file', completes: 'file' },
    JSON_OPTION,
  ],
  arguments: [{ ...PERSON_ARGUMENT, syntax: '[name]' }],
  run: (context, given) => editPolicy(context, async (text) => (await import('../people.ts')).added(text, given)),
};
