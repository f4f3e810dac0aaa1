/** How three makers of models put tools, their calls and results on the wire, whole and as events. */

// biome-ignore lint/suspicious/noExplicitAny: bodies of foreign APIs, of which a few fields are read
type Body = any;
type Json = Record<string, unknown>;
export interface ToolCall {
  name: string;
  input: Json;
}
/** What a request tells of the conversation: tools as the model sees them, and what their calls came to, as text. */
export interface Conversation {
  tools: Json[];
  names: string[];
  results: string[];
}
interface Dialect {
  path: RegExp;
  read(body: Body): Conversation;
  /** @param call undefined: the model has nothing more to do. */
  say(call: ToolCall | undefined, body: Body, streams: boolean): string;
}

const END = 'Done.';
let count = 0;
const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const events = (list: (object | string)[], named = false): string =>
  list
    .map((event) => {
      const name = named ? `event: ${(event as { type: string }).type}\n` : '';
      return `${name}data: ${asText(event)}\n\n`;
    })
    .join('');

const chat: Dialect = {
  path: /\/chat\/completions$/,
  read: ({ tools = [], messages = [] }) => ({
    tools,
    names: tools.map((tool: Body) => tool.function?.name),
    results: messages.filter(({ role }: Body) => role === 'tool').map(({ content }: Body) => asText(content)),
  }),
  say(call, { model }, streams) {
    count += 1;
    const calls = call && [
      {
        index: 0,
        id: `call_${count}`,
        type: 'function',
        function: { name: call.name, arguments: JSON.stringify(call.input) },
      },
    ];
    const message = { role: 'assistant', content: call ? null : END, ...(calls ? { tool_calls: calls } : {}) };
    const end = call ? 'tool_calls' : 'stop';
    const base = { id: `chat_${count}`, created: 1, model };
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const choice = (part: object, finish_reason: string | null) => [{ index: 0, ...part, finish_reason }];
    if (!streams)
      return JSON.stringify({ ...base, object: 'chat.completion', choices: choice({ message }, end), usage });
    const chunk = { ...base, object: 'chat.completion.chunk' };
    return events([
      { ...chunk, choices: choice({ delta: message }, null) },
      { ...chunk, choices: choice({ delta: {} }, end), usage },
      '[DONE]',
    ]);
  },
};

const responses: Dialect = {
  path: /\/responses$/,
  read({ tools = [], input = [] }) {
    // Some clients put a server's tools into a namespace of its own.
    const flat = tools.flatMap((tool: Body) =>
      tool.type === 'namespace' ? tool.tools.map((one: Body) => ({ ...one, namespace: tool.name })) : [tool],
    );
    const items = Array.isArray(input) ? input : [];
    return {
      tools: flat,
      names: flat.map(({ name, type }: Body) => name ?? type),
      results: items.filter(({ type }: Body) => /_output$/.test(type)).map(({ output }: Body) => asText(output)),
    };
  },
  say(call, { model, tools = [] }, streams) {
    count += 1;
    const space = tools.find(
      (tool: Body) => tool.type === 'namespace' && tool.tools.some(({ name }: Body) => name === call?.name),
    );
    const item = call
      ? {
          type: 'function_call',
          id: `fc_${count}`,
          call_id: `call_${count}`,
          name: call.name,
          arguments: JSON.stringify(call.input),
          status: 'completed',
          ...(space ? { namespace: space.name } : {}),
        }
      : {
          type: 'message',
          id: `msg_${count}`,
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: END, annotations: [] }],
        };
    const tokens = { input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } };
    const response = {
      id: `resp_${count}`,
      object: 'response',
      created_at: 1,
      status: 'completed',
      model,
      output: [item],
      usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2, ...tokens },
      parallel_tool_calls: false,
      tool_choice: 'auto',
      tools: [],
    };
    if (!streams) return JSON.stringify(response);
    const begun = { ...response, status: 'in_progress', output: [] };
    return events(
      [
        { type: 'response.created', sequence_number: 0, response: begun },
        { type: 'response.output_item.added', sequence_number: 1, output_index: 0, item },
        { type: 'response.output_item.done', sequence_number: 2, output_index: 0, item },
        { type: 'response.completed', sequence_number: 3, response },
      ],
      true,
    );
  },
};

const messages: Dialect = {
  path: /\/messages$/,
  read: ({ tools = [], messages: turns = [] }) => ({
    tools,
    names: tools.map(({ name }: Body) => name),
    results: turns
      .flatMap(({ content }: Body) => (Array.isArray(content) ? content : []))
      .filter(({ type }: Body) => type === 'tool_result')
      .map(({ content }: Body) => asText(content)),
  }),
  say(call, { model }, streams) {
    count += 1;
    const block = call
      ? { type: 'tool_use', id: `toolu_${count}`, name: call.name, input: call.input }
      : { type: 'text', text: END };
    const stop_reason = call ? 'tool_use' : 'end_turn';
    const usage = { input_tokens: 1, output_tokens: 1 };
    const message = { id: `msg_${count}`, type: 'message', role: 'assistant', model, stop_sequence: null, usage };
    if (!streams) return JSON.stringify({ ...message, content: [block], stop_reason });
    const empty = call ? { ...block, input: {} } : { ...block, text: '' };
    const delta = call
      ? { type: 'input_json_delta', partial_json: JSON.stringify(call.input) }
      : { type: 'text_delta', text: END };
    return events(
      [
        { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
        { type: 'content_block_start', index: 0, content_block: empty },
        { type: 'content_block_delta', index: 0, delta },
        { type: 'content_block_stop', index: 0 },
        { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage },
        { type: 'message_stop' },
      ],
      true,
    );
  },
};

const gemini: Dialect = {
  path: /:(?:stream)?generateContent$/i,
  read({ tools = [], contents = [] }) {
    const declared = tools.flatMap((tool: Body) => tool.functionDeclarations ?? []);
    return {
      tools: declared,
      names: declared.map(({ name }: Body) => name),
      results: contents
        .flatMap(({ parts = [] }: Body) => parts)
        .flatMap(({ functionResponse }: Body) => (functionResponse ? [asText(functionResponse.response)] : [])),
    };
  },
  say(call, { generationConfig = {} }, streams) {
    const wantsJson = generationConfig.responseMimeType === 'application/json';
    const verdict = {
      reasoning: 'It is plain.',
      next_speaker: 'user',
      model_choice: 'pro',
      complexity_score: 50,
      complexity_reasoning: 'plain',
    };
    const part = call
      ? { functionCall: { name: call.name, args: call.input } }
      : { text: wantsJson ? asText(verdict) : END };
    const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 };
    const candidate = { content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 };
    const said = { candidates: [candidate], usageMetadata, modelVersion: 'stand-in' };
    return streams ? events([said]) : JSON.stringify(said);
  },
};

const DIALECTS = [chat, responses, messages, gemini];
export const dialectOf = (path: string): Dialect | undefined => DIALECTS.find((one) => one.path.test(path));
