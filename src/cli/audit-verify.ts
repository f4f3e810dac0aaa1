/** `audit verify`: the ledger's rows, then the signatures in them, each under the policy that was in force. */
import { counted } from '../core/counted.ts';
import { CountersignError } from '../core/errors.ts';
import { frugally } from '../frugal.ts';
import { openCheckpoint, type Signed } from '../ledger/checkpoint.ts';
import { type Cosignature, cosignaturesOf, parseWitnessKey } from '../ledger/cosignature.ts';
import { type NoteKey, splitNote } from '../ledger/note.ts';
import { verifyLedger } from '../ledger/open.ts';
import type { Verification } from '../ledger/verify.ts';
import { auditSignatures, type SignatureAudit } from './audit-signatures.ts';
import { cosignedText } from './audit-witness.ts';
import { givenText } from './given-text.ts';

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
export async function auditVerify(home: string, kept: Partial<Kept> = {}): Promise<AuditReport> {
  // Of a million rows each lives for a moment.
  return frugally(() => verifiedWith(home, kept));
}

async function verifiedWith(
  home: string,
  { checkpoints = [], keys = [], mustBeSigned = false, witnesses = [] }: Partial<Kept>,
): Promise<AuditReport> {
  const opened: Opened[] = [];
  for (const file of checkpoints)
    opened.push(openedFrom(file, await checkpointText(file), { keys, mustBeSigned, witnesses }));
  const rows = await verifyLedger(home, ...opened.map(({ checkpoint }) => checkpoint));
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
  const { good, notChecked, others } = report.signatures;
  const old = notChecked > 0 ? `, ${notChecked} not checked (made before a policy was adopted here)` : '';
  return [
    `The ledger verifies: ${counted(report.size, 'row')}.`,
    `Root: ${report.rootHash}`,
    `Signatures of changes: ${good} good${old}.`,
    ...(others > 0 ? [`Signatures of policies, break-glass and closings: ${others} good.`] : []),
    report.anchored === 'nothing'
      ? 'Anchored: nothing. To compare a checkpoint that you kept: --checkpoint FILE'
      : `Anchored: ${report.checkpoints.map(({ size, signed, cosignatures }) => `the checkpoint of ${counted(size, 'event')} matches (${[signed, ...cosignatures.map(cosignedText)].join(', ')})`).join('; ')}.`,
  ].join('\n');
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
