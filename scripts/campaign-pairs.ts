/**
 * `npm run campaign:pairs`: the 120 template pairs, each `before` deployed in the sandbox and each `after` planned
 * through the whole pipeline under the example production policy; docs/results/pairs.md says what came of each.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { createApp, openSandbox } from '../src/compose.ts';
import { readConfig } from '../src/config.ts';
import { type Effect, effectName } from '../src/core/effect.ts';
import { adoptFirst } from '../src/policy/pin.ts';
import { loadKnowledge } from '../src/providers/aws/knowledge/index.ts';
import { viewsOf } from '../src/providers/aws/planners/views.ts';
import { parseTemplate, type Template } from '../src/providers/aws/template/parse.ts';
import { UNRESOLVED } from '../src/providers/aws/template/resolve.ts';
import { exporterOf, plausibleParameters } from '../src/sandbox/plausible-parameters.ts';
import { SANDBOX_ACCOUNT } from '../src/sandbox/world.ts';
import { type PairResult, writeReport } from './campaign-report.ts';

const corpus = new URL('../../shared/corpus/pairs/', import.meta.url).pathname;
if (!existsSync(corpus)) throw new Error(`The corpus is not here: ${corpus}`);
const REGION = 'eu-west-1';
const place = (name: string) => ({ account: SANDBOX_ACCOUNT, region: REGION, name });
const knowledge = await loadKnowledge();

interface Pair {
  pair: string;
  path: string;
  added: string[];
  removed: string[];
  changed: string[];
}
const policy = `version: 1
accounts:
  main: { id: "${SANDBOX_ACCOUNT}", regions: [${REGION}] }
scopes:
  - { account: main, stacks: ["*"], environment: production, create: true, execute: by_command }
people:
  alice: { roles: [dev], keys: [] }
  bob: { roles: [sre], keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJDQZEth3BY8unRil8MSi+aUhckQ8Ow223fTclvhkBF/"] }
  carol: { roles: [data], keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDB9iQlfcmyGmBI7VUUZACRy6Q5gCQIyJ+pNlxGvOuVQ"] }
seats:
  production: { reversible: 1, recoverable: 2, irreversible: { seats: 2, include: [data] }, within: 8h }
guards:
  exposure: { public_ports: [443] }
  plan-budget: { plans_per_hour: 1000 }
`;

const home = mkdtempSync(join(tmpdir(), 'countersign-pairs-'));
const policyPath = join(home, 'policy.yaml');
writeFileSync(policyPath, policy);
const sandbox = await openSandbox(home, 0);
const app = createApp(
  { ...readConfig({ home, policy: policyPath }), region: REGION, endpointUrl: undefined, sponsor: 'alice', actsAs: [] },
  { sandbox, logDefect: (error) => console.error(error) },
);
await adoptFirst(app.ledger, app.policyFile!, ['campaign']);
const client = new CloudFormationClient({
  region: REGION,
  endpoint: 'http://sandbox.invalid',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  requestHandler: sandbox.requestHandler as never,
});

const results: PairResult[] = [];
for (const pair of JSON.parse(readFileSync(join(corpus, 'index.json'), 'utf8')) as Pair[]) {
  sandbox.store.reset();
  // Where the defaults hide the difference behind a condition, other values are tried too.
  const first = await tryPair(pair, {});
  results.push(first.outcome === 'no_change' ? await withConditionsTurned(pair, first) : first);
  process.stderr.write(results.at(-1)!.outcome === 'planned' ? '.' : `\n${pair.pair} ${results.at(-1)!.why}\n`);
}
app.close();
sandbox.store.close();
rmSync(home, { recursive: true, force: true });
writeReport(results);

async function withConditionsTurned(pair: Pair, first: PairResult): Promise<PairResult> {
  sandbox.store.reset();
  const template = parseTemplate(read(pair, 'after'));
  const turned = Object.fromEntries(
    Object.entries(template.Parameters ?? {}).flatMap(([name, { Default, AllowedValues, Type }]) => {
      if (AllowedValues)
        return [[name, String(AllowedValues.find((value) => String(value) !== String(Default)) ?? Default)]];
      return Default === '' && Type === 'String' ? [[name, 'value']] : [];
    }),
  );
  const second = await tryPair(pair, turned).catch(() => first);
  return second.outcome === 'planned' ? { ...second, why: 'with other parameter values than the defaults' } : first;
}

function read({ pair }: Pair, which: 'before' | 'after'): string {
  return readFileSync(join(corpus, `${pair}.${which}.yaml`), 'utf8');
}

async function tryPair(pair: Pair, preferred: Record<string, string>): Promise<PairResult> {
  const blank = { pair: pair.pair, path: pair.path, decision: '', denials: [], holds: [], seats: 0 };
  const result = { ...blank, effects: [], characters: 0, missing: [], milder: [] };
  const name = `pair-${pair.pair}`;
  try {
    const [before, after] = [read(pair, 'before'), read(pair, 'after')];
    const values = (text: string, known: Record<string, string> = {}) =>
      plausibleParameters(parseTemplate(text), { ...known, ...within(parseTemplate(text), preferred) });
    const given = values(before);
    const asValues = (list: typeof given) =>
      Object.fromEntries(list.map(({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue]));
    const wanted = asValues(values(after, asValues(given)));
    await deploy(name, before, given);
    const input = {
      stack: name,
      template: after,
      parameters: Object.fromEntries(Object.entries(wanted).filter(([key, value]) => asValues(given)[key] !== value)),
    };
    const answer = await app.pipeline('plan_stack_update', input);
    if (!answer.ok) {
      const { code, message } = answer.error;
      const outcome = /Transform|macro/i.test(message) ? 'not_supported' : 'refused';
      return { ...result, outcome, why: `${code}: ${message}` };
    }
    const {
      decision,
      plan_id,
      verdicts = [],
      seats,
    } = answer.content as {
      decision: string;
      plan_id?: string;
      verdicts: { code: string; outcome: string; message: string; seats?: number }[];
      seats?: { needed: number };
    };
    if (decision === 'no_change') return { ...result, outcome: 'no_change', why: '', decision };
    const { plan } = await app.changes.plan(String(plan_id));
    return {
      ...result,
      outcome: 'planned',
      why: '',
      decision,
      denials: verdicts.filter(({ outcome }) => outcome === 'deny'),
      holds: verdicts
        .filter(({ outcome }) => outcome === 'hold')
        .map(({ code, message, seats: needed = 0 }) => ({ code, message, seats: needed })),
      seats: seats?.needed ?? 0,
      effects: plan.effects,
      characters: JSON.stringify(answer.content).length,
      missing: missingFrom(
        plan.effects,
        { before, after },
        {
          before: { ...defaultsOf(before), ...asValues(given) },
          after: { ...defaultsOf(after), ...defaultsOf(before), ...wanted },
        },
        name,
      ),
      milder: milderThanTables(plan.effects),
    };
  } catch (error) {
    const message = (error as Error).message;
    const outcome = /transform|macro/i.test(message) ? 'not_supported' : 'refused';
    return { ...result, outcome, why: message };
  }
}

function within({ Parameters = {} }: Template, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in Parameters));
}

async function deploy(name: string, body: string, Parameters: ReturnType<typeof plausibleParameters>): Promise<void> {
  const exporter = exporterOf(body, Parameters, place(name));
  if (exporter) await client.send(new CreateStackCommand({ StackName: `${name}-exports`, TemplateBody: exporter }));
  await client.send(
    new CreateStackCommand({
      StackName: name,
      TemplateBody: body,
      Parameters,
      Capabilities: ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
    }),
  );
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
  if (stack?.StackStatus !== 'CREATE_COMPLETE')
    throw new Error(`before: ${stack?.StackStatus} ${stack?.StackStatusReason ?? ''}`);
}

function defaultsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parseTemplate(text).Parameters ?? {}).flatMap(([name, { Default }]) =>
      Default === undefined || Default === null ? [] : [[name, String(Default)]],
    ),
  );
}

type Two<T> = { before: T; after: T };

/** By the templates alone: what is added, removed or differs in properties, type or policies. */
function missingFrom(
  effects: readonly Effect[],
  text: Two<string>,
  values: Two<Record<string, string>>,
  stack: string,
) {
  const { before, after } = viewsOf(
    { template: text.before, parameters: values.before },
    { template: text.after, parameters: values.after },
    {},
    { account: SANDBOX_ACCOUNT, region: REGION, stackId: UNRESOLVED, stackName: stack },
  );
  const planned = new Set(effects.map(effectName));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (id) => asText(before[id]) !== asText(after[id]) && !planned.has(id),
  );
}

/** CloudFormation takes 80 and "80" for the same, and does not look at the order of keys. */
function asText(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : typeof inner === 'object'
        ? inner
        : String(inner),
  );
}

function milderThanTables(effects: readonly Effect[]): string[] {
  return effects
    .filter(({ kind }) => kind !== 'replace' && kind !== 'delete' && kind !== 'create' && kind !== 'unknown')
    .flatMap((effect) =>
      effect.properties
        .filter(({ path }) => path.startsWith('Properties.'))
        .filter(({ path }) => knowledge.replacementOf(effect.type, path.slice('Properties.'.length)) === 'always')
        .map(({ path }) => `${effectName(effect)} ${path}`),
    );
}
