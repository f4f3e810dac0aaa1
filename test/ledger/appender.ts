/** A child process of the store's tests: appends `count` events to the ledger in `home` under its own name. */
import { openLedger } from '../../src/ledger/sqlite/store.ts';

const [home = '', name = '', count = '0'] = process.argv.slice(2);
const ledger = openLedger(home);
for (let turn = 0; turn < Number(count); turn += 1)
  await ledger.append({ kind: 'test.turn', changeId: name, body: { turn } });
const won = await ledger.transact(async (tx) => await tx.claim('the only nonce'));
if (won) await ledger.append({ kind: 'test.won', body: { name } });
ledger.close();
