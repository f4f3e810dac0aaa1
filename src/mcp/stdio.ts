/** Both protocol eras over stdio. */
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { incomingLines } from './lines.ts';
import { offerPage } from './offer-page.ts';
import { createServer, type Offered } from './server.ts';

/**
 * @param reviewUrl where people find the review page.
 * SECURITY: stdout is the protocol; nothing else may write there.
 */
export function serveTools(offered: Offered, reviewUrl: string | undefined): { close(): Promise<void> } {
  const incoming = incomingLines((line) => process.stdout.write(`${line}\n`));
  const transport = new StdioServerTransport(process.stdin.pipe(incoming.stream), process.stdout);
  const { rawArguments } = incoming;
  const pages = new Set<string>();
  const answered: Parameters<typeof createServer>[1]['answered'] = (server, answer) => {
    if (reviewUrl !== undefined) offerPage(server, reviewUrl, answer, pages);
  };
  return serveStdio(() => createServer(offered, { rawArguments, answered }), { transport });
}
