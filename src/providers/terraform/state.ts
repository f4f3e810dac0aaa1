/** The state of a workspace, as its backend gives it now. It holds secrets: nothing of it but digests, counts and names is kept. */
import { sha256Hex } from '../../core/digest.ts';
import { CountersignError } from '../../core/errors.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import { type RunIn, runTool } from './process.ts';

export interface State {
  /** Over all of it: one that was edited under the same serial is another. */
  digest: string;
  /** null: there is no state. */
  lineage: string | null;
  serial: number | null;
  /** Addresses of managed instances; `tainted`: it is replaced by the next plan. */
  instances: ReadonlyMap<string, { tainted: boolean }>;
  outputs: readonly string[];
}

interface Stored {
  lineage?: string;
  serial?: number;
  outputs?: Record<string, unknown>;
  resources?: {
    module?: string;
    mode: string;
    type: string;
    name: string;
    instances?: { index_key?: string | number; status?: string; deposed?: string }[];
  }[];
}

/** @param run in a folder whose backend is initialised. @throws WORKSPACE_STATE_UNREADABLE. */
export async function pullState(run: RunIn): Promise<State> {
  const { code, stdout, stderr } = await runTool(['state', 'pull'], run);
  if (code !== 0) throw unreadable(stderr);
  try {
    return readState(stdout.toString('utf8'));
  } catch {
    throw unreadable('it is not a state of version 4');
  }
}

const unreadable = (why: string) =>
  new CountersignError('WORKSPACE_STATE_UNREADABLE', `The state cannot be read: ${makeVisibleLine(why, 300)}`, {
    agent: 'Tell the user: the backend of this workspace does not give its state.',
    person: 'Check the backend of this workspace and its credentials, then try again.',
  });

export function readState(text: string): State {
  const digest = `sha256:${sha256Hex(text)}`;
  if (text.trim() === '') return { digest, lineage: null, serial: null, instances: new Map(), outputs: [] };
  const { lineage, serial, resources = [], outputs = {} } = JSON.parse(text) as Stored;
  const instances = new Map<string, { tainted: boolean }>();
  for (const { module, mode, type, name, instances: all = [] } of resources) {
    if (mode !== 'managed') continue;
    for (const { index_key: index, status, deposed } of all) {
      const at = index === undefined ? '' : `[${typeof index === 'number' ? index : JSON.stringify(index)}]`;
      // A deposed one is what is left of an earlier object.
      const address = `${module ? `${module}.` : ''}${type}.${name}${at}${deposed ? ` (deposed ${deposed})` : ''}`;
      instances.set(address, { tainted: status === 'tainted' });
    }
  }
  return { digest, lineage: lineage || null, serial: serial ?? null, instances, outputs: Object.keys(outputs) };
}
