/** `audit verify`: the ledger's rows, then the signatures in them, each under the policy that was in force. */
import { problemOf } from '../approvals/break-glass.ts';
import { checkedThen, type SignatureCheck } from '../approvals/verify-recorded.ts';
import { counted } from '../core/counted.ts';
import { CountersignError } from '../core/errors.ts';
import { bodyOf, eventsOf, type LedgerEvent } from '../core/events.ts';
import { foldChange } from '../core/lifecycle.ts';
import { readPlan } from '../core/plan-document.ts';
import { openCheckpoint, type Signed } from '../ledger/checkpoint.ts';
import { type Cosignature, cosignaturesOf, parseWitnessKey } from '../ledger/cosignature.ts';
import { type NoteKey, splitNote } from '../ledger/note.ts';
import { readLedger } from '../ledger/store.ts';
import { type Verification, verifyLedger } from '../ledger/verify.ts';
import { type AuditProblem, auditNames, auditPins } from '../policy/audit.ts';
import { directoryAt } from '../policy/directory.ts';
import { providerRules } from '../providers/index.ts';
import { givenText } from './given-text.ts';

export interface SignatureAudit {
  good: number;
  /** Made before the folder adopted a policy, by an older version. */
  notChecked: number;
  problems: AuditProblem[];
}
export type AuditReport =
  | (Extract<Verification, { ok: true }> & {
      checkpoints: { size: number; signed: Signed; cosignatures: Cosignature[] }[];
      signatures: SignatureAudit;
    })
  | Extract<Verification, { ok: false }>;
/** What a verification is compared with. */
export interface Kept {
  checkpoints: readonly string[];
  keys: readonly NoteKey[];
  mustBeSigned: boolean;
  /** Verifier keys, each of which must have cosigned each checkpoint. */
  witnesses: readonly string[];
}
type Opened = ReturnType<typeof openCheckpoint> & { cosignatures: Cosignature[] };

/**
 * A signature that does not verify is a problem of its row.
 *
 * @param checkpoints files with C2SP tlog-checkpoints that were kept elsewhere; `-` for standard input.
 * @param mustBeSigned by one of `keys`.
 * @throws INPUT_NOT_FOUND, INPUT_INVALID, as verifyLedger.
 */
export async function auditVerify(
  home: string,
  { checkpoints = [], keys = [], mustBeSigned = false, witnesses = [] }: Partial<Kept> = {},
): Promise<AuditReport> {
  const opened: Opened[] = [];
  for (const file of checkpoints)
    opened.push(openedFrom(file, await checkpointText(file), { keys, mustBeSigned, witnesses }));
  const rows = verifyLedger(home, ...opened.map(({ checkpoint }) => checkpoint));
  if (!rows.ok) return rows;
  const signatures = await auditSignatures(home);
  const [first, ...rest] = signatures.problems;
  const kept = opened.map(({ checkpoint: { size }, signed, cosignatures }) => ({ size, signed, cosignatures }));
  if (!first) return { ...rows, checkpoints: kept, signatures };
  return {
    ok: false,
    problem: 'signature',
    seq: first.seq,
    message: [first, ...rest].map(({ message }) => message).join('\n'),
    remedy: 'Execute nothing. Keep the state folder as evidence, and find the process or person that wrote these rows.',
  };
}

const WITHOUT_ROW: readonly string[] = ['signature', 'kept'];

export function auditText(report: AuditReport): string {
  if (!report.ok)
    return WITHOUT_ROW.includes(report.problem)
      ? report.message
      : `Row ${report.seq} ${report.problem}: ${report.message}`;
  const { good, notChecked } = report.signatures;
  const old = notChecked > 0 ? `, ${notChecked} not checked (made before a policy was adopted here)` : '';
  return [
    `The ledger verifies: ${counted(report.size, 'row')}.`,
    `Root: ${report.rootHash}`,
    `Signatures of changes: ${good} good${old}.`,
    report.anchored === 'nothing'
      ? 'Anchored: nothing. To compare a checkpoint that you kept: --checkpoint FILE'
      : `Anchored: ${report.checkpoints.map(({ size, signed, cosignatures }) => `the checkpoint of ${counted(size, 'event')} matches (${[signed, ...cosignatures.map(cosignedText)].join(', ')})`).join('; ')}.`,
  ].join('\n');
}

const cosignedText = ({ name, at }: Cosignature) => `cosigned by ${name} at ${new Date(at * 1000).toISOString()}`;

