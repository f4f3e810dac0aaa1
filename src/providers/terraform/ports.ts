/** What the tools of workspaces are given and ask for. */
import type { Page } from '../../core/ports.ts';

export interface WorkspaceSummary {
  workspace: string;
  tool: string;
  module: string;
  backend: string;
  environment: string;
  execute: string;
  /** Only of a workspace that was named. */
  state?: { serial: number | null; lineage: string | null; resources: number; outputs: string[] };
  resources?: string[];
  more_resources?: number;
}
/** Reads only. */
export interface WorkspaceReader {
  workspaces(query: { name?: string; cursor?: string; limit: number }): Promise<Page<WorkspaceSummary>>;
}
