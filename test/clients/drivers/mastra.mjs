/** @mastra/mcp: its tools as an agent of Mastra executes them, without the agent. */
import { MCPClient } from '@mastra/mcp';

const { server, stack } = JSON.parse(process.argv[2]);
const client = new MCPClient({ servers: { countersign: server } });
const tools = await client.listTools();
const results = [];
const call = async (name, input) => {
  const result = await tools[`countersign_${name}`].execute(input, {});
  results.push(result);
  return JSON.stringify(result);
};
await call('describe_stacks', {});
const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }];
const plan_id = /plan_[0-9a-f]{16}/.exec(await call('plan_stack_update', { stack, set }))?.[0];
const proposed = await call('propose_change', { plan_id, goal: 'fix', reason: 'Queries run out of memory.' });
await call('describe_change', { change_id: /chg_[0-9a-f]{12}/.exec(proposed)?.[0] });
await client.disconnect();
console.log(JSON.stringify({ names: Object.keys(tools), results }));
