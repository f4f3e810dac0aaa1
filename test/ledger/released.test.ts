/** Every format that was released stays readable: `released/` has a ledger of each version, with one executed change. */
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditVerify } from '../../src/cli/audit-verify.ts';
import { show } from '../../src/cli/show.ts';
import { openTestWorld, type TestWorld } from '../world.ts';

const released = new URL('released/', import.meta.url).pathname;
let home: string;
let world: TestWorld;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'countersign-released-'));
  world = await openTestWorld();
});
afterEach(() => {
  world.close();
  rmSync(home, { recursive: true, force: true });
});

describe.each(readdirSync(released))('the ledger of %s', (file) => {
  beforeEach(() => {
    copyFileSync(join(released, file), join(home, 'ledger.db'));
    chmodSync(join(home, 'ledger.db'), 0o600);
  });

  it('verifies, and says which signatures it could not check', async () => {
    expect(await auditVerify(home)).toMatchObject({ ok: true, signatures: { good: 0, notChecked: 1, problems: [] } });
  });

  it('shows its change whole', async () => {
    const app = await world.another({ home });
    const { items } = await app.changes.list({ limit: 5 });
    expect(items).toMatchObject([{ state: 'succeeded', sponsor: 'ann' }]);
    const page = await show(app, items[0]!.id);
    expect(page).toContain('MemorySize: 512 → 1024');
    expect(page).toContain('not checked: no policy');
  });
});
