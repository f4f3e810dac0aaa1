/** Each denied plan of the corpora: its next call leads to a plan that passes or waits, or it asks and says why not to go on. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import { openBench } from '../../src/cli/policy-bench.ts';
import { loadCases } from '../../src/policy-lab/test/load.ts';
import { type Bench, runCase } from '../../src/policy-lab/test/run.ts';
import { worldSchema } from '../../src/sandbox/seed-schema.ts';

const corpus = new URL('../corpus/', import.meta.url).pathname;
const files = ['incidents', 'everyday'].flatMap((folder) =>
  readdirSync(join(corpus, folder)).map((file) => join(corpus, folder, file)),
);
const MAY_GO_ON = ['pass', 'needs_approval'];

interface Way {
  tool?: string;
  input?: Record<string, unknown>;
  ask?: string;
}

function following(bench: Bench, seen: string[], wrong: unknown[]): Bench {
  return {
    ...bench,
    async call(tool, input) {
      const answer = await bench.call(tool, input);
      if (answer.content.decision !== 'denied') return answer;
      const next = answer.content.next as Way | undefined;
      seen.push(next?.tool ?? 'ask');
      if (next?.tool === undefined) {
        if (!/^Do not pursue .*[Aa]sk/.test(next?.ask ?? '')) wrong.push(answer.content);
      } else if (!JSON.stringify(next.input).includes('<')) {
        const followed = await bench.call(next.tool, next.input!);
        if (!MAY_GO_ON.includes(String(followed.content.decision))) wrong.push({ next, followed: followed.content });
      }
      return answer;
    },
  };
}

it('every denial of the corpora leads on, or asks', async () => {
  const seen: string[] = [];
  const wrong: unknown[] = [];
  for (const one of files.flatMap((file) => loadCases(file, worldSchema))) {
    const home = mkdtempSync(join(tmpdir(), 'countersign-denials-'));
    const options = { home, policy: one.policy ?? undefined, guards };
    await runCase(one, async (about) => following(await openBench(about, options), seen, wrong));
    rmSync(home, { recursive: true });
  }
  expect(wrong).toEqual([]);
  expect(seen.length).toBeGreaterThan(10);
  expect(seen).toContain('ask');
}, 300_000);
