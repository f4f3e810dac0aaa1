/**
 * A plan file that another made, of CI say: adopted if it is the plan that we would have made.
 *
 * Guarantees: its configuration, its states and its lock file are those of ours to the byte, and so is every part of the
 * plan itself: variables, changes, mode, targets, backend, workspace, version. Only the time of planning may differ, and
 * our copy has one more file, which sets the backend that the plan must have anyway.
 * Limit: `-refresh=false` leaves no trace where a refresh finds nothing new; the plan is the same then.
 */
import { readWithin } from '../../bounded-file.ts';
import { CountersignError } from '../../core/errors.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import { readZip, ZipRefused } from './modules/zip.ts';

const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_ENTRIES = 20_000;
const OURS_ALONE = 'tfconfig/m-/countersign_override.tf.json';
const MOST_TOLD = 5;

/** @throws INPUT_PLAN_FILE_OUTSIDE, INPUT_TOO_LARGE, INPUT_INVALID. */
export function readPlanFile(path: string, roots: readonly string[]): Buffer {
  const bytes = readWithin(path, roots, MAX_FILE_BYTES, 'plan_file');
  if (bytes) return bytes;
  throw new CountersignError(
    'INPUT_PLAN_FILE_OUTSIDE',
    'plan_file is not a readable file below the working directory.',
    {
      agent: 'Use a path below it, or leave plan_file out: Countersign makes a plan of its own.',
      person: 'Put the file below the working directory, or name its folder in COUNTERSIGN_TEMPLATE_ROOTS.',
    },
  );
}

/** @throws INPUT_PLAN_INVALID, INPUT_PLAN_DIFFERS with what differs. */
export function mustBeSamePlan(theirs: Buffer, ours: Buffer): void {
  const [given, own] = [entriesOf(theirs), entriesOf(ours)];
  const names = [...new Set([...given.keys(), ...own.keys()])].filter(
    (name) => name !== 'tfplan' && !(name === OURS_ALONE && !given.has(name)),
  );
  const differs = names.filter((name) => !same(given.get(name), own.get(name))).map(told);
  differs.push(...partsThatDiffer(given.get('tfplan')!, own.get('tfplan')!));
  if (differs.length === 0) return;
  const more = differs.length > MOST_TOLD ? ` and ${differs.length - MOST_TOLD} more` : '';
  throw new CountersignError(
    'INPUT_PLAN_DIFFERS',
    makeVisibleLine(
      `The plan file is not a plan of this workspace as it is now. It differs in: ${[...new Set(differs)].slice(0, MOST_TOLD).join(', ')}${more}.`,
      800,
    ),
    'Leave plan_file out: Countersign makes a plan of its own. Otherwise have CI plan this commit again, on the present state, with the version, backend and variable files of the policy and no other arguments.',
  );
}

const same = (one: Buffer | undefined, other: Buffer | undefined): boolean =>
  one !== undefined && other !== undefined && one.equals(other);

function told(name: string): string {
  if (name === '.terraform.lock.hcl') return 'the lock file';
  if (name.startsWith('tfstate')) return 'the state';
  return name.startsWith('tfconfig/') ? `the configuration (${name.replace(/^tfconfig\/(?:m-)?/, '')})` : name;
}

function entriesOf(bytes: Buffer): Map<string, Buffer> {
  try {
    const entries = readZip(bytes, { maxBytes: MAX_BYTES, maxEntries: MAX_ENTRIES, isExact: true });
    const found = new Map(entries.map(({ name, content }) => [name, content]));
    if (found.has('tfplan')) return found;
  } catch (error) {
    if (!(error instanceof ZipRefused)) throw error;
    throw invalid(error.message);
  }
  throw invalid('it has no entry tfplan');
}

const invalid = (why: string) =>
  new CountersignError(
    'INPUT_PLAN_INVALID',
    `The plan file cannot be read: ${why}.`,
    'Name a file that `plan -out` wrote, unchanged and unencrypted.',
  );

/** Terraform 1.11, internal/plans/planproto/planfile.proto: what a field is called where it differs. */
const PARTS: Readonly<Record<number, string>> = {
  1: 'the format',
  2: 'the variables',
  3: 'the changes',
  4: 'the outputs',
  5: 'the targets (-target)',
  13: 'the backend or its workspace',
  14: 'the version of the program',
  16: 'what is replaced by hand (-replace)',
  17: 'the mode (-destroy, -refresh-only)',
  18: 'the drift',
  19: 'the checks',
  25: 'whether it can be applied',
  26: 'whether it is complete (-target)',
};
/** When it was planned. */
const TIME = 21;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The order of what is repeated says nothing: it is of a map there. */
function partsThatDiffer(theirs: Buffer, ours: Buffer): string[] {
  const [given, own] = [fieldsOf(theirs), fieldsOf(ours)];
  const [time, ...more] = given.get(TIME) ?? [];
  const isTime = more.length === 0 && (time === undefined || TIMESTAMP.test(time.toString('latin1').slice(1)));
  return [...new Set([...given.keys(), ...own.keys()])]
    .filter((number) => (number === TIME ? !isTime : !sameParts(given.get(number) ?? [], own.get(number) ?? [])))
    .map((number) => PARTS[number] ?? `the part ${number} of the plan`);
}

function sameParts(some: readonly Buffer[], others: readonly Buffer[]): boolean {
  const sorted = (parts: readonly Buffer[]) => [...parts].sort(Buffer.compare);
  const [a, b] = [sorted(some), sorted(others)];
  return a.length === b.length && a.every((part, index) => part.equals(b[index]!));
}

/** Of a message in the wire format of protocol buffers: by number, each as it is written, its kind first. */
function fieldsOf(bytes: Buffer): Map<number, Buffer[]> {
  const fields = new Map<number, Buffer[]>();
  for (let at = 0; at < bytes.length; ) {
    const [key, from] = varint(bytes, at);
    const kind = key & 7;
    const end = endOf(bytes, from, kind);
    if (end > bytes.length) throw invalid('it is cut off');
    const number = Math.floor(key / 8);
    const start = kind === 2 ? varint(bytes, from)[1] : from;
    const part = Buffer.concat([Buffer.from([kind]), bytes.subarray(start, end)]);
    const known = fields.get(number);
    if (known) known.push(part);
    else fields.set(number, [part]);
    at = end;
  }
  return fields;
}

function endOf(bytes: Buffer, from: number, kind: number): number {
  if (kind === 0) return varint(bytes, from)[1];
  if (kind === 1) return from + 8;
  if (kind === 5) return from + 4;
  if (kind !== 2) throw invalid('it has a part of an unknown kind');
  const [length, start] = varint(bytes, from);
  return start + length;
}

/** A longer one than a length can be is a length behind the end. */
function varint(bytes: Buffer, from: number): [value: number, end: number] {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[from + index];
    if (byte === undefined) throw invalid('it is cut off');
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return [value, from + index + 1];
  }
  throw invalid('it has a number that is too large');
}
