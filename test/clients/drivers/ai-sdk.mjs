/** @ai-sdk/mcp, with the loop of `ai`. */
import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as Stdio } from '@ai-sdk/mcp/mcp-stdio';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, stepCountIs } from 'ai';

const { server, modelUrl } = JSON.parse(process.argv[2]);
const client = await createMCPClient({ transport: new Stdio(server) });
const tools = await client.tools();
const model = createOpenAICompatible({ name: 'stand-in', baseURL: `${modelUrl}/v1`, apiKey: 'none' })('stand-in');
const { text } = await generateText({ model, tools, stopWhen: stepCountIs(8), prompt: 'Queries run out of memory.' });
await client.close();
console.log(text);
