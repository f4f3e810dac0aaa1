/** Every metric that is sent. The dashboard of examples/grafana and docs/watching.md name these and no others. */

export interface Metric {
  kind: 'counter' | 'histogram';
  /** UCUM. */
  unit: string;
  description: string;
  attributes: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  buckets?: readonly number[];
}
const HOUR = 3_600;

export const METRICS = {
  'countersign.plans': {
    kind: 'counter',
    unit: '{plan}',
    description: 'Plans that were made, by what the guards decided.',
    attributes: ['countersign.decision', 'gen_ai.tool.name'],
  },
  'countersign.verdicts': {
    kind: 'counter',
    unit: '{verdict}',
    description: 'Verdicts of guards on plans and proposals.',
    attributes: ['countersign.guard.code', 'countersign.verdict', 'countersign.phase'],
  },
  'countersign.refusals': {
    kind: 'counter',
    unit: '{call}',
    description: 'Tool calls that ended with an error.',
    attributes: ['countersign.error.code', 'gen_ai.tool.name'],
  },
  'countersign.changes': {
    kind: 'counter',
    unit: '{change}',
    description: 'Changes that entered a state.',
    attributes: ['countersign.state'],
  },
  'countersign.approval.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'From the proposal of a change to the approval that was its last one missing.',
    attributes: ['countersign.environment'],
    buckets: [60, 300, 900, 1_800, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR],
  },
  'countersign.execution.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'From the lock of a change to its recorded end.',
    attributes: ['countersign.state', 'countersign.environment'],
    buckets: [1, 5, 15, 30, 60, 120, 300, 600, 1_800, HOUR],
  },
  'mcp.server.operation.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Duration of an MCP request as the server saw it.',
    attributes: ['mcp.method.name', 'gen_ai.tool.name', 'gen_ai.operation.name', 'network.transport', 'error.type'],
    buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
  },
} as const satisfies Record<string, Metric>;
export type MetricName = keyof typeof METRICS;
