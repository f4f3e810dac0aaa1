/**
 * Dispatch over PostgreSQL: pg-boss in a schema of its own is queue, order and failover.
 *
 * INVARIANT: a job is a hint. It never fails: whatever becomes of a change, its job is completed, and the outcome is the
 * ledger's. A job of a runner that is not heard of for ten seconds is given to another one, which looks into the change
 * and repeats nothing.
 * Limit: jobs may be lost with their schema; runners offer again what still waits.
 */
import { createHash } from 'node:crypto';
import { type Job, PgBoss } from 'pg-boss';
import { CountersignError } from '../core/errors.ts';
import type { Target } from '../core/plan.ts';
import type { Dispatch } from '../execute/dispatch.ts';

export const DISPATCH_SCHEMA = 'countersign_jobs';
/** pg-boss takes no less. */
const HEARD_OF_WITHIN_SECONDS = 10;
const HEARTBEAT_SECONDS = 3;
const LOOKS_SECONDS = 2;
const POLLS_SECONDS = 1;
/** Its longest: a change may take long, and a runner that is heard of keeps it. */
const EXPIRES_SECONDS = 23 * 3_600;
/** A job that failed after all would hold back its target. */
const RETRIES = 100_000;
const KEEPS_SECONDS = 3_600;
const QUEUE = {
  policy: 'key_strict_fifo',
  heartbeatSeconds: HEARD_OF_WITHIN_SECONDS,
  expireInSeconds: EXPIRES_SECONDS,
  retryLimit: RETRIES,
  retryDelay: 0,
  deleteAfterSeconds: KEEPS_SECONDS,
} as const;

interface Offer {
  change: string;
}

const bossOn = (connectionString: string, more: Partial<ConstructorParameters<typeof PgBoss>[0] & object>) =>
  new PgBoss({
    connectionString,
    schema: DISPATCH_SCHEMA,
    application_name: 'countersign run',
    schedule: false,
    reindex: false,
    monitorVacuum: false,
    ...more,
  });

/** The owner's part of it: the tables of jobs, and who uses them. @param executor its role. */
export async function installDispatch(ownerUrl: string, executor: string): Promise<void> {
  const boss = bossOn(ownerUrl, { supervise: false });
  boss.on('error', () => undefined);
  await boss.start();
  const on = `SCHEMA ${DISPATCH_SCHEMA}`;
  for (const sql of [
    `REVOKE ALL ON ${on} FROM PUBLIC`,
    `REVOKE ALL ON ALL FUNCTIONS IN ${on} FROM PUBLIC`,
    `GRANT USAGE ON ${on} TO ${executor}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN ${on} TO ${executor}`,
    `GRANT USAGE ON ALL SEQUENCES IN ${on} TO ${executor}`,
    `GRANT EXECUTE ON ALL FUNCTIONS IN ${on} TO ${executor}`,
  ])
    await boss.getDb().executeSql(sql);
  await boss.stop({ graceful: false, close: true });
}

/** @param concurrency changes at the same time. @param complain of what the operator should know. */
export function dispatchOn(url: string, concurrency: number, complain: (text: string) => void): Dispatch {
  const boss = bossOn(url, {
    migrate: false,
    createSchema: false,
    superviseIntervalSeconds: LOOKS_SECONDS,
    monitorIntervalSeconds: LOOKS_SECONDS,
    max: 5,
  });
  let said = '';
  boss.on('error', (error: Error) => {
    if (said !== error.message) complain(`The queue of changes: ${error.message}`);
    said = error.message;
  });
  const queues = new Map<string, Promise<void>>();
  let work: Parameters<Dispatch['start']>[0] = async () => undefined;

  async function takeFrom(queue: string): Promise<void> {
    await boss.createQueue(queue, QUEUE);
    const options = {
      localConcurrency: concurrency,
      pollingIntervalSeconds: POLLS_SECONDS,
      heartbeatRefreshSeconds: HEARTBEAT_SECONDS,
    };
    await boss.work<Offer>(queue, options, async ([job]: Job<Offer>[]) => {
      // Whatever it is: a job that fails would be given to another runner at once.
      if (job) await work(job.data.change, job.signal).catch((error: unknown) => complain(String(error)));
    });
  }
  const isTaken = (queue: string): Promise<void> => {
    const taking = queues.get(queue) ?? takeFrom(queue);
    queues.set(queue, taking);
    taking.catch(() => queues.delete(queue));
    return taking;
  };
  /** A key stays blocked by a job that failed until that is removed. */
  async function sweep(queue: string): Promise<void> {
    const keys = await boss.getBlockedKeys(queue);
    for (const key of keys) {
      const jobs = await boss.findJobs<Offer>(queue, { key });
      const failed = jobs.filter(({ state }) => state === 'failed').map(({ id }) => id);
      if (failed.length > 0) await boss.deleteJob(queue, failed);
    }
  }
  return {
    async offer({ id, target }, attempt) {
      const queue = queueOf(target);
      await isTaken(queue).catch((error: unknown) => {
        throw unusable(error);
      });
      await sweep(queue);
      await boss.send(queue, { change: id }, { id: uuidOf(`${id}/${attempt}`), singletonKey: keyOf(target) });
    },
    async start(given) {
      work = given;
      await boss.start().catch((error: unknown) => {
        throw unusable(error);
      });
    },
    async stop() {
      await boss.stop({ graceful: true, close: true, timeout: 3_600_000 }).catch(() => undefined);
    },
  };
}

const unusable = (cause: unknown): CountersignError =>
  cause instanceof CountersignError
    ? cause
    : new CountersignError(
        'CONFIG_INVALID',
        `The queue of changes cannot be used: ${(cause as Error).message}`,
        'Run countersign ledger migrate with the role of the owner, and grant countersign_executor to the role of the runner.',
        { cause },
      );

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
/** By account, so that a runner takes only what its credentials reach. */
const queueOf = ({ account }: Target): string =>
  `changes_${/^\w{1,40}$/.test(account) ? account : hex(account).slice(0, 40)}`;
const keyOf = ({ kind, account, region, name }: Target): string => hex(JSON.stringify([kind, account, region, name]));
/** One text has one id: what is sent again is there already. */
function uuidOf(text: string): string {
  const digits = hex(text);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
