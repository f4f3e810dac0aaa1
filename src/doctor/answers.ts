/**
 * The server's side of doctor: gives out a nonce, takes one report for it, looks at itself, and records what that proves.
 *
 * SECURITY: whoever can call the server can report, an agent too. A report only lowers what the server itself finds
 * (`levels.ts`), and takes nothing back that one before it said (`lowered.ts`); one without a nonce of the last minutes, of another client, or a second one for a nonce, is refused.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { ASKED_FOR_MINUTES, type Assurance, assuranceOf, type Level, type StandingOfLevel } from '../core/assurance.ts';
import { CountersignError } from '../core/errors.ts';
import { eventsOf } from '../core/events.ts';
import type { TriedWrite } from '../core/outside.ts';
import type { Ledger, PolicyPort } from '../core/ports.ts';
import type { Person } from '../people/person.ts';
import { type Here, keysDigestOf, sealedReport } from '../policy/proven.ts';
import type { Entrance } from './authorized-keys.ts';
import { exposures, type Owned } from './exposed.ts';
import type { Finding } from './finding.ts';
import { levelsOf } from './levels.ts';
import { loweredBy, loweredSoFar, lowest, together } from './lowered.ts';
import { type Challenge, type Reached, reachedSchema } from './reach.ts';

export interface AnswerPorts {
  ledger: Ledger;
  policy: Pick<PolicyPort, 'digest' | 'sponsor'>;
  people: readonly Person[];
  touchIsAsked: boolean;
  /** Levels that a signed policy declares. */
  declared(): Promise<readonly Level[]>;
  here: Here;
  /** What only the server's user may touch. */
  owned: readonly Owned[];
  /** What it runs: found by owner and mode alone, since its client may read it. */
  programs: readonly Owned[];
  /** The server's user, as `sudo` names it. */
  user: string;
  /** Of a client over ssh. */
  entrance(): Entrance | null;
  writes(): Promise<TriedWrite[] | undefined>;
  now(): Date;
}
export interface Report {
  assurance: Assurance;
  levels: StandingOfLevel[];
  findings: Finding[];
  sponsor: string | null;
}

const requestSchema = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('ask') }),
  z.strictObject({
    step: z.literal('report'),
    nonce: z.string().regex(/^[\da-f]{32}$/),
    reached: z.array(reachedSchema).max(200),
  }),
]);

/** @throws INPUT_INVALID */
export async function answerDoctor(ports: AnswerPorts, request: unknown): Promise<Challenge | Report> {
  const parsed = requestSchema.safeParse(request);
  if (!parsed.success) throw notTaken('its request is malformed');
  return parsed.data.step === 'ask' ? ask(ports) : report(ports, parsed.data);
}

const notTaken = (why: string): CountersignError =>
  new CountersignError('INPUT_INVALID', `The report was not taken: ${why}.`, {
    agent: 'Leave this to a person, who runs countersign doctor.',
    person: 'Run countersign doctor again.',
  });

async function ask({ ledger, policy, people, here, owned, user }: AnswerPorts): Promise<Challenge> {
  const client = here.client();
  const nonce = randomBytes(16).toString('hex');
  await ledger.append({ kind: 'doctor.asked', body: { nonce, sponsor: policy.sponsor().name, client } });
  return {
    nonce,
    // The same path on another host is another file.
    owned:
      client.kind === 'other_host'
        ? []
        : owned.filter(({ path }) => existsSync(path)).map(({ what, path }) => ({ what, path })),
    keys: people.flatMap(({ name, keys, breakGlass = [] }) =>
      [...keys, ...breakGlass].map(({ fingerprint }) => ({ person: name, fingerprint })),
    ),
    user: client.kind === 'other_user' ? user : null,
    client: client.why,
    server: here.server,
  };
}

async function report(ports: AnswerPorts, { nonce, reached }: { nonce: string; reached: Reached[] }): Promise<Report> {
  const { ledger, policy, people, touchIsAsked, here } = ports;
  const client = here.client();
  const sponsor = policy.sponsor().name;
  const entrance = ports.entrance();
  const writes = await ports.writes();
  // What others may read is the challenge's to find: a policy is no secret.
  const exposed = exposures([...ports.owned, ...ports.programs]);
  const seen = { client, reached, exposed, entrance, people, touchIsAsked, writes };
  const declared = await ports.declared();
  const found = levelsOf({ ...seen, declared });
  const about = { here, sponsor, policyDigest: await policy.digest(), people, now: ports.now() };
  const lowers = loweredBy(found, levelsOf({ ...seen, reached: [], declared }), about);
  const findings = [
    ...exposed.map(exposedFinding),
    ...(entrance?.findings ?? []),
    ...(writes ?? []).filter(({ answer }) => answer === 'allowed').map(({ operation }) => plannerWrites(operation)),
  ];
  const since = new Date(about.now.getTime() - ASKED_FOR_MINUTES * 60_000).toISOString();
  const taken = await ledger.transact(async (tx) => {
    const asked = (await eventsOf(tx, ['doctor.asked'], { sinceAt: since })).find(({ body }) => body.nonce === nonce);
    if (!asked) return 'its nonce was not given out by this server in the last minutes';
    const { body } = asked;
    if (body.sponsor !== sponsor || body.client.kind !== client.kind || body.client.who !== client.who)
      return 'its nonce was given to another client';
    if (!(await tx.claim(`doctor/${nonce}`))) return 'its nonce was used already';
    const lowered = together(await loweredSoFar(tx, about), lowers);
    const levels = lowest(found, lowered);
    const told = {
      nonce,
      sponsor,
      client,
      server: here.server,
      policyDigest: about.policyDigest,
      keysDigest: keysDigestOf(people),
      levels,
      ...(lowered.length > 0 ? { lowered } : {}),
      findings: findings.map(({ name }) => name),
    };
    await tx.append({ kind: 'doctor.reported', body: sealedReport(told, here) });
    return levels;
  });
  if (typeof taken === 'string') throw notTaken(taken);
  return { assurance: assuranceOf(taken), levels: taken, findings, sponsor };
}

const exposedFinding = (sentence: string): Finding => ({
  name: 'exposed',
  weight: 'problem',
  what: `On the server, ${sentence}.`,
  why: 'Another user can change what is signed, or what it is judged by.',
  fix: 'Give it to the server’s user alone: chown it, and chmod go-rwx it and the folders above it.',
  at: 'server',
});

const plannerWrites = (operation: string): Finding => ({
  name: 'planner-can-write',
  weight: 'problem',
  what: `The credentials that plan may do ${operation}.`,
  why: 'A process that holds them can change the cloud without a plan.',
  fix: 'Use a planner role that reads and makes change sets only: countersign init aws writes one.',
  at: 'server',
});
