/** The questions of `init`, asked of a person at a terminal; a script says it all by flags. */

import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { cancel, intro, isCancel, select, text } from '@clack/prompts';
import { guards } from '../../guards/index.ts';
import type { App } from '../compose.ts';
import { defaultHome } from '../config.ts';
import { ENVIRONMENTS } from '../core/environment.ts';
import { CountersignError } from '../core/errors.ts';
import { loadPolicy } from '../policy/load.ts';
import { adoptFirst, standingOf } from '../policy/pin.ts';
import { type InitFacts, PERSON, writeInit } from './init.ts';
import { CLIENT_NAMES, CLIENTS, type Client, type ClientName, type InitAnswers } from './init-answers.ts';
import { type Seen, tryServer } from './init-try.ts';
import { labelled } from './labelled.ts';

export type GivenAnswers = { [Key in keyof InitAnswers]?: InitAnswers[Key] | undefined };

const ABOUT = {
  production: 'the strictest; the default',
  development: 'small changes need no approval',
  disposable: 'can be deleted and recreated',
} as const;

interface InitOptions {
  /** There is a person at a terminal. */
  asks: boolean;
  policyFile: string;
  tell(text: string): void;
  /** Columns of the terminal. */
  width: number;
}

export async function init(
  app: App,
  given: GivenAnswers,
  { asks, policyFile, tell, width }: InitOptions,
): Promise<void> {
  const { account, region } = await app.cloud.identity({});
  const sandbox = (await app.cloud.endpoint({})).startsWith('sandbox:');
  const { profile, actsAs: signsInAs, home } = app.config;
  const own = home === defaultHome() ? {} : { home: resolve(home) };
  const program = { node: process.execPath, program: realpathSync(process.argv[1]!) };
  const facts: InitFacts = { sandbox, account, region, profile, signsInAs, ...program, ...own };
  const answers = asks ? await askMissing(given, facts) : withoutAsking(given, facts);
  if (!answers) return;
  const { written, kept, server } = writeInit(process.cwd(), policyFile, answers, facts);
  tell(`Written: ${written.join(', ')}.${kept.length > 0 ? ` Kept unchanged: ${kept.join(', ')}.` : ''}`);
  tell(await adoptIn(app, policyFile));
  const seen = await tryServer({ ...server, env: { ...server.env, COUNTERSIGN_SPONSOR: answers.person } });
  tell(
    `Started once, as ${CLIENTS[answers.client].title} will start it:\n${seen.tools} tools, policy ${seen.policy}, sponsor ${seen.sponsor}.`,
  );
  if (seen.first) tell(firstPlan(seen.first, width));
  tell(`
Next:
1. Name yourself as the sponsor. Add this line to your shell profile, not to a project file:
   export COUNTERSIGN_SPONSOR=${answers.person}
   Without it, agents can only describe and plan.${allowing(answers.client)}
2. Restart ${CLIENTS[answers.client].title} here and ask it:
   “What does the Countersign policy allow?”
3. Ask it to plan a change. Plans are dry runs; the new policy does not allow
   execution.
4. To allow changes, edit ${policyFile}: add colleagues with
   their public keys, and write execute: by_command in the scope. Then:
   export COUNTERSIGN_POLICY=${policyFile}
   countersign policy check
   countersign policy adopt${sandbox ? '\n5. In the simulated cloud, execute needs --sandbox:\n   countersign --sandbox execute ID' : ''}`);
}

function firstPlan({ stack, decision, because }: NonNullable<Seen['first']>, width: number): string {
  const words = decision === 'denied' ? 'denied' : decision.replaceAll('_', ' ');
  return [
    '',
    ...labelled('', 0, `A first plan, as an agent would ask for it: delete the stack ${stack}.`, width),
    ...labelled(`${words.toUpperCase()}  `, 8, because, width),
    ...labelled('', 0, 'Nothing was changed. To see the plan: countersign plans', width),
  ].join('\n');
}

/** What the client asks for, before it passes the variable on. */
function allowing(name: ClientName): string {
  const client: Client = CLIENTS[name];
  return 'approves' in client && client.approves !== undefined ? `\n   ${client.approves}` : '';
}

/** The folder's first policy is adopted at once. What is wrong with one that was there is told, and stops nothing. */
async function adoptIn({ ledger, config }: App, policyFile: string): Promise<string> {
  const adopt = `countersign --policy ${policyFile} policy adopt`;
  try {
    const policy = loadPolicy(policyFile, guards);
    const standing = await standingOf(ledger, policy);
    if (standing === 'adopted') return `${config.home} has already adopted this policy.`;
    if (standing === 'changed')
      return `${config.home} has adopted another policy; under this one, agents can only plan. To propose it: ${adopt}`;
    await adoptFirst(ledger, policy, config.actsAs);
    return `Adopted ${policyFile} in ${config.home} (L0: one person decided).`;
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    return `Not adopted: ${error.message}\nOnce it is valid: ${adopt}`;
  }
}

/** The safe environment, and the user's own name; only the client cannot be guessed. @throws INPUT_INVALID */
function withoutAsking(given: GivenAnswers, { signsInAs }: InitFacts): InitAnswers {
  if (!given.client) {
    throw new CountersignError(
      'INPUT_INVALID',
      'No client given.',
      `Add --client with one of: ${CLIENT_NAMES.join(', ')}.`,
    );
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
      message: 'Environment of this account?',
      options: ENVIRONMENTS.map((value) => ({ value, label: value, hint: ABOUT[value] })),
    }));
  if (isCancel(environment)) return gaveUp();
  const client =
    given.client ??
    (await select({
      message: 'Client of the agent?',
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
      message: 'Your name in the policy? (The agent works for you, so you cannot approve its changes.)',
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
  PERSON.test(name) ? undefined : 'start with a lower-case letter; then use letters, digits, - and _';
