/** @openai/agents, with its schemas made strict: it sends null for each field that the model leaves out. */
import { Agent, MCPServerStdio, OpenAIProvider, Runner, setTracingDisabled } from '@openai/agents';

const { server, modelUrl } = JSON.parse(process.argv[2]);
setTracingDisabled(true);
const mcp = new MCPServerStdio({ name: 'countersign', ...server });
await mcp.connect();
const agent = new Agent({
  name: 'fixer',
  model: 'stand-in',
  mcpServers: [mcp],
  mcpConfig: { convertSchemasToStrict: true },
});
const provider = new OpenAIProvider({ apiKey: 'none', baseURL: `${modelUrl}/v1`, useResponses: true });
const { finalOutput } = await new Runner({ modelProvider: provider }).run(agent, 'Queries run out of memory.');
await mcp.close();
console.log(finalOutput);
