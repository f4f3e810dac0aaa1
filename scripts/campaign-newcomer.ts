/**
 * `npm run campaign:newcomer`: the first minutes of a person who has nothing but Node and git, with time stamps: a clone
 * of the committed tree, an empty npm cache and home, then the README's and docs/getting-started.md's own commands, with
 * Claude Code, with Codex, and with `policy test` alone. docs/results/newcomer.md has what was seen.
 *
 * The clients are real and installed before; what a model would say comes from a stand-in. A person's reading and typing
 * is not in the times.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { areInstalled } from '../test/clients/folder.ts';
import { openModelApi } from '../test/clients/model-api.ts';
import { furnish, PROGRAMS, start } from '../test/clients/programs.ts';
import { commitOf, machine } from './seen-on.ts';

const STACK = 'cost-explorer-prod';
if (!areInstalled()) throw new Error('The clients are not installed: node scripts/install-clients.ts');
const source = new URL('..', import.meta.url).pathname;
const commit = commitOf(source);

/** Of the machine, not of this checkout. */
const OWN_PATH = (process.env.PATH ?? '')
  .split(':')
  .filter((folder) => !folder.includes('node_modules'))
  .join(':');

class Newcomer {
  readonly root = mkdtempSync(join(tmpdir(), 'countersign-newcomer-'));
  readonly checkout = join(this.root, 'countersign');
  readonly project = join(this.root, 'project');
  readonly seen: string[] = [];
  private began = 0;
  private readonly env = {
    PATH: OWN_PATH,
    HOME: this.root,
    npm_config_cache: join(this.root, 'npm-cache'),
    npm_config_registry: execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim(),
    COUNTERSIGN_SPONSOR: 'ann',
    COUNTERSIGN_POLICY: join(this.project, 'countersign.policy.yaml'),
  };

  readonly name: string;

  constructor(name: string) {
    this.name = name;
    mkdirSync(this.project);
    execFileSync('git', ['clone', '-q', source, this.checkout], { stdio: 'ignore' });
    execFileSync('git', ['init', '-q', this.project]);
    this.began = performance.now();
  }

  saw(what: string): void {
    const seconds = (performance.now() - this.began) / 1000;
    this.seen.push(`| ${this.name} | ${seconds.toFixed(1)} | ${what} |`);
    console.log(this.seen.at(-1));
  }

