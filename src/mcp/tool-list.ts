/**
 * What `tools/list` answers. `build.mjs` runs this once and keeps the result beside the bundle: the list is the same
 * for every connection, and a server that starts need not load a tool or a schema to give it.
 */
import { z } from 'zod';
import { annotationsOf, type Tool } from '../core/tool.ts';
import { planAnswerSchema } from '../render/agent/answer.ts';

export interface ListedTool {
  name: string;
  title: string;
  description: string;
  inputSchema: unknown;
  outputSchema: unknown;
  annotations: ReturnType<typeof annotationsOf>;
}

export const listTools = (tools: readonly Tool[]): ListedTool[] => tools.map(listTool);

function listTool(tool: Tool): ListedTool {
  const output = tool.effect === 'plan' ? planAnswerSchema : tool.output;
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: inputSchemaOf(tool),
    outputSchema: z.toJSONSchema(output, { override: ({ jsonSchema }) => withoutEmptySchema(jsonSchema) }),
    annotations: annotationsOf(tool),
  };
}

/** Bounds that no sensible input meets, and defaults: the parser holds them, and its errors tell them. */
const UNTOLD = [
  'default',
  'minimum',
  'maximum',
  'maxLength',
  'minLength',
  'maxItems',
  'minItems',
  'pattern',
  'propertyNames',
] as const;

/** All that a model sees of all tools must fit in 13,000 characters. */
function inputSchemaOf(tool: Tool): unknown {
  const { $schema, ...schema } = z.toJSONSchema(tool.input, {
    io: 'input',
    override: ({ jsonSchema }) => {
      for (const key of UNTOLD) delete jsonSchema[key];
    },
  });
  return schema;
}

/** `additionalProperties: {}` says nothing that its absence does not say; strict clients complain of it. */
function withoutEmptySchema(schema: { additionalProperties?: unknown }): void {
  if (JSON.stringify(schema.additionalProperties) === '{}') delete schema.additionalProperties;
}
