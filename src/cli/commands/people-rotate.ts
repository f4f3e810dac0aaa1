import { type Command, JSON_OPTION } from '../command.ts';
import {
  AFTER_EDIT,
  type EditArgs,
  editPolicy,
  FINGERPRINT_OPTION,
  OFFER_OPTION,
  PERSON_ARGUMENT,
  PUBLIC_KEY_OPTION,
} from '../edit-policy.ts';

export const peopleRotate: Command<EditArgs> = {
  name: 'people rotate',
  summary: 'replace a key of a person',
  afterHelp: AFTER_EDIT,
  options: [PUBLIC_KEY_OPTION, OFFER_OPTION, FINGERPRINT_OPTION, JSON_OPTION],
  arguments: [PERSON_ARGUMENT],
  run: (context, { name, ...given }) =>
    editPolicy(context, async (text, app) => (await import('../people.ts')).rotated(app, text, name, given)),
};
