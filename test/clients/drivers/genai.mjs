/** @google/genai, with its own loop over an MCP client. */
import { GoogleGenAI, mcpToTool } from '@google/genai';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const { server, modelUrl } = JSON.parse(process.argv[2]);
const client = new Client({ name: 'genai', version: '1' });
await client.connect(new StdioClientTransport(server));
const ai = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: modelUrl } });
const { text } = await ai.models.generateContent({
  model: 'gemini-stand-in',
  contents: 'Queries run out of memory.',
  config: { tools: [mcpToTool(client)] },
});
await client.close();
console.log(text);
