/**
 * `audit reconcile`: the cloud's own record of calls, compared with the ledger.
 *
 * INVARIANT: a mutation by one of the roles is accounted for only by an entry of the ledger: a call of its own by an
 * intent with the same operation, place and targets, each intent once; a call that the cloud made by a change of a stack
 * that was executing in that account then; a call of the program that applied a workspace, under the workspace's role.
 * What cannot be read is unaccounted for.
 * Limit: the cloud's calls on behalf of a change are compared by time and account alone, those of a program by time, role
 * and what it says of itself; a file shows what is in it.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { App } from '../compose.ts';
import { type CallRecords, programOf, type RecordedCall } from '../core/call-records.ts';
import { counted } from '../core/counted.ts';
import { CountersignError } from '../core/errors.ts';
import { eventsOf } from '../core/events.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { providerRules } from '../providers/index.ts';

/** Clocks differ, and a call is recorded when it ends. */
const EARLIER_MILLISECONDS = 5 * 60_000;
const LATER_MILLISECONDS = 15 * 60_000;
const MOST_BYTES = 256_000_000;

export type Alarm = Omit<RecordedCall, 'kind' | 'onBehalf' | 'program'> & { why: string };
export interface Reconciled {
  roles: string[];
  records: number;
  /** Of other identities. */
  others: number;
  harmless: number;
  refused: number;
  accounted: { id: string; change: string | null }[];
  alarms: Alarm[];
}

/** @throws INPUT_NOT_FOUND, INPUT_TOO_LARGE, INPUT_INVALID for the file, or without a role to look for. */
export async function reconcileFile(app: App, path: string, given: Partial<Roles> = {}): Promise<Reconciled> {
  const records = providerRules.callRecords!;
  const roles = rolesOf(app, given);
  if (roles.executor.length + roles.service.length === 0)
    throw new CountersignError(
      'INPUT_INVALID',
      'There is no role to look for: the policy names no executor_role and no service_role.',
      'Name the roles that only Countersign may use: --role ROLE',
    );
  return compare(records.read(textOf(path)), roles, await expectedOf(app, records), records);
}

/** `service`: roles that only the cloud itself can assume. */
export interface Roles {
  executor: readonly string[];
  service: readonly string[];
}

function rolesOf({ policyFile }: App, { executor = [], service = [] }: Partial<Roles>): Roles {
  const accounts = Object.values(policyFile?.file.accounts ?? {});
  return {
    executor: [
      ...executor,
      ...accounts.flatMap((account) => account.executor_role ?? []),
      ...Object.values(policyFile?.file.workspaces ?? {}).flatMap(({ executor: { role } }) => role ?? []),
    ],
    service: [
      ...service,
      ...[...accounts, ...(policyFile?.file.scopes ?? [])].flatMap(({ service_role }) => service_role ?? []),
    ],
  };
}

function textOf(path: string): string {
  try {
    const bytes = readFileSync(path);
    const plain = bytes[0] === 0x1f ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes;
    if (plain.length <= MOST_BYTES) return plain.toString('utf8');
  } catch (error) {
    const { code = 'unknown' } = error as { code?: string };
    if (code !== 'ERR_BUFFER_TOO_LARGE')
      throw new CountersignError('INPUT_NOT_FOUND', `${path} cannot be read (${code}).`, 'Name a file that exists.');
  }
  throw new CountersignError('INPUT_TOO_LARGE', `${path} has more than ${MOST_BYTES} bytes.`, 'Pass it in parts.');
}

/** What the ledger says was done: calls, and the times in which the cloud worked on a stack. */
interface Expected {
  calls: {
    change: string | null;
    operation: string;
    account: string;
    region: string;
    names: ReadonlySet<string>;
    from: number;
    to: number;
  }[];
  windows: { change: string; account: string; from: number; to: number }[];
  /** Programs that applied a workspace. */
  programs: { change: string; role: string; program: string; from: number; to: number }[];
}

async function expectedOf({ ledger, changes, policyFile }: App, records: CallRecords): Promise<Expected> {
  const expected: Expected = { calls: [], windows: [], programs: [] };
  const ended = new Map<string, number>();
  for (const { changeId = '', at } of await eventsOf(ledger, ['change.finished', 'change.closed']))
    ended.set(changeId, Date.parse(at) + LATER_MILLISECONDS);
  for (const { changeId = '', at, body } of await eventsOf(ledger, ['change.executing'])) {
    const [from, to] = [Date.parse(at) - EARLIER_MILLISECONDS, ended.get(changeId) ?? Number.POSITIVE_INFINITY];
    const { account, kind } = body.target;
    if (kind === 'stack') expected.windows.push({ change: changeId, account, from, to });
    const { plan } = await changes.plan((await changes.find(changeId)).planId);
    const role = kind === 'workspace' ? policyFile?.file.workspaces?.[body.target.name]?.executor.role : undefined;
    const file = plan.calls[0]?.input.plan;
    if (role !== undefined && typeof file === 'string')
      expected.programs.push({ change: changeId, role, program: programOf(file), from, to });
    for (const intent of await eventsOf(ledger, ['call.intended'], { changeId })) {
      const call = plan.calls.find(({ step }) => step === intent.body.step);
      const names = new Set([...records.namesIn(call?.input), body.target.name, ...body.target.ids]);
      const { operation } = intent.body;
      const begun = Date.parse(intent.at) - EARLIER_MILLISECONDS;
      expected.calls.push({ change: changeId, operation, account, region: body.target.region, names, from: begun, to });
    }
  }
  for (const { at, body } of await eventsOf(ledger, ['removal.intended'])) {
    const { account, region, name, ids } = body.target;
    const [from, to] = [Date.parse(at) - EARLIER_MILLISECONDS, Date.parse(at) + LATER_MILLISECONDS];
    const names = new Set([name, ...ids]);
    expected.calls.push({ change: null, operation: body.operation, account, region, names, from, to });
  }
  return expected;
}

