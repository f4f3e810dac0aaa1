/** pg-boss is no dependency of the embedded default: who runs executors on several machines installs it. */
import { CountersignError } from '../core/errors.ts';

const VERSION = '12.38.0';

/** @throws CONFIG_INVALID where it is not installed. */
export async function loadDispatch(): Promise<typeof import('./boss.ts')> {
  try {
    return await import('./boss.ts');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CountersignError(
      'CONFIG_INVALID',
      'Runners on a ledger in a database need the package pg-boss, and it is not installed.',
      `Install it beside countersign: npm install pg-boss@${VERSION}`,
      { cause: error },
    );
  }
}
