/**
 * A small provider for tests: `acme_disk`, in a cloud that is a folder with a file for each disk. Its name says how it
 * behaves: `slow-*` waits for a file `go` in the cloud, before (`slow-before-*`) or after it has done its work;
 * `half-*` fails after it has been made; `tells-*` fails with its password in the error. `acme_login` is data: a name, and
 * its token.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Message, message, packed, readMessage, UNKNOWN, unpacked, type Value } from './messages.ts';
import { serve } from './serve.ts';

type Disk = { [name: string]: Value };
const ATTRIBUTES: readonly { name: string; type: string; required?: true; computed?: true; sensitive?: true }[] = [
  { name: 'id', type: 'string', computed: true },
  { name: 'name', type: 'string', required: true },
  { name: 'size', type: 'number' },
  { name: 'password', type: 'string', sensitive: true },
  { name: 'token', type: 'string', computed: true, sensitive: true },
  { name: 'deletion_protection', type: 'bool' },
];
const LOGIN: typeof ATTRIBUTES = [
  { name: 'name', type: 'string', required: true },
  { name: 'token', type: 'string', computed: true, sensitive: true },
];
const PROVIDER = [{ name: 'cloud', type: 'string', required: true as const }];

const schema = (attributes: typeof ATTRIBUTES): Buffer =>
  message([
    2,
    message(
      ...attributes.map(
        ({ name, type, required = false, computed = false, sensitive = false }) =>
          [
            2,
            message(
              [1, name],
              [2, JSON.stringify(type)],
              [4, required],
              [5, !required && !computed],
              [6, computed],
              [7, sensitive],
            ),
          ] as const,
      ),
    ),
  ]);

const valueIn = (request: Message, field: number): Value => {
  const [bytes] = request.bytes(field);
  return bytes === undefined ? null : unpacked(readMessage(bytes).bytes(1)[0] ?? Buffer.from([0xc0]));
};
const dynamic = (value: Value): Buffer => message([1, packed(value)]);
const failure = (summary: string): Buffer => message([1, 1], [2, summary]);

let cloud = '';
const fileOf = (id: Value) => join(cloud, `${String(id)}.json`);
const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
};
const go = () => until(() => existsSync(join(cloud, 'go')));
/** For the test: which disk it is at. */
const note = (what: string) => writeFileSync(join(cloud, `${what}.note`), String(process.pid));

async function apply(request: Message): Promise<Buffer> {
  const [prior, planned] = [valueIn(request, 2) as Disk | null, valueIn(request, 3) as Disk | null];
  const name = String((planned ?? prior)?.name);
  note(`begun-${name}`);
  if (name.startsWith('slow-before')) await go();
  if (planned === null) {
    rmSync(fileOf(prior?.id ?? ''), { force: true });
    return message([1, dynamic(null)]);
  }
  const id = prior?.id ?? randomUUID();
  const made: Disk = { ...planned, id, token: prior?.token ?? `token-of-${String(id)}` };
  if (name.startsWith('tells'))
    return message([1, dynamic(prior)], [3, failure(`no such password: ${String(planned.password)}`)]);
  writeFileSync(fileOf(id), JSON.stringify(made));
  note(`made-${name}`);
  if (name.startsWith('slow-after')) await go();
  if (name.startsWith('half'))
    return message([1, dynamic(made)], [3, failure('the disk was made, and could not be started')]);
  return message([1, dynamic(made)]);
}

function plan(request: Message): Buffer {
  const [prior, proposed] = [valueIn(request, 2) as Disk | null, valueIn(request, 3) as Disk | null];
  if (proposed === null) return message([1, dynamic(null)]);
  if (prior === null) return message([1, dynamic({ ...proposed, id: UNKNOWN, token: UNKNOWN })]);
  const replaces = prior.name === proposed.name ? [] : ([[2, message([1, message([1, 'name'])])]] as const);
  return message(
    [1, dynamic(replaces.length > 0 ? { ...proposed, id: UNKNOWN, token: UNKNOWN } : proposed)],
    ...replaces,
  );
}

const method = (name: string) => `/tfplugin6.Provider/${name}`;
serve({
  [method('GetProviderSchema')]: () =>
    message(
      [1, schema(PROVIDER)],
      [2, message([1, 'acme_disk'], [2, schema(ATTRIBUTES)])],
      [3, message([1, 'acme_login'], [2, schema(LOGIN)])],
      [6, message([1, true])],
    ),
  [method('ValidateProviderConfig')]: () => message(),
  [method('ValidateResourceConfig')]: () => message(),
  [method('UpgradeResourceState')]: (request) => {
    const [raw] = request.bytes(3);
    return message([1, dynamic(JSON.parse(readMessage(raw!).text(1)) as Value)]);
  },
  [method('ConfigureProvider')]: (request) => {
    cloud = String((valueIn(request, 2) as Disk).cloud);
    mkdirSync(cloud, { recursive: true });
    return message();
  },
  [method('ReadResource')]: (request) => {
    const { id } = valueIn(request, 2) as Disk;
    return message([
      1,
      dynamic(existsSync(fileOf(id!)) ? (JSON.parse(readFileSync(fileOf(id!), 'utf8')) as Disk) : null),
    ]);
  },
  [method('ValidateDataResourceConfig')]: () => message(),
  [method('ReadDataSource')]: (request) => {
    const { name } = valueIn(request, 2) as Disk;
    return message([1, dynamic({ name: name!, token: `login-token-of-${String(name)}` })]);
  },
  [method('PlanResourceChange')]: plan,
  [method('ApplyResourceChange')]: apply,
  [method('StopProvider')]: () => message(),
  '/plugin.GRPCController/Shutdown': () => {
    setTimeout(() => process.exit(0), 10);
    return message();
  },
});
