/**
 * The routes by which a browser signs with a passkey, or offers one.
 *
 * SECURITY: who decides is who the session says, what is decided is in the path and body, and what counts is the
 * signature alone: it is over the statement that this server makes of them.
 */
import type { Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { CountersignError } from '../core/errors.ts';
import { makeVisible } from '../core/render-safe.ts';
import type { Handed } from './handed.ts';
import type { Decision, ReviewPorts } from './ports.ts';
import type { Session } from './sessions.ts';

export type Env = { Variables: { session: Session } };

const MOST_BODY_BYTES = 100_000;
const MAKING_MINUTES = 10;

export const isTooLong = (c: Context): boolean => !(Number(c.req.header('content-length')) <= MOST_BODY_BYTES);

/** How a browser keeps the passkey that it is making. */
export interface Making {
  handed: Handed;
  /** Of its cookie. */
  name: string;
  secure: boolean;
}

export function addSigning(app: Hono<Env>, changePath: string, ports: ReviewPorts, making: Making): void {
  const { handed, name, secure } = making;
  const path = '/passkeys/offer';
  const { passkeys } = ports;
  app.post(`${changePath}/ask`, (c) =>
    answered(c, ports, async (body) => passkeys.askToSign({ ...decisionIn(c, body), changeId: c.req.param('id')! })),
  );
  app.post(`${changePath}/sign`, (c) =>
    answered(c, ports, async (body) => {
      const decision = { ...decisionIn(c, body), changeId: c.req.param('id')! };
      const { state } = await passkeys.sign(decision, body.response);
      return { state };
    }),
  );
  app.post('/passkeys/ask', (c) =>
    answered(c, ports, async () => {
      const { options, enrolment } = await passkeys.askToEnrol(personOf(c.get('session')));
      const kept = handed.give('enrolment', enrolment, MAKING_MINUTES);
      setCookie(c, name, kept, { httpOnly: true, sameSite: 'Strict', path, secure, maxAge: MAKING_MINUTES * 60 });
      return options;
    }),
  );
  app.post(path, (c) =>
    answered(c, ports, async (body) => {
      const enrolment = (await handed.take('enrolment', getCookie(c, name))) as { person?: unknown } | undefined;
      // Of this very person: only `askToEnrol` makes one.
      if (enrolment?.person !== personOf(c.get('session'))) throw invalid('No passkey is being made in this session.');
      return passkeys.enrol(enrolment, body.response);
    }),
  );
}

type Body = Record<string, unknown>;

const invalid = (message: string) => new CountersignError('INPUT_INVALID', message, 'Load the page again.');

function personOf({ person }: Session): string {
  if (person !== null) return person;
  throw invalid('The page does not know who you are.');
}

function decisionIn(
  c: Context<Env>,
  { decision, typed, reason }: Body,
): { person: string; decision: Decision; typed: string | undefined; reason: string | undefined } {
  if (decision !== 'approve' && decision !== 'reject') throw invalid('A decision is approve or reject.');
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return { person: personOf(c.get('session')), decision, typed: text(typed), reason: text(reason) };
}

/** Every answer is JSON: what was asked for, or why not. */
async function answered(c: Context<Env>, ports: ReviewPorts, work: (body: Body) => Promise<object>): Promise<Response> {
  try {
    return c.json(await work(await bodyOf(c)));
  } catch (error) {
    if (!(error instanceof CountersignError)) {
      ports.logDefect(error, `${c.req.method} ${c.req.path}`);
      return c.json(
        {
          code: 'INTERNAL',
          message: 'The page failed on this.',
          remedy: 'Look at the terminal of countersign review.',
        },
        500,
      );
    }
    const [message, remedy] = [error.message, error.remedyForPeople].map((text) => makeVisible(text));
    return c.json({ code: error.code, message, remedy }, 400);
  }
}

async function bodyOf(c: Context): Promise<Body> {
  if (isTooLong(c)) throw invalid('The request is too long.');
  if (c.req.header('content-type') !== 'application/json') throw invalid('The request is not JSON.');
  const body: unknown = await c.req.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null) throw invalid('The request is not JSON.');
  return { ...body };
}
