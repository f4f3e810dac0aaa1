/** What the page may ask for, answered by the app. */

import { offerKey } from '../approvals/offered-keys.ts';
import { beginEnrolment, type Enrolment, finishEnrolment } from '../approvals/passkey-enrolment.ts';
import { assertionOptions, signatureOfAssertion } from '../approvals/passkey-signature.ts';
import { recordSignature } from '../approvals/record.ts';
import type { RelyingParty } from '../approvals/relying-party.ts';
import { buildStatement } from '../approvals/statement.ts';
import { whoMayApprove } from '../approvals/who-may.ts';
import type { App } from '../compose.ts';
import type { Change } from '../core/change.ts';
import { commandFor } from '../core/command-line.ts';
import { CountersignError } from '../core/errors.ts';
import { haltIn } from '../core/folds.ts';
import { kindOf } from '../people/key.ts';
import type { Person } from '../people/person.ts';
import { sentenceOf } from '../render/sentence.ts';
import type { MayDecide, PasskeyPorts, ReviewPorts, ToSign } from '../review/ports.ts';
import { requireCounting } from './approve.ts';
import { makeReceipt } from './audit-receipt.ts';
import { whyTyped } from './confirm.ts';
import { planAndPicture, subjectOf, whatNow } from './show.ts';

export interface ForPage {
  app(): App;
  follow: ReviewPorts['follow'];
  relyingParty: RelyingParty;
  logDefect: ReviewPorts['logDefect'];
  now(): Date;
}

const MOST_SENTENCES = 500;
/** A plan of 500 effects takes some MiB to read; a page that is open asks for its own again and again. */
const MOST_PLANS = 4;

/** The newest answers of a function of one name, whose answers never change. */
function remembered<T>(most: number, read: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const known = new Map<string, T>();
  return async (name) => {
    const value = known.get(name) ?? (await read(name));
    known.delete(name);
    known.set(name, value);
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
    return value;
  };
}
const peopleOf = (app: App): readonly Person[] => app.policyFile?.people ?? [];

export function reviewPorts(page: ForPage): ReviewPorts {
  const { app, now, logDefect, relyingParty } = page;
  const plans = remembered(MOST_PLANS, (planId) => planAndPicture(app(), planId));
  const sentences = remembered(MOST_SENTENCES, async (planId) => sentenceOf((await app().changes.plan(planId)).plan));
  return {
    passkeys: passkeyPorts(page),
    follow: page.follow,
    list: (query) => app().changes.list(query),
    sentence: ({ planId }) => sentences(planId),
    find: (id) => app().changes.find(id),
    subject: (id) => subjectOf(app(), id, now(), plans),
    whatNow,
    people: () => peopleOf(app()).map(({ name }) => name),
    mayDecide: (change) => mayDecide(change, peopleOf(app()), relyingParty),
    nameToType({ change, plan }) {
      const why = whyTyped(plan);
      return why === null ? null : { name: change.target.name, why: `${why}. To approve it, type its name:` };
    },
    sshCommands({ change: { id }, plan }, person, decision) {
      const statement = `show ${id} --statement --as ${person ?? 'NAME'}${decision === 'reject' ? ' --reject' : ''}`;
      return {
        here: commandFor(plan, `${decision} ${id}`),
        elsewhere: `ssh HOST ${commandFor(plan, statement)} | ssh-keygen -Y sign -n countersign-approval@v1 -f ~/.ssh/id_ed25519 | ssh HOST ${commandFor(plan, `${decision} ${id}`)} --signature -`,
      };
    },
    progress: (id) => app().changes.progress(id),
    async receipt(id) {
      try {
        return { text: await makeReceipt(app(), app().config.home, { change: id }) };
      } catch (error) {
        if (error instanceof CountersignError) return { why: error.message, remedy: error.remedyForPeople };
        throw error;
      }
    },
    head: async () => (await app().ledger.head()).size,
    watch: (onNew) => app().ledger.watch(onNew),
    halted: async () => (await haltIn(app().ledger)) !== 'running',
    logDefect,
  };
}

function mayDecide(change: Change, people: readonly Person[], { id }: RelyingParty): MayDecide[] {
  const may = new Map(whoMayApprove(change, people).map((one) => [one.person, one]));
  return people.map(({ name, roles, keys }) => ({
    person: name,
    may: may.get(name)!.may,
    why: may.get(name)!.why,
    roles,
    hasPasskey: keys.some(({ passkey }) => passkey?.relyingParty === id),
    hasSshKey: keys.some(({ passkey }) => passkey === undefined),
  }));
}

function passkeyPorts({ app, relyingParty, now }: ForPage): PasskeyPorts {
  const find = (name: string): Person => {
    const person = peopleOf(app()).find((one) => one.name === name);
    if (person) return person;
    throw new CountersignError(
      'INPUT_NOT_FOUND',
      'The policy no longer names you.',
      'Say who you are at the top of the page.',
    );
  };
  return {
    async askToSign(decision) {
      return assertionOptions(await statementOf(app(), decision), find(decision.person), relyingParty);
    },
    async sign(decision, response) {
      const { ledger, changes, policy } = app();
      return recordSignature(
        { ledger, changes, policy, people: peopleOf(app()), now, relyingParty },
        decision.changeId,
        await statementOf(app(), decision),
        signatureOfAssertion(response),
      );
    },
    keysOf: (name) =>
      find(name).keys.map((key) => ({
        fingerprint: key.fingerprint,
        kind: kindOf(key),
        place: key.passkey?.relyingParty ?? null,
      })),
    askToEnrol: (name) => beginEnrolment(find(name), relyingParty, now()),
    async enrol(enrolment, response) {
      // Of this very session: only `askToEnrol` makes one.
      const { line } = await finishEnrolment(enrolment as Enrolment, response, now());
      const { person } = enrolment as Enrolment;
      const { config, ledger } = app();
      const offer = await offerKey({ ledger, people: peopleOf(app()) }, { person, line, by: config.actsAs });
      return { fingerprint: offer.fingerprint, command: `countersign people enroll ${person} --offer ${offer.seq}` };
    },
  };
}

/** @throws what `approve` throws before it asks a key: it could not count, or the name was not typed. */
async function statementOf(app: App, { changeId, person, decision, typed, reason }: ToSign): Promise<string> {
  const change = await app.changes.find(changeId);
  const { plan } = await app.changes.plan(change.planId);
  await app.policy.mustBeInForce();
  if (decision === 'approve') {
    await requireCounting(app, change, plan);
    const why = whyTyped(plan);
    if (why !== null && typed?.trim() !== change.target.name)
      throw new CountersignError(
        'APPROVAL_NOT_CONFIRMED',
        `${why}, and its name was not typed.`,
        `Type ${change.target.name} to approve it.`,
      );
  }
  return buildStatement(change, plan, person, decision, { reason });
}