async function auditSignatures(home: string): Promise<SignatureAudit> {
  const ledger = readLedger(home);
  try {
    const audit: SignatureAudit = {
      good: 0,
      notChecked: 0,
      problems: [
        ...(await auditPins(ledger)),
        ...(await auditNames(ledger)),
        ...(await auditPlans(ledger)),
        ...(await auditGlass(ledger)),
      ],
    };
    for (const event of await ledger.events({ kinds: ['change.approved', 'change.rejected'] })) {
      const check = await checkOf(ledger, event);
      if (check === 'good') audit.good += 1;
      else if (check === 'not_checked') audit.notChecked += 1;
      else audit.problems.push({ seq: event.seq, message: `Row ${event.seq} (${event.kind}): ${check.problem}` });
    }
    audit.problems.sort((a, b) => a.seq - b.seq);
    return audit;
  } finally {
    ledger.close();
  }
}

/** Each plan that was made or proposed is the stored one, and no other document. */
async function auditPlans(ledger: ReturnType<typeof readLedger>): Promise<AuditProblem[]> {
  const problems: AuditProblem[] = [];
  for (const event of await eventsOf(ledger, ['plan.made', 'change.proposed'])) {
    const [document, digest] =
      event.kind === 'plan.made'
        ? [event.body.document, event.body.digest]
        : [event.body.planDocument, event.body.planDigest];
    if (!(await readPlan(await ledger.document(document), digest, providerRules.completePlan)))
      problems.push({
        seq: event.seq,
        message: `Row ${event.seq} (${event.kind}): the plan that it names is not the stored one.`,
      });
  }
  return problems;
}

/** Each break-glass was opened by whom it says, for what it says, under the policy of then. */
async function auditGlass(ledger: ReturnType<typeof readLedger>): Promise<AuditProblem[]> {
  const problems: AuditProblem[] = [];
  for (const event of await eventsOf(ledger, ['glass.broken'])) {
    const then = await directoryAt(ledger, event.seq, null);
    const why = then ? problemOf(event, ledger.origin, then.people) : 'no policy was adopted then.';
    if (why !== null) problems.push({ seq: event.seq, message: `Row ${event.seq} (glass.broken): ${why}` });
  }
  return problems;
}

async function checkOf(ledger: ReturnType<typeof readLedger>, event: LedgerEvent): Promise<SignatureCheck> {
  try {
    const approval = {
      ...bodyOf(event.kind === 'change.approved' ? 'change.approved' : 'change.rejected', event),
      at: event.at,
      seq: event.seq,
    };
    const change = foldChange(await ledger.events({ changeId: event.changeId ?? '' }), new Date(event.at), () => false);
    const plan =
      change &&
      (await readPlan(await ledger.document(change.planDocument), change.planDigest, providerRules.completePlan));
    if (!change || !plan) return { problem: 'the change or plan that was signed is not in the ledger.' };
    return await checkedThen(approval, change, plan, (seq) => directoryAt(ledger, seq, null));
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'the record cannot be read.' };
  }
}

function openedFrom(file: string, text: string, { keys, mustBeSigned, witnesses }: Omit<Kept, 'checkpoints'>): Opened {
  const opened = openCheckpoint(text, keys);
  const note = opened.signed === 'unsigned' ? undefined : splitNote(text);
  const known = witnesses.map(parseWitnessKey);
  const cosignatures = note ? cosignaturesOf(note, opened.checkpoint, known) : [];
  const missing = known.find(
    ({ name, id }) => !cosignatures.some((one) => one.name === name && one.key === id.toString('hex')),
  );
  if (missing)
    throw new CountersignError(
      'INPUT_INVALID',
      `The checkpoint in ${file} is not cosigned by ${missing.name}.`,
      'Pass a checkpoint that the witness cosigned (countersign audit anchor --witness), or leave out --witness-key.',
    );
  if (opened.signed === 'signed' || !mustBeSigned) return { ...opened, cosignatures };
  throw new CountersignError(
    'INPUT_INVALID',
    `The checkpoint in ${file} is ${opened.signed}.`,
    'Pass a checkpoint that the given key signed, or leave out --vkey.',
  );
}

async function checkpointText(file: string): Promise<string> {
  try {
    return await givenText(file);
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    throw new CountersignError(
      'INPUT_NOT_FOUND',
      `--checkpoint ${file} cannot be read (${(error as { code?: string }).code ?? 'unknown'}).`,
      'Name a file that holds the output of `countersign audit checkpoint`.',
      { cause: error },
    );
  }
}
