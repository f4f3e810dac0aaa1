/** Once a change has succeeded: is the live state what was signed? */
import type { Plan } from '../core/plan.ts';
import type { Runner } from '../core/ports.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { wordsOf } from './about.ts';

export interface Compared {
  detail: string;
  /** A sentence each. Empty: nothing differs, or the detail says that nothing was compared. */
  differs: string[];
}

/** A look at what was promised changes no outcome: what was called was done. */
export async function comparedWithSigned(
  cloud: Pick<Runner, 'differences'>,
  plan: Plan,
  detail: string,
): Promise<Compared> {
  try {
    const differs = await cloud.differences(plan);
    return { detail, differs: differs.map((text) => makeVisibleLine(text)) };
  } catch (error) {
    return {
      detail: `${detail}. The live state was not compared with the signed plan: ${wordsOf(error)}`,
      differs: [],
    };
  }
}