function compare(
  recorded: readonly RecordedCall[],
  roles: Roles,
  { calls, windows, programs }: Expected,
  { isOf }: CallRecords,
): Reconciled {
  const named = [...new Set([...roles.executor, ...roles.service])];
  const result: Reconciled = {
    roles: named,
    records: 0,
    others: 0,
    harmless: 0,
    refused: 0,
    accounted: [],
    alarms: [],
  };
  const left = [...calls];
  for (const one of recorded.toSorted((a, b) => (a.at < b.at ? -1 : 1))) {
    result.records += 1;
    const has = (some: readonly string[]) => one.role !== null && some.some((role) => isOf(role, one.role!));
    const isOnBehalf = one.onBehalf === 'stated' || (one.onBehalf === 'named' && has(roles.service));
    if (one.kind === 'unreadable') result.alarms.push(alarmOf(one, 'this record cannot be read'));
    else if (!has(named)) result.others += 1;
    else if (one.kind !== 'mutation') result[one.kind] += 1;
    // SECURITY: a session of the executor's role may have any name, also that of the cloud's own sessions.
    else if (isOnBehalf) {
      const window = windows.find(({ account, from, to }) => account === one.account && isWithin(one, from, to));
      if (window) result.accounted.push({ id: one.id, change: window.change });
      else result.alarms.push(alarmOf(one, 'no change of a stack was executing in this account at this time'));
    } else {
      const at = left.findIndex((call) => isSameCall(call, one));
      const program = programs.find((by) => isOf(by.role, one.role!) && isMadeBy(by, one));
      if (program) result.accounted.push({ id: one.id, change: program.change });
      else if (at >= 0) result.accounted.push({ id: one.id, change: left.splice(at, 1)[0]!.change });
      else result.alarms.push(alarmOf(one, whyNone(calls, one)));
    }
  }
  return result;
}

const isWithin = ({ at }: RecordedCall, from: number, to: number): boolean =>
  Date.parse(at) >= from && Date.parse(at) <= to;

const isMadeBy = ({ program, from, to }: Expected['programs'][number], one: RecordedCall): boolean =>
  isWithin(one, from, to) && one.program.split(/\s+/).includes(program);

/** Each target that the record names must be one of the intent's: one more is another call. */
const isSameCall = (call: Expected['calls'][number], one: RecordedCall): boolean =>
  call.operation === one.operation &&
  call.account === one.account &&
  call.region === one.region &&
  isWithin(one, call.from, call.to) &&
  one.names.length > 0 &&
  one.names.every((name) => call.names.has(name));

function whyNone(calls: Expected['calls'], one: RecordedCall): string {
  if (one.names.length === 0) return 'the record does not name its targets, so it cannot be compared';
  if (calls.some((call) => isSameCall(call, one))) return 'the ledger has this call once, and the record more often';
  if (calls.some(({ operation, account }) => operation === one.operation && account === one.account))
    return 'the ledger has this operation only with other targets or at other times';
  return 'the ledger has no such call';
}

const alarmOf = (
  { kind: _kind, onBehalf: _onBehalf, program: _program, ...one }: RecordedCall,
  why: string,
): Alarm => ({ ...one, why });

export function reconciledText({ roles, records, others, harmless, refused, accounted, alarms }: Reconciled): string {
  const line = (text: string) => makeVisibleLine(text, 400);
  return [
    `${counted(records, 'record')}: ${counted(accounted.length, 'mutation')} in the ledger, ${harmless} harmless, ${refused} refused by the cloud, ${others} by other identities.`,
    `Roles: ${line(roles.join(', '))}`,
    alarms.length === 0
      ? 'Every mutation by these roles has an entry in the ledger.'
      : `ALARM: ${counted(alarms.length, 'mutation')} without an entry in the ledger:`,
    ...alarms.map(({ id, at, operation, account, region, names, why }) =>
      line(`  ${at} ${operation} ${account}/${region} ${names.join(' ')} (${id}): ${why}`),
    ),
  ].join('\n');
}
