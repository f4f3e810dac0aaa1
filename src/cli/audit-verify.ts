/** `audit verify`: the ledger computed again, against a checkpoint that was kept elsewhere where one is given. */
import { CountersignError } from '../core/errors.ts';
import { parseCheckpoint } from '../ledger/checkpoint.ts';
import { type Verification, verifyLedger } from '../ledger/verify.ts';
import { givenText } from './given-text.ts';

/** @param file a C2SP tlog-checkpoint; `-` for standard input. @throws INPUT_NOT_FOUND, INPUT_INVALID, as verifyLedger. */
export async function verifyAudit(home: string, file: string | undefined): Promise<Verification> {
  return verifyLedger(home, file === undefined ? undefined : parseCheckpoint(await checkpointText(file)));
}

async function checkpointText(file: string): Promise<string> {
  try {
    return await givenText(file);
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    throw new CountersignError(
      'INPUT_NOT_FOUND',
      `--checkpoint ${file} cannot be read (${(error as { code?: string }).code ?? 'unknown'}).`,
      'Name the file that `countersign audit checkpoint` was written to.',
      { cause: error },
    );
  }
}
