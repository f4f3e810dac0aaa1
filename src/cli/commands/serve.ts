import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

interface Options {
  http?: string;
  resource?: string;
  issuer?: string;
  jwks?: string;
  behindProxy?: boolean;
}

/** Over stdio, standard output is the protocol's from here on. `src/entry.ts` goes past this where nothing else was said. */
export const serve: Command<Options> = {
  name: 'serve',
  summary: 'run the MCP server: over stdio, for an agent, or over HTTP, for the agents of a team',
  afterHelp:
    'Over HTTP, SIGTERM or SIGINT: takes no more calls, answers those that are under way, and ends. /healthz and /readyz tell how it stands.',
  options: [
    { flags: '--http <host:port>', summary: 'over HTTP, with tokens of an identity provider, instead of stdio' },
    {
      flags: '--resource <url>',
      summary: 'the https address under which agents reach it, such as https://guard.example.com/mcp',
    },
    { flags: '--issuer <url>', summary: 'the identity provider whose tokens it takes' },
    {
      flags: '--jwks <url>',
      summary: 'where the identity provider publishes its keys (default: as its metadata says)',
    },
    { flags: '--behind-proxy', summary: 'a proxy with TLS is in front, on another host: listen on any address' },
  ],
  arguments: [],
  async run({ config, version, sandboxed }, { http, ...told }) {
    if (http === undefined) {
      (await import('../serve.ts')).serve(config, version, sandboxed);
      return { text: '', json: null, exit: EXIT.pass };
    }
    const { serveHttp } = await import('../serve-http.ts');
    const { untilInterrupted } = await import('../interrupted.ts');
    await serveHttp({ config, version, sandboxed, told: { http, ...told }, stopped: untilInterrupted() });
    return { text: '', json: null, exit: EXIT.pass };
  },
};
