import { type Command, JSON_OPTION } from '../command.ts';
import {
  AFTER_EDIT,
  type EditArgs,
  editPolicy,
  OFFER_OPTION,
  PERSON_ARGUMENT,
  PUBLIC_KEY_OPTION,
} from '../edit-policy.ts';

export const peopleEnroll: Command<EditArgs> = {
  name: 'people enroll',
  summary: 'give a person another key: a public key, or a passkey that they offered on the page',
  afterHelp: AFTER_EDIT,
  options: [PUBLIC_KEY_OPTION, OFFER_OPTION, { flags: '--break-glass', summary: 'for break-glass only' }, JSON_OPTION],
  arguments: [PERSON_ARGUMENT],
  run: (context, { name, ...given }) =>
    editPolicy(context, async (text, app) => (await import('../people.ts')).enrolled(app, text, name, given)),
};
