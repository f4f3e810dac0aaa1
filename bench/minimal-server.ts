/** The baseline of cold start and memory: the least that is an MCP server on the same SDK. */
import { Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

serveStdio(() => {
  const server = new Server({ name: 'minimal', version: '1' }, { capabilities: { tools: {} } });
  const inputSchema = { type: 'object' as const, properties: {} };
  server.setRequestHandler('tools/list', async () => ({ tools: [{ name: 'nothing', inputSchema }] }));
  return server;
});
