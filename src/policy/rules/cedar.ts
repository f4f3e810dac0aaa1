/** The Cedar engine: 4 MB of WebAssembly, loaded only when a policy names rules. */
import { createRequire } from 'node:module';

/** In the bundle: the file that build.mjs puts next to it. */
declare const __CEDAR__: string | undefined;

type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs');
let loaded: Cedar | undefined;

export function cedar(): Cedar {
  loaded ??= createRequire(import.meta.url)(
    typeof __CEDAR__ === 'string' ? __CEDAR__ : '@cedar-policy/cedar-wasm/nodejs',
  ) as Cedar;
  return loaded;
}
