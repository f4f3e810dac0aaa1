/** The MCP side: both protocol eras over stdio, on the SDK's low level, so that raw calls reach the pipeline. */
import { Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';
import { planAnswerSchema } from '../core/answer.ts';
import type { ToolAnswer } from '../core/pipeline.ts';
import { annotationsOf, type Tool } from '../core/tool.ts';

export const INSTRUCTIONS = `Countersign lets you describe AWS, plan changes (dry runs) and propose them. Nothing changes until guards pass and the right people have signed the exact plan.
1. describe_policy, describe_stack: see what is there and what is allowed.
2. plan_*: a dry run. Read effects and verdicts. If it is denied, change the plan as the remedy says; a denial cannot be argued away, and other tools or credentials are no way around it.
3. propose_change with a true goal and reason. If it needs approval, tell the user the exact command in "next" and end your turn.
4. describe_change: see who signed, progress and outcome.
You can neither approve nor execute. Prefer in-place updates; deleting and recreating is refused in production.`;

/**
 * @param call the pipeline, made at the first call, so that listing tools costs nothing.
 * SECURITY: stdout is the protocol; nothing else may write there.
 */
export function serveTools(
  tools: readonly Tool[],
  version: string,
  call: (name: string, input: unknown) => Promise<ToolAnswer>,
): { close(): Promise<void> } {
  let listed: Record<string, unknown>[] | undefined;
  return serveStdio(() => {
    const server = new Server(
      { name: 'countersign', version },
      { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
    );
    server.setRequestHandler('tools/list', async () => {
      listed ??= tools.map(describeTool);
      return { tools: listed as never };
    });
    server.setRequestHandler('tools/call', async (request) => {
      const answer = await call(request.params.name, request.params.arguments ?? {});
      const content = answer.ok ? answer.content : { ...answer.error };
      return {
        content: [
          {
            type: 'text' as const,
            text: answer.ok
              ? summaryOf(content)
              : `${answer.error.code}: ${answer.error.message} ${answer.error.remedy}`,
          },
        ],
        ...(answer.ok ? { structuredContent: content } : { isError: true }),
      };
    });
    return server;
  });
}

function describeTool(tool: Tool): Record<string, unknown> {
  const output = tool.effect === 'plan' ? planAnswerSchema : tool.output;
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    // Without a dialect MCP means 2020-12, which this is; eighteen times its name is a tenth of the whole list.
    inputSchema: { ...z.toJSONSchema(tool.input, { io: 'input' }), $schema: undefined },
    outputSchema: z.toJSONSchema(output, { override: ({ jsonSchema }) => withoutEmptySchema(jsonSchema) }),
    annotations: annotationsOf(tool),
  };
}

/** `additionalProperties: {}` says nothing that its absence does not say; strict clients complain of it. */
function withoutEmptySchema(schema: { additionalProperties?: unknown }): void {
  if (JSON.stringify(schema.additionalProperties) === '{}') delete schema.additionalProperties;
}

/** The same as the structure, shorter: decision, ids, reasons and what to do next. */
function summaryOf(content: Record<string, unknown>): string {
  if (typeof content.decision !== 'string') return JSON.stringify(content);
  const { decision, state, plan_id, change_id, effects, verdicts, next } = content;
  return JSON.stringify({
    decision,
    state,
    plan_id,
    change_id,
    counts: (effects as { counts?: unknown } | undefined)?.counts,
    reasons: (verdicts as { code: string }[] | undefined)?.map(({ code }) => code),
    next,
  });
}
