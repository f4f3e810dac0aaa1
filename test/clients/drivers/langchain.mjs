/** @langchain/mcp-adapters, with the model of @langchain/openai and a plain loop. */
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { MultiServerMCPClient } from '@langchain/mcp-adapters';
import { ChatOpenAI } from '@langchain/openai';

const { server, modelUrl } = JSON.parse(process.argv[2]);
const client = new MultiServerMCPClient({ mcpServers: { countersign: { transport: 'stdio', ...server } } });
const tools = await client.getTools();
const model = new ChatOpenAI({
  model: 'stand-in',
  apiKey: 'none',
  useResponsesApi: false,
  configuration: { baseURL: `${modelUrl}/v1` },
}).bindTools(tools);
const messages = [new HumanMessage('Queries run out of memory.')];
for (let turn = 0; turn < 8; turn += 1) {
  const said = await model.invoke(messages);
  messages.push(said);
  if (!said.tool_calls?.length) break;
  for (const call of said.tool_calls) {
    const result = await tools.find(({ name }) => name === call.name).invoke(call);
    messages.push(result instanceof ToolMessage ? result : new ToolMessage({ content: result, tool_call_id: call.id }));
  }
}
await client.close();
console.log(messages.at(-1).content);
