/** `halt` and `resume`: the switch of one state folder. It needs no readable policy, so that nothing is in its way. */
import { existsSync } from 'node:fs';
import type { Config } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import { absoluteTime } from '../core/instant.ts';
import { openLedger } from '../ledger/store.ts';
import { directoryOf } from '../policy/directory.ts';
import { pinOf } from '../policy/pin.ts';

/** @returns what was switched, and where. @throws INPUT_NOT_FOUND for a folder that is not there. */
export async function setHalt(
  { home, actsAs }: Pick<Config, 'home' | 'actsAs'>,
  kind: 'halted' | 'resumed',
): Promise<string> {
  if (!existsSync(home))
    throw new CountersignError(
      'INPUT_NOT_FOUND',
      `The state folder ${home} does not exist, so nothing was ${kind}.`,
      'Name the state folder of the server: --home or COUNTERSIGN_HOME.',
    );
  const ledger = openLedger(home);
  try {
    await ledger.append({ kind, body: { by: [...actsAs] } });
    return [`${kind}: ${home}`, ...(await scopeOf(ledger))].join('\n');
  } finally {
    ledger.close();
  }
}

/** Told after the switch: a policy that cannot be read does not undo it. */
async function scopeOf(ledger: Parameters<typeof directoryOf>[0]): Promise<string[]> {
  try {
    const pin = await pinOf(ledger);
    if (!pin) return ['accounts: unknown, because this state folder has not adopted a policy', 'policy: none adopted'];
    const accounts = (await directoryOf(ledger, pin)).accounts.map(({ alias, id }) => `${alias} (${id})`);
    return [`accounts: ${accounts.join(', ') || 'none'}`, `policy: ${pin.digest}, adopted ${absoluteTime(pin.at)}`];
  } catch (error) {
    return [`accounts and policy cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}
