/** The questions of `init`, asked of a person at a terminal; a script says it all by flags. */

import { cancel, intro, isCancel, select, text } from '@clack/prompts';
import type { App } from '../compose.ts';
import { ENVIRONMENTS } from '../core/environment.ts';
import { CountersignError } from '../core/errors.ts';
import { type InitFacts, PERSON, writeInit } from './init.ts';
import { CLIENTS, type ClientName, type InitAnswers } from './init-answers.ts';

export type GivenAnswers = { [Key in keyof InitAnswers]?: InitAnswers[Key] | undefined };

const ABOUT = {
  production: 'the strictest; what is not named is production',
  development: 'small changes pass without a signature',
  disposable: 'may be deleted and made anew',
} as const;

interface InitOptions {
  /** There is a person at a terminal. */
  asks: boolean;
  policyFile: string;
  tell(text: string): void;
}

export async function init(app: App, given: GivenAnswers, { asks, policyFile, tell }: InitOptions): Promise<void> {
  const { account, region } = await app.cloud.identity({});
  const sandbox = (await app.cloud.endpoint({})).startsWith('sandbox:');
  const facts = { sandbox, account, region, profile: app.config.profile, signsInAs: app.config.actsAs };
  const answers = asks ? await askMissing(given, facts) : withoutAsking(given, facts);
  if (!answers) return;
  const { written, kept } = writeInit(process.cwd(), policyFile, answers, facts);
  tell(`Written: ${written.join(', ')}.${kept.length > 0 ? ` Kept as it is: ${kept.join(', ')}.` : ''}`);
  tell(`
Next:
1. Restart ${CLIENTS[answers.client].title} here and ask it: “What does the Countersign policy allow?”
2. Have it plan something. Plans are dry runs: in this policy nothing executes.
3. When you want changes to happen: add colleagues and their public keys to ${policyFile}, write
   execute: by_command in its scope, and check it with: countersign --policy ${policyFile} policy check (and policy test)`);
}

/** The safe environment, and the user's own name; only the client cannot be guessed. @throws INPUT_INVALID */
function withoutAsking(given: GivenAnswers, { signsInAs }: InitFacts): InitAnswers {
  if (!given.client) {
    const names = Object.keys(CLIENTS).join(', ');
    throw new CountersignError('INPUT_INVALID', 'Which client?', `Add --client with one of: ${names}.`);
  }
  const person = given.person ?? nameFrom(signsInAs);
  const problem = problemOfName(person);
  if (problem) throw new CountersignError('INPUT_INVALID', `The name ${person}: ${problem}.`, 'Add --person NAME.');
  return { client: given.client, environment: given.environment ?? 'production', person };
}

/** @returns undefined when the person gave up: nothing is written then. */
async function askMissing(given: GivenAnswers, facts: InitFacts): Promise<InitAnswers | undefined> {
  const { account, region, profile, signsInAs } = facts;
  intro(`Countersign for account ${account} in ${region}${profile ? ` (profile ${profile})` : ''}`);
  const environment =
    given.environment ??
    (await select({
      message: 'What is this account?',
      options: ENVIRONMENTS.map((value) => ({ value, label: value, hint: ABOUT[value] })),
    }));
  if (isCancel(environment)) return gaveUp();
  const client =
    given.client ??
    (await select({
      message: 'Which client does the agent run in?',
      options: Object.entries(CLIENTS).map(([value, { title, path }]) => ({
        value: value as ClientName,
        label: title,
        hint: path,
      })),
    }));
  if (isCancel(client)) return gaveUp();
  const person =
    given.person ??
    (await text({
      message: 'Your name in the policy? The agent works for you, so you never sign its changes.',
      initialValue: nameFrom(signsInAs),
      validate: (name) => problemOfName(name ?? ''),
    }));
  if (isCancel(person)) return gaveUp();
  return withoutAsking({ client, environment, person }, facts);
}

function gaveUp(): undefined {
  cancel('Nothing was written.');
  return undefined;
}

const nameFrom = ([user = 'me']: string[]): string =>
  user.toLowerCase().replaceAll(/[^a-z0-9_-]|^[^a-z]+/g, '') || 'me';
const problemOfName = (name: string): string | undefined =>
  PERSON.test(name) ? undefined : 'begin with a lower-case letter, then letters, digits, - and _';
