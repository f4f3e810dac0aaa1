/**
 * Calls as CloudTrail recorded them: a log file (`Records`), or the output of `lookup-events` (`Events`).
 *
 * Guarantees: one call is read once, however often it stands in the file; a call that AWS refused, a dry run and a read
 * are no mutation; what cannot be read is told, never left out. Limit: times are whole seconds, of the call's end.
 */
import { z } from 'zod';
import type { CallRecords, RecordedCall } from '../../core/call-records.ts';
import { CountersignError } from '../../core/errors.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import { classifyCall } from './call-classes.ts';

const parameters = z.record(z.string(), z.unknown()).nullish();
const record = z.object({
  eventID: z.string(),
  sharedEventID: z.string().nullish(),
  eventTime: z.iso.datetime(),
  eventSource: z.string().endsWith('.amazonaws.com'),
  eventName: z.string(),
  awsRegion: z.string(),
  recipientAccountId: z.string().nullish(),
  errorCode: z.string().nullish(),
  readOnly: z.union([z.boolean(), z.string()]).nullish(),
  requestParameters: parameters,
  userAgent: z.string().nullish(),
  userIdentity: z
    .object({
      type: z.string().nullish(),
      arn: z.string().nullish(),
      accountId: z.string().nullish(),
      invokedBy: z.string().nullish(),
      sessionContext: z.object({ sessionIssuer: z.object({ arn: z.string().nullish() }).nullish() }).nullish(),
    })
    .nullish(),
});
type Entry = z.infer<typeof record>;

const file = z.union([
  z.object({ Records: z.array(z.unknown()) }).transform(({ Records }) => Records),
  z
    .object({ Events: z.array(z.object({ CloudTrailEvent: z.string() })) })
    .transform(({ Events }) => Events.map(({ CloudTrailEvent }) => parsed(CloudTrailEvent))),
]);

export const trail: CallRecords = { read: readTrail, namesIn, isOf };

/** @throws INPUT_INVALID for another file, such as a digest. */
function readTrail(text: string): RecordedCall[] {
  const records = file.safeParse(parsed(text)).data;
  if (!records)
    throw new CountersignError(
      'INPUT_INVALID',
      'This is not a CloudTrail file: it must be JSON with Records, or with Events of lookup-events.',
      'Pass a log file of the trail (a digest file has no Records), or the JSON output of: aws cloudtrail lookup-events',
    );
  const seen = new Set<string>();
  return records.flatMap((one) => {
    const read = record.safeParse(one);
    if (!read.success) return unreadable(one);
    const { eventID, sharedEventID } = read.data;
    // Accounts that share a call have copies of it with ids of their own.
    const ids = [eventID, ...(sharedEventID ? [sharedEventID] : [])];
    if (ids.some((id) => seen.has(id))) return [];
    for (const id of ids) seen.add(id);
    return recordedCall(read.data);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreadable(value: unknown): RecordedCall {
  const { data } = z.object({ eventID: z.string() }).safeParse(value);
  const nothing = {
    at: '',
    operation: '',
    account: '',
    region: '',
    role: null,
    onBehalf: null,
    names: [],
    program: '',
  };
  return { ...nothing, id: data ? makeVisibleLine(data.eventID, 80) : 'without an id', kind: 'unreadable' };
}

function recordedCall(entry: Entry): RecordedCall {
  const { eventSource, eventName, requestParameters, userIdentity, errorCode, readOnly } = entry;
  const service = eventSource.replace(/\.amazonaws\.com$/, '');
  const input = Object.fromEntries(
    Object.entries(requestParameters ?? {}).map(([name, value]) => [name[0]?.toUpperCase() + name.slice(1), value]),
  );
  const isRead = String(readOnly) === 'true' || classifyCall(service, eventName, input) === 'read';
  const isMild = isRead || classifyCall(service, eventName, input) !== 'write';
  return {
    id: entry.eventID,
    at: entry.eventTime,
    operation: `${service}:${eventName}`,
    account: entry.recipientAccountId ?? userIdentity?.accountId ?? '',
    region: entry.awsRegion,
    role: roleOf(userIdentity),
    onBehalf: onBehalfOf(userIdentity),
    names: namesIn(input),
    kind: errorCode ? 'refused' : isMild ? 'harmless' : 'mutation',
    program: entry.userAgent ?? '',
  };
}

/** As the policy names it, where the record says so; else with the session's name of it, which has no path. */
function roleOf(identity: Entry['userIdentity']): string | null {
  const issuer = identity?.sessionContext?.sessionIssuer?.arn;
  if (issuer) return issuer;
  const [, partition, account, role] =
    /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(identity?.arn ?? '') ?? [];
  return role === undefined ? null : `arn:${partition}:iam::${account}:role/${role}`;
}

/** CloudFormation calls with the caller's identity, or in a session of the service role that has its name. */
function onBehalfOf(identity: Entry['userIdentity']): RecordedCall['onBehalf'] {
  if (identity?.invokedBy === 'cloudformation.amazonaws.com') return 'stated';
  return /:assumed-role\/[^/]+\/AWSCloudFormation$/.test(identity?.arn ?? '') ? 'named' : null;
}

/** Sessions of a role do not tell its path: account and last name are compared. */
function isOf(role: string, recorded: string): boolean {
  const parts = (arn: string) => /^arn:[^:]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn)?.slice(1).join('/');
  return role === recorded || (parts(role) !== undefined && parts(role) === parts(recorded));
}

const NAMES = /(?:^|[A-Za-z])(?:Ids?|Names?|Arn|Token|Resources?|Items?|Set)$/i;

/** Texts by which a call names its targets, at any depth. */
function namesIn(input: unknown, isName = false): string[] {
  if (typeof input === 'string') return isName ? [input] : [];
  if (Array.isArray(input)) return input.flatMap((one) => namesIn(one, isName));
  if (input === null || typeof input !== 'object') return [];
  return Object.entries(input).flatMap(([key, value]) => namesIn(value, NAMES.test(key)));
}
