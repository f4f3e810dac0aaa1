/**
 * Little memory for what is large and short-lived.
 *
 * Of a plan with tens of thousands of values, or a ledger of a million rows, each lives for a moment: V8 lets its young
 * generation grow with them, to twice a plan's JSON or by 50 MB, and is no faster for it. Meanwhile it does not grow.
 */
import { setFlagsFromString } from 'node:v8';

/** V8's own factor, as of Node 24. */
const STANDARD = 2;
const grow = (factor: number) => setFlagsFromString(`--semi-space-growth-factor=${factor}`);
let running = 0;

export async function frugally<T>(run: () => Promise<T>): Promise<T> {
  running += 1;
  grow(1);
  try {
    return await run();
  } finally {
    running -= 1;
    if (running === 0) grow(STANDARD);
  }
}