  /** @throws Error with what it printed when it exits with another code. */
  run(command: string, args: string[], cwd: string, codes: readonly number[] = [0]): string {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, env: this.env, encoding: 'utf8' });
    if (!codes.includes(status ?? -1))
      throw new Error(`${command} ${args.join(' ')} exited with ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  countersign(args: string[], codes?: readonly number[]): string {
    return this.run(
      join(this.checkout, 'node_modules/node/bin/node'),
      [join(this.checkout, 'bin/countersign.js'), ...args],
      this.project,
      codes,
    );
  }

  install(): void {
    this.run('npm', ['ci', '--no-audit', '--no-fund'], this.checkout);
    this.saw('`npm ci` ended, with an empty cache');
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`Not seen: ${what}`);
};

async function ask(
  newcomer: Newcomer,
  client: 'claude' | 'codex',
  script: Parameters<typeof openModelApi>[1],
): Promise<string[]> {
  const model = await openModelApi(STACK, script);
  try {
    const program = PROGRAMS[client];
    furnish(program, { model }, newcomer.root);
    const withSponsor = {
      ...program,
      env: (stage: Parameters<typeof program.env>[0]) => ({ ...program.env(stage), COUNTERSIGN_SPONSOR: 'ann' }),
    };
    const ran = await start(withSponsor, { model }, newcomer.root, newcomer.project, program.trusting ?? []);
    must(ran.code === 0, `${client} ends with 0: ${ran.stdout}${ran.stderr}`);
    return model.results();
  } finally {
    await model.close();
  }
}

async function withClient(client: 'claude' | 'codex', title: string): Promise<string[]> {
  const newcomer = new Newcomer(title);
  try {
    newcomer.install();
    const init = newcomer.countersign(['--sandbox', 'init', '--client', client, '--person', 'ann']);
    must(/DENIED {2}GUARD_/.test(init), 'a refused plan at the end of init');
    newcomer.saw('**first refused plan**, at the end of `init`');
    const refused = await ask(newcomer, client, ['plan_stack_delete']);
    must(/denied/i.test(refused.join()), 'the agent is told that its plan is denied');
    newcomer.saw('the agent asked for a deletion and was told that it is denied');
    // Getting started, section 4: a second person with a key, and a scope that executes.
    newcomer.run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', 'bob'], newcomer.project);
    const file = join(newcomer.project, 'countersign.policy.yaml');
    const key = readFileSync(join(newcomer.project, 'bob.pub'), 'utf8').trim();
    const policy = readFileSync(file, 'utf8')
      .replace(
        'scopes:\n',
        'scopes:\n  - { account: main, stacks: ["cost-*"], environment: production, execute: by_command }\n',
      )
      .trimEnd();
    writeFileSync(file, `${policy}\n  bob: { roles: [sre], keys: ["${key}"] }\n`);
    newcomer.countersign(['policy', 'check']);
    newcomer.countersign(['policy', 'adopt']);
    newcomer.saw('the policy has a second person and a scope that executes, checked and adopted');
    await ask(newcomer, client, ['plan_stack_update', 'propose_change']);
    const [change] = JSON.parse(newcomer.countersign(['changes', '--json'])) as { id: string; state: string }[];
    must(change?.state === 'pending', 'a proposed change');
    newcomer.saw('the agent planned the fix and proposed it');
    newcomer.countersign(['show', change!.id]);
    newcomer.countersign(['approve', change!.id, '--key', 'bob', '--as', 'bob', '--confirm', STACK]);
    const executed = newcomer.countersign(['--sandbox', 'execute', change!.id]);
    must(/succeeded/.test(executed), `an execution that succeeded: ${executed}`);
    newcomer.saw('**first signed execution**');
    must(/ok|whole|verif/i.test(newcomer.countersign(['audit', 'verify'])), 'a ledger that verifies');
    newcomer.saw('`audit verify`');
    return newcomer.seen;
  } finally {
    newcomer.close();
  }
}

/** Without any client: the starter cases that `init` writes, and one of the whole road in the simulated cloud. */
function byPolicyTest(): string[] {
  const newcomer = new Newcomer('`policy test` alone');
  try {
    newcomer.install();
    writeFileSync(
      join(newcomer.project, 'countersign.policy.yaml'),
      `version: 1
accounts: { main: { id: "123456789012", regions: [eu-west-1] } }
scopes: [{ account: main, stacks: ["*"], environment: production, execute: by_command }]
people: { ann: { roles: [dev] }, bob: { roles: [sre], keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILgeKYgLF3O0uA5HYXic49R6JCRLLvhWLG4Q7Tr2LTXM"] } }
`,
    );
    writeFileSync(
      join(newcomer.project, 'first.countersign-test.yaml'),
      `sponsor: ann
cases:
  - name: an agent may not delete production
    calls: [{ tool: plan_stack_delete, input: { stack: ${STACK} } }]
    expect: { decision: denied }
  - name: a fix is signed and carried out
    calls:
      - tool: plan_stack_update
        input: { stack: ${STACK}, set: [{ path: Resources.QueryFunction.Properties.MemorySize, value: 1024 }] }
        as: plan
      - { tool: propose_change, input: { plan_id: $plan.plan_id, goal: fix, reason: Queries run out of memory. } }
      - { approve: bob }
      - { execute: true }
    expect: { state: succeeded, mutating_calls: 1 }
`,
    );
    const told = newcomer.countersign(['policy', 'test', 'first.countersign-test.yaml']);
    must(/2 passed|2 of 2/.test(told), told);
    newcomer.saw('**first refused plan and first signed execution**, as two cases of `policy test`');
    return newcomer.seen;
  } finally {
    newcomer.close();
  }
}

const rows = [
  ...byPolicyTest(),
  ...(await withClient('claude', 'Claude Code')),
  ...(await withClient('codex', 'Codex')),
];
writeFileSync(
  join(source, 'docs/results/newcomer.md'),
  `# A newcomer’s first minutes

\`npm run campaign:newcomer\` at ${commit}, ${machine()}, the machine’s Node ${execFileSync('node', ['--version'], {
    encoding: 'utf8',
    env: { PATH: OWN_PATH },
  })
    .trim()
    .slice(
      1,
    )}: a fresh clone, an empty home and an empty npm cache; then the commands of the README and of docs/getting-started.md. The clients are real and were installed before; a stand-in answers for their model. Seconds since \`npm ci\` began; a person’s reading and typing is not in them.

| with | seconds | seen |
|---|---|---|
${rows.join('\n')}
`,
);
