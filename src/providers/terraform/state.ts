/** The state of a workspace, as its backend gives it now. It holds secrets: nothing of it but digests, counts and names is kept. */
import { type Json, sha256Hex } from '../../core/digest.ts';
import { CountersignError } from '../../core/errors.ts';
import { isMembers } from '../../core/leaves.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import { hiding } from './effects/hiding.ts';
import { addSensitive } from './plan-json/sensitive.ts';
import { type RunIn, runTool } from './process.ts';

export interface State {
  /** Over all of it: one that was edited under the same serial is another. */
  digest: string;
  /** null: there is no state. */
  lineage: string | null;
  serial: number | null;
  /** Addresses of managed instances; `tainted`: it is replaced by the next plan. */
  instances: ReadonlyMap<string, Instance>;
  outputs: readonly string[];
  /** SECURITY: for masking alone. */
  sensitive: ReadonlySet<string>;
}

export interface Instance {
  tainted: boolean;
  /** By which Terraform names it in its lines. */
  names: { id?: string; name?: string };
}

interface Stored {
  lineage?: string;
  serial?: number;
  outputs?: Record<string, { value?: Json; sensitive?: boolean }>;
  resources?: {
    module?: string;
    mode: string;
    type: string;
    name: string;
    instances?: StoredInstance[];
  }[];
}

interface StoredInstance {
  index_key?: string | number;
  status?: string;
  deposed?: string;
  attributes?: Json;
  /** Each a path: `[{ type: 'get_attr', value: 'password' }, { type: 'index', value: { value: 0, type: 'number' } }]`. */
  sensitive_attributes?: { value?: Json }[][];
}

/** @param run in a folder whose backend is initialised. @throws WORKSPACE_STATE_UNREADABLE. */
export async function pullState(run: RunIn): Promise<State> {
  const { code, stdout, stderr } = await runTool(['state', 'pull'], run);
  if (code !== 0) throw unreadable(hiding(run.secrets)(stderr));
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
  if (text.trim() === '')
    return { digest, lineage: null, serial: null, instances: new Map(), outputs: [], sensitive: new Set() };
  const { lineage, serial, resources = [], outputs = {} } = JSON.parse(text) as Stored;
  const instances = new Map<string, Instance>();
  const sensitive = new Set<string>();
  for (const { value, sensitive: isSensitive } of Object.values(outputs))
    if (isSensitive) addSensitive(value, sensitive);
  for (const { module, mode, type, name, instances: all = [] } of resources) {
    for (const { attributes, sensitive_attributes: paths } of all)
      for (const path of paths ?? []) addSensitive(valueAt(attributes, path), sensitive);
    if (mode !== 'managed') continue;
    for (const { index_key: index, status, deposed, attributes } of all) {
      const at = index === undefined ? '' : `[${typeof index === 'number' ? index : keyText(index)}]`;
      // A deposed one is what is left of an earlier object.
      const address = `${module ? `${module}.` : ''}${type}.${name}${at}${deposed ? ` (deposed ${deposed})` : ''}`;
      instances.set(address, { tainted: status === 'tainted', names: namesOf(attributes) });
    }
  }
  return {
    digest,
    lineage: lineage || null,
    serial: serial ?? null,
    instances,
    outputs: Object.keys(outputs),
    sensitive,
  };
}

/** As Terraform quotes a key in an address: internal/addrs/instance_key.go, toHCLQuotedString. */
const keyText = (key: string): string =>
  JSON.stringify(key)
    .replaceAll(/[$%](?=\{)/g, '$&$&')
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (one) => {
      const code = one.codePointAt(0)!.toString(16);
      return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
    });

function namesOf(attributes: Json | undefined): Instance['names'] {
  const { id, name } = isMembers(attributes) ? attributes : {};
  return { ...(typeof id === 'string' ? { id } : {}), ...(typeof name === 'string' ? { name } : {}) };
}

/** A step that is not there, or is a member of a set, ends it: all that is left is sensitive. */
function valueAt(value: Json | undefined, path: readonly { value?: Json }[]): Json | undefined {
  let at = value;
  for (const { value: step } of path) {
    const key = isMembers(step) ? step.value : step;
    if (at === null || typeof at !== 'object' || (typeof key !== 'string' && typeof key !== 'number')) return at;
    at = (at as { [key: string]: Json })[key];
  }
  return at;
}
