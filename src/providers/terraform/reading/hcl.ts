/** Configuration as JSON, made by HashiCorp's own parser in a process of its own: bounded, and with nothing in its environment. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { CountersignError } from '../../../core/errors.ts';
import { makeVisible } from '../../../core/render-safe.ts';

declare const __HCL__: string;

export type Body = Record<string, unknown>;

const SECONDS = 30;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Beside the bundle, or in the package that it is made of. */
function parts(): { child: string; wasm: string; exec: string } {
  const here = dirname(fileURLToPath(import.meta.url));
  const bundled = typeof __HCL__ === 'string' ? join(here, __HCL__) : undefined;
  if (bundled !== undefined && existsSync(bundled))
    return { child: join(here, 'hcl-child.js'), wasm: bundled, exec: join(here, 'wasm_exec.cjs') };
  const found = dirname(createRequire(import.meta.url).resolve('@cdktf/hcl2json/package.json'));
  return {
    child: join(here, 'hcl-child.ts'),
    wasm: join(found, 'main.wasm.gz'),
    exec: join(found, 'wasm/wasm_exec.js'),
  };
}

/**
 * @param files by path. Names that end with `.json` are JSON, all others HCL.
 * @throws INPUT_CONFIGURATION_REFUSED for what does not parse.
 */
export async function readBodies(files: ReadonlyMap<string, string>): Promise<Map<string, Body>> {
  const bodies = new Map<string, Body>();
  const native: Record<string, string> = {};
  for (const [path, text] of files) {
    if (path.endsWith('.json')) bodies.set(path, jsonBody(path, text));
    else native[path] = text;
  }
  if (Object.keys(native).length === 0) return bodies;
  for (const [path, answer] of Object.entries(await parsed(native))) {
    if (answer.body === undefined) throw unreadable(path, answer.error ?? 'it cannot be parsed');
    bodies.set(path, answer.body);
  }
  return bodies;
}

const unreadable = (path: string, why: string) =>
  new CountersignError(
    'INPUT_CONFIGURATION_REFUSED',
    makeVisible(`${path}: ${why.replace(/^parse config: /, '')}`, 600),
    'Fix the file, then plan again.',
  );

/** SECURITY: a member that stands twice would be read once here, and twice by Terraform. */
function jsonBody(path: string, text: string): Body {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, (error as Error).message);
  }
  const [problem] = parseDocument(text, { uniqueKeys: true, logLevel: 'silent' }).errors;
  if (problem) throw unreadable(path, problem.message.split('\n')[0]!);
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw unreadable(path, 'it is not a JSON object');
  return value as Body;
}

type Answers = Record<string, { body?: Body; error?: string }>;

/** A parser takes longer to start than to parse, so one is kept for a minute. */
interface Parser {
  child: ChildProcessByStdio<Writable, Readable, null>;
  /** Of the request that it is at. */
  answer: ((line: string | null) => void) | undefined;
  idle?: NodeJS.Timeout;
}
const IDLE_MILLISECONDS = 60_000;
let kept: Parser | undefined;
let turn: Promise<unknown> = Promise.resolve();

/** One request at a time. */
function parsed(files: Record<string, string>): Promise<Answers> {
  const asked = turn.then(() => ask(files));
  turn = asked.catch(() => undefined);
  return asked;
}

/** @throws INPUT_CONFIGURATION_REFUSED when it does not answer: that parser is ended, and the next request has another. */
async function ask(files: Record<string, string>): Promise<Answers> {
  kept ??= started();
  const parser = kept;
  clearTimeout(parser.idle);
  parser.child.ref();
  const line = await new Promise<string | null>((resolve) => {
    const timer = setTimeout(() => parser.child.kill('SIGKILL'), SECONDS * 1000);
    parser.answer = (text) => {
      clearTimeout(timer);
      resolve(text);
    };
    parser.child.stdin.write(`${JSON.stringify(files)}\n`);
  });
  parser.answer = undefined;
  if (line === null)
    throw new CountersignError(
      'INPUT_CONFIGURATION_REFUSED',
      `The configuration cannot be parsed: the parser did not answer within ${SECONDS} s, or it failed.`,
      'Simplify the configuration; a file that Terraform takes is parsed in well under a second.',
    );
  parser.child.unref();
  parser.idle = setTimeout(() => end(parser), IDLE_MILLISECONDS).unref();
  return JSON.parse(line) as Answers;
}

function end(parser: Parser): void {
  if (kept === parser) kept = undefined;
  parser.child.stdin.end();
}

function started(): Parser {
  const { child: program, wasm, exec } = parts();
  const child = spawn(process.execPath, [program, wasm, exec], { env: {}, stdio: ['pipe', 'pipe', 'ignore'] });
  const parser: Parser = { child, answer: undefined };
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    if (text.length > MAX_OUTPUT_BYTES) child.kill('SIGKILL');
    if (!more.includes('\n')) return;
    const at = text.indexOf('\n');
    const line = text.slice(0, at);
    text = text.slice(at + 1);
    parser.answer?.(line);
  });
  child.stdin.on('error', () => undefined);
  const gone = () => {
    if (kept === parser) kept = undefined;
    parser.answer?.(null);
  };
  child.on('error', gone);
  child.on('close', gone);
  // A process that has nothing else to do ends, and its parser with it.
  for (const stream of [child.stdin, child.stdout]) (stream as unknown as { unref?(): void }).unref?.();
  return parser;
}
