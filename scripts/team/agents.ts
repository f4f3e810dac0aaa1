/** One process with some of the campaign's agents: each a client of its own, with a call every few seconds. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export interface Orders {
  resource: string;
  agents: readonly { token: string; stack: string }[];
  everyMilliseconds: number;
  seconds: number;
}
export interface Told {
  tool: string;
  milliseconds: number;
  /** `ok`, the code of a refusal, or what the client met instead of an answer. */
  outcome: string;
  /** Of a change that was proposed. */
  change?: string;
}

const set = () => [
  { path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 + 64 * Math.floor(Math.random() * 100) },
];

process.once('message', (orders: Orders) => {
  void Promise.all(orders.agents.map((own) => agent(orders, own))).then((told) => {
    process.send?.(told.flat(), () => process.exit());
  });
});
process.send?.('here');

async function agent(
  { resource, everyMilliseconds, seconds }: Orders,
  { token, stack }: Orders['agents'][number],
): Promise<Told[]> {
  const client = new Client({ name: 'campaign', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  const told: Told[] = [];
  const end = performance.now() + seconds * 1000;
  // They do not begin together.
  await pause(Math.random() * everyMilliseconds);
  await client.connect(new StreamableHTTPClientTransport(new URL(resource), { requestInit }));
  let plan: unknown;
  let pending: string | undefined;
  for (let next = performance.now(); performance.now() < end; next += everyMilliseconds) {
    await pause(next - performance.now());
    const dice = Math.random();
    const [tool, input] =
      pending !== undefined && dice < 0.15
        ? (['withdraw_change', { change_id: pending }] as const)
        : plan !== undefined && pending === undefined && dice < 0.25
          ? (['propose_change', { plan_id: plan, goal: 'fix', reason: 'more memory' }] as const)
          : dice < 0.5
            ? (['plan_stack_update', { stack, set: set() }] as const)
            : (['describe_stack', { stack }] as const);
    const { content, ...line } = await call(client, tool, input);
    told.push(line);
    if (tool === 'withdraw_change') pending = undefined;
    if (tool === 'propose_change') {
      plan = undefined;
      pending = line.change;
    }
    if (tool === 'plan_stack_update' && content?.decision === 'needs_approval') plan = content.plan_id;
  }
  await client.close();
  return told;
}

async function call(client: Client, tool: string, input: Record<string, unknown>) {
  const began = performance.now();
  const since = () => performance.now() - began;
  try {
    const { structuredContent, isError, content: parts } = await client.callTool({ name: tool, arguments: input });
    const content = structuredContent as Record<string, unknown> | undefined;
    const text = String((parts as { text?: string }[])[0]?.text);
    const change = typeof content?.change_id === 'string' ? { change: content.change_id } : {};
    return { tool, milliseconds: since(), outcome: isError ? (text.split(':')[0] ?? text) : 'ok', content, ...change };
  } catch (error) {
    return { tool, milliseconds: since(), outcome: String((error as Error).message).slice(0, 120), content: undefined };
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}
