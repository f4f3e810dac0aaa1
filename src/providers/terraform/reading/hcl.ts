/** Configuration as JSON, made by HashiCorp's own parser in a process of its own: bounded, and with nothing in its environment. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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

function parsed(files: Record<string, string>): Promise<Answers> {
  const { child: program, wasm, exec } = parts();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program], { env: {}, stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => child.kill('SIGKILL'), SECONDS * 1000);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUTPUT_BYTES) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify({ wasm, exec, files }));
    const failed = () =>
      reject(
        new CountersignError(
          'INPUT_CONFIGURATION_REFUSED',
          `The configuration cannot be parsed: the parser did not end within ${SECONDS} s, or it failed.`,
          'Simplify the configuration; a file that Terraform takes is parsed in well under a second.',
        ),
      );
    child.on('error', () => {
      clearTimeout(timer);
      failed();
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code !== 0) return failed();
      return resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Answers);
    });
  });
}
