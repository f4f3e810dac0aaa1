import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

/** As a person calls it, while another process holds the ledger. */
function command(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, '--home', world.home, 'policy', ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, COUNTERSIGN_SPONSOR: 'alice' },
  });
  return { status, stdout, stderr };
}
const policy = (rest = '') => {
  const path = join(world.home, 'new.yaml');
  writeFileSync(path, `${world.policyText}${rest}\n`);
  return path;
};

describe('the commands', () => {
  it('policy replay exits 0 when nothing differs, 6 when something does, and takes --policy at its end', async () => {
    const change = await proposeFix(world);
    const same = command('replay', '--since', '1d', '--policy', policy());
    expect(same).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('Nothing differs.') });
    const raised = policy('seats: { production: { reversible: 2, recoverable: 2, irreversible: 2 } }');
    const other = command('replay', '--policy', raised);
    expect(other).toMatchObject({ status: 6, stdout: expect.stringContaining('1 approval → 2 approvals') });
    const { status, stdout } = command('replay', '--policy', raised, '--json');
    expect(status).toBe(6);
    expect(JSON.parse(stdout)).toMatchObject({ policy: raised, differences: [{ id: change, direction: 'stricter' }] });
  });

  it('policy explain prints every guard, or JSON', async () => {
    const change = await proposeFix(world);
    const { status, stdout } = command('explain', change, '--policy', policy());
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ {2}HELD for 1 approval by GUARD_APPROVAL: /m);
    const json = JSON.parse(command('explain', change, '--policy', policy(), '--goal', 'scale', '--json').stdout);
    expect(json).toMatchObject({ subject: change, goal: 'scale', decision: 'needs_approval', seats: 1 });
  });

  it('a mistake is one clear message and exit 1', () => {
    expect(command('replay')).toMatchObject({ status: 1, stderr: expect.stringContaining('CONFIG_NO_POLICY') });
    for (const args of [
      ['explain', 'chg_none'],
      ['explain', 'x.yaml'],
      ['replay', '--since', 'soon'],
    ]) {
      const { status, stderr } = command(...args, '--policy', policy());
      expect(status, args.join(' ')).toBe(1);
      expect(stderr).toMatch(/^INPUT_\w+: /);
      expect(stderr).not.toContain(' at ');
    }
  });
});
