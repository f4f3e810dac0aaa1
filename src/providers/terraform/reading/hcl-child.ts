/**
 * A process of its own that turns configuration into JSON: HashiCorp's parser of HCL, as WebAssembly (`@cdktf/hcl2json`).
 * Arguments: the parser, and Go's loader of it. Each line of stdin, `{ name: text }`, is answered with a line
 * `{ name: { body } | { error } }`. It ends when stdin does.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

type Parse = (name: string, text: string, done: (error: string | null, json?: string) => void) => void;
declare global {
  var Go: new () => { importObject: object; run(instance: object): Promise<void> };
  var __parse_terraform_config_wasm__: { parse?: Parse };
  var WebAssembly: { instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: object }> };
}

const unpacked = (file: string) => (file.endsWith('.br') ? brotliDecompressSync : gunzipSync)(readFileSync(file));

async function start(wasm: string, exec: string): Promise<Parse> {
  await import(exec);
  globalThis.__parse_terraform_config_wasm__ = {};
  const go = new globalThis.Go();
  const { instance } = await globalThis.WebAssembly.instantiate(unpacked(wasm), go.importObject);
  void go.run(instance);
  const { parse } = globalThis.__parse_terraform_config_wasm__;
  if (!parse) throw new Error('the parser did not start');
  return parse;
}

const [, , wasm = '', exec = ''] = process.argv;
const parse = await start(wasm, exec);
for await (const line of createInterface({ input: process.stdin })) {
  const answers: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(JSON.parse(line) as Record<string, string>))
    answers[name] = await new Promise((resolve) =>
      parse(name, text, (error, json) =>
        resolve(error ? { error: String(error) } : { body: JSON.parse(json ?? '{}') }),
      ),
    );
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
process.exit(0);
