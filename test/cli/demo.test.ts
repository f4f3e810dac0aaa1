import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('the demo refuses, waits and executes exactly the signed call', { timeout: 60_000 }, () => {
  const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
  const report = JSON.parse(execFileSync(process.execPath, [bin, 'demo', '--json'], { encoding: 'utf8' }));
  const changing = report.steps.filter((step: { mutating_calls: number }) => step.mutating_calls > 0);
  // The planning call compares the live function with its template.
  expect(changing).toEqual([{ step: 'execute', decision: 'succeeded', mutating_calls: 1, planning_calls: 1 }]);
  expect(report.change.state).toBe('succeeded');
  expect(report.ledger).toEqual({ verified: true, tampered_copy_detected: true });
});
