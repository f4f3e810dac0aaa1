/** The sandbox's own endpoints below `/_countersign/`: its log, time, pace and faults. Not part of any AWS API. */
import { z } from 'zod';
import { addFault, faultSchema, listFaults, removeFaults } from './faults.ts';
import { assumedRoles } from './sts.ts';
import type { WorldStore } from './world.ts';

const PREFIX = '/_countersign/';
const clockSchema = z.strictObject({ advanceMilliseconds: z.number() });
const paceSchema = z.strictObject({ pace: z.number().nonnegative() });

/** What is asked, by method and name; `id` is what follows the name. */
const ENDPOINTS: Record<string, (store: WorldStore, body: unknown, id: string | undefined) => unknown> = {
  'GET calls': (store) => store.calls(),
  'GET sessions': (store) => store.transact(assumedRoles),
  'GET clock': (store) => store.transact((world) => ({ now: new Date(world.now()).toISOString(), pace: world.pace })),
  'POST reset': (store) => {
    store.reset();
    return { reset: true };
  },
  'POST clock': (store, body) => {
    const { advanceMilliseconds } = clockSchema.parse(body);
    store.advanceClock(advanceMilliseconds);
    return { advanced: advanceMilliseconds };
  },
  'POST pace': (store, body) => {
    const { pace } = paceSchema.parse(body);
    store.setPace(pace);
    return { pace };
  },
  'GET faults': (store) => store.transact(listFaults),
  'POST faults': (store, body) => store.transact((world) => addFault(world, faultSchema.parse(body))),
  'DELETE faults': (store, _body, id) => {
    store.transact((world) => removeFaults(world, id));
    return { removed: id ?? 'all' };
  },
};

export const isControl = (path: string): boolean => path.startsWith(PREFIX);

/** SECURITY: a web page that resolves its own name to 127.0.0.1 still sends that name. */
function isFromLoopback(headers: Record<string, string>): boolean {
  const { host, origin } = headers;
  return [host && `http://${host}`, origin].every((named) => !named || isLoopback(named));
}
function isLoopback(url: string): boolean {
  try {
    const { hostname } = new URL(url);
    return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
  } catch {
    return false;
  }
}

export function control(
  store: WorldStore,
  method: string,
  path: string,
  body: string,
  headers: Record<string, string>,
) {
  const answer = (status: number, value: unknown) => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
  if (!isFromLoopback(headers)) return answer(403, { error: 'only loopback names (Host, Origin) come in here' });
  const [name = '', id] = path.slice(PREFIX.length).split('/');
  const endpoint = ENDPOINTS[`${method} ${name}`];
  if (!endpoint) return answer(404, { error: `nothing at ${method} ${path}`, endpoints: Object.keys(ENDPOINTS) });
  try {
    return answer(200, endpoint(store, JSON.parse(body || '{}'), id));
  } catch (error) {
    if (error instanceof z.ZodError) return answer(400, { error: z.prettifyError(error) });
    if (error instanceof SyntaxError) return answer(400, { error: 'the body is not JSON' });
    throw error;
  }
}
