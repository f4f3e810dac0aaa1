/**
 * A process of its own that turns configuration into JSON: HashiCorp's parser of HCL, as WebAssembly (`@cdktf/hcl2json`).
 * stdin: `{ wasm, exec, files: { name: text } }`; stdout: `{ name: { body } | { error } }`.
 */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

interface Asked {
  wasm: string;
  exec: string;
  files: Record<string, string>;
}
type Parse = (name: string, text: string, done: (error: string | null, json?: string) => void) => void;
declare global {
  var Go: new () => { importObject: object; run(instance: object): Promise<void> };
  var __parse_terraform_config_wasm__: { parse?: Parse };
  var WebAssembly: { instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: object }> };
}

async function answer({ wasm, exec, files }: Asked): Promise<Record<string, unknown>> {
  await import(exec);
  globalThis.__parse_terraform_config_wasm__ = {};
  const go = new globalThis.Go();
  const { instance } = await globalThis.WebAssembly.instantiate(unpacked(wasm), go.importObject);
  void go.run(instance);
  const { parse } = globalThis.__parse_terraform_config_wasm__;
  if (!parse) throw new Error('the parser did not start');
  const answers: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(files))
    answers[name] = await new Promise((resolve) =>
      parse(name, text, (error, json) =>
        resolve(error ? { error: String(error) } : { body: JSON.parse(json ?? '{}') }),
      ),
    );
  return answers;
}

const unpacked = (file: string) => (file.endsWith('.br') ? brotliDecompressSync : gunzipSync)(readFileSync(file));

const asked = JSON.parse(readFileSync(0, 'utf8')) as Asked;
process.stdout.write(JSON.stringify(await answer(asked)), () => process.exit(0));
