/**
 * The style and the script of the page, as build.mjs made them.
 *
 * SECURITY: each page names their digests, so that a copy which another server of the same port left in the browser is
 * not run.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** In the bundle: the folder beside it. */
declare const __PAGE__: string | undefined;

export interface Asset {
  path: string;
  type: string;
  body: string;
  integrity: string;
}
export interface Assets {
  style: Asset;
  script: Asset;
}

const ICON_BODY =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1b3a57"/><path d="M4 8.5l2.8 2.8L12 5.5" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>';
export const ICON = { type: 'image/svg+xml', body: ICON_BODY } as const;

export function readAssets(): Assets {
  const folder = new URL(typeof __PAGE__ === 'string' ? __PAGE__ : '../../dist/page/', import.meta.url);
  const asset = (name: string, type: string): Asset => {
    const body = readFileSync(new URL(name, folder), 'utf8');
    const integrity = `sha256-${createHash('sha256').update(body).digest('base64')}`;
    return { path: `/${name}`, type, body, integrity };
  };
  return {
    style: asset('style.css', 'text/css; charset=utf-8'),
    script: asset('script.js', 'text/javascript; charset=utf-8'),
  };
}
