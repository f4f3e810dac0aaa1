/**
 * Providers that touch no cloud: random, tls, time, local, null, archive, and Terraform's own.
 *
 * Source: the pages of hashicorp/random 3.7, tls 4.1, time 0.13, local 2.5, null 3.2, archive 2.7 and of terraform_data: what
 * they make stands in the state alone, so that a new one is another value.
 */
import { commonMarks } from './common.ts';
import type { Family, Judged } from './judgement.ts';
import { judgedTypes } from './rows/holds.ts';

const SOURCE = 'the page of each resource';
const rows = [
  { prefix: 'random', holds: 'identity', types: 'id integer password pet string uuid uuid4 uuid7 bytes' },
  { prefix: 'random', holds: 'nothing', types: 'shuffle' },
  { prefix: 'tls', holds: 'identity', types: 'private_key self_signed_cert locally_signed_cert' },
  { prefix: 'tls', holds: 'nothing', types: 'cert_request' },
  { prefix: 'time', holds: 'nothing', types: 'sleep static offset rotating' },
  { prefix: 'local', holds: 'nothing', types: 'file sensitive_file' },
  { prefix: 'null', holds: 'nothing', types: 'resource' },
  { prefix: 'archive', holds: 'nothing', types: 'file' },
  { prefix: 'terraform', holds: 'nothing', types: 'data' },
] as const;

const types = new Map<string, Judged>(
  rows.flatMap(({ prefix, holds, types: names }) => [
    ...judgedTypes(prefix, [{ holds, noBackup: holds === 'identity', source: SOURCE, types: names }]),
  ]),
);

export const builtin: Family = {
  isOf: (type) => types.has(type),
  judge: (type) => types.get(type)!,
  fate: () => ({ attribute: 'no attribute that keeps it', effective: 'Delete' }),
  judgeAll: (resources) => ({
    marks: new Map(resources.map(({ address, before, after }) => [address, commonMarks(before, after)])),
    protections: [],
    lowered: [],
  }),
};

export const builtinTypes: ReadonlyMap<string, Judged> = types;
