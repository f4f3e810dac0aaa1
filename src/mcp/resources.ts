/** What a client can read by URI. Each read is a tool call, so that it takes the pipeline and is in the ledger. */

interface ToolCall {
  name: string;
  input: Record<string, string>;
}
const mimeType = 'application/json';

export const RESOURCES = [
  {
    uri: 'countersign://policy',
    name: 'policy',
    title: 'The policy',
    description: 'The policy: allowed changes and required approvals.',
    mimeType,
  },
];

export const RESOURCE_TEMPLATES = [
  {
    uriTemplate: 'countersign://plans/{id}',
    name: 'plan',
    title: 'A plan',
    description: 'Effects, verdicts and the next step.',
    mimeType,
  },
  {
    uriTemplate: 'countersign://changes/{id}',
    name: 'change',
    title: 'A change',
    description: 'State, signatures, progress and outcome.',
    mimeType,
  },
];

/** The tool call that reads a resource; undefined: there is no such resource. */
export function callForResource(uri: string): ToolCall | undefined {
  if (uri === 'countersign://policy') return { name: 'describe_policy', input: {} };
  const [, kind, id = ''] = /^countersign:\/\/(plans|changes)\/([\w-]{1,64})$/.exec(uri) ?? [];
  if (kind === 'plans') return { name: 'describe_plan', input: { plan_id: id } };
  if (kind === 'changes') return { name: 'describe_change', input: { change_id: id } };
  return undefined;
}
