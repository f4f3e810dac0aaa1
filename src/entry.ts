/**
 * The first step of the command. `serve` is started by every session of an agent, by some clients twice, and goes past
 * the command parser, whose loading is a tenth of its start. Whatever is not plainly `serve` is the parser's to judge.
 */
import { parseArgs } from 'node:util';
import { readConfig } from './config.ts';

declare const __VERSION__: string;

const serving = parseServe(process.argv.slice(2));
if (serving)
  void import('./cli/serve.ts').then(({ serve }) => serve(readConfig(serving), __VERSION__, serving.sandbox === true));
else void import('./main.ts');

function parseServe(
  args: string[],
): { home?: string; policy?: string; ledger?: string; sandbox?: boolean } | undefined {
  // Its parser takes a millisecond to load.
  if (!args.includes('serve')) return undefined;
  try {
    const text = { type: 'string' } as const;
    const options = { home: text, policy: text, ledger: text, sandbox: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    return positionals.length === 1 && positionals[0] === 'serve' ? values : undefined;
  } catch {
    return undefined;
  }
}
