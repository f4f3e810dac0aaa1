/** `demo`: the December 2025 story against the sandbox, told for a person; `--json` for a machine. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import Database from 'better-sqlite3';
import { type App, createApp, openSandbox } from '../compose.ts';
import type { Config } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import { verifyLedger } from '../ledger/open.ts';
import { LEDGER_FILE } from '../ledger/sqlite/database.ts';
import { adoptFirst } from '../policy/pin.ts';
import { SANDBOX_ACCOUNT } from '../sandbox/world.ts';
import { approve } from './approve.ts';
import { labelled } from './labelled.ts';

export interface DemoStep {
  step: string;
  tool?: string;
  decision?: string;
  code?: string;
  mutating_calls: number;
  planning_calls: number;
}
export interface DemoReport {
  steps: DemoStep[];
  change: { id: string; state: string; digest: string };
  ledger: { verified: boolean; tampered_copy_detected: boolean };
}

const STACK = 'cost-explorer-prod';
const VERDICTS_TOLD = 3;
const policyText = (keys: Record<'alice' | 'bob' | 'carol', string>) => `version: 1
accounts:
  prod: { id: "${SANDBOX_ACCOUNT}", regions: [eu-west-1] }
scopes:
  - { account: prod, stacks: ["cost-*-prod"], environment: production, execute: by_command }
people:
  alice: { signs_in_as: [alice@example.com], roles: [dev], keys: ["${keys.alice}"] }
  bob: { signs_in_as: [bob@example.com], roles: [sre], keys: ["${keys.bob}"] }
  carol: { signs_in_as: [carol@example.com], roles: [data], keys: ["${keys.carol}"] }
seats:
  production: { reversible: 1, recoverable: 2, irreversible: { seats: 2, include: [data] } }
`;

/** @param tell receives the story line by line, each at most `width` columns wide. */
export async function runDemo(base: Config, tell: (line: string) => void, width = 80): Promise<DemoReport> {
  const home = mkdtempSync(join(tmpdir(), 'countersign-demo-'));
  try {
    const keys = { alice: makeKey(home, 'alice'), bob: makeKey(home, 'bob'), carol: makeKey(home, 'carol') };
    const policyPath = join(home, 'countersign.policy.yaml');
    writeFileSync(policyPath, policyText(keys));
    const sandbox = await openSandbox(home, 1);
    const app = createApp(
      {
        ...base,
        home,
        policyPath,
        sponsor: 'alice',
        region: 'eu-west-1',
        endpointUrl: undefined,
        actsAs: ['demo'],
      },
      { sandbox },
    );
    await adoptFirst(app.ledger, app.policyFile!, ['demo']);
    try {
      return await tellStory(app, home, sandbox.store, { tell, width });
    } finally {
      app.close();
      sandbox.store.close();
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function makeKey(home: string, name: string): string {
  try {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(home, name)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } catch (cause) {
    throw new CountersignError(
      'CONFIG_SSH_KEYGEN_MISSING',
      'The demo signs with a real OpenSSH key, but ssh-keygen could not be started.',
      'Install OpenSSH 8.2 or newer.',
      { cause },
    );
  }
  return readFileSync(join(home, `${name}.pub`), 'utf8')
    .trim()
    .split(' ')
    .slice(0, 2)
    .join(' ');
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the story, told in its order.
async function tellStory(
  app: App,
  home: string,
  store: { calls(): { class: string }[] },
  { tell, width }: { tell(line: string): void; width: number },
): Promise<DemoReport> {
  const say = (label: string, indent: number, text: string) => {
    for (const line of labelled(label, indent, text, width)) tell(line);
  };
  const steps: DemoStep[] = [];
  let seen = 0;
  const record = (step: Omit<DemoStep, 'mutating_calls' | 'planning_calls'>): DemoStep => {
    const calls = store.calls().slice(seen);
    seen += calls.length;
    const counted = {
      ...step,
      mutating_calls: calls.filter((call) => call.class === 'write').length,
      planning_calls: calls.filter((call) => call.class === 'plan').length,
    };
    steps.push(counted);
    tell(
      styleText(
        'dim',
        `     calls that reached the cloud: ${counted.planning_calls} planning, ${counted.mutating_calls} changing`,
      ),
    );
    return counted;
  };
  const ask = async (step: string, tool: string, input: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const answer = await app.pipeline(tool, input);
    const content: Record<string, unknown> = answer.ok
      ? answer.content
      : { code: answer.error.code, message: answer.error.message };
    const verdicts = (content.verdicts ?? []) as {
      code: string;
      outcome: string;
      message: string;
      remedy?: string;
    }[];
    const code = (content.code as string | undefined) ?? verdicts.find(({ outcome }) => outcome === 'deny')?.code;
    say(`  ${styleText('cyan', 'agent')} calls `, 14, `${tool} ${JSON.stringify(input).replaceAll('",', '", ')}`);
    tell(`  ${styleText('bold', `countersign answers ${content.decision ?? content.code}`)}`);
    for (const { code: reason, outcome, message } of verdicts.slice(0, VERDICTS_TOLD))
      say(`     ${outcome} `, 10, `${reason}: ${message}`);
    const wayOn = verdicts.find(({ outcome, remedy }) => outcome === 'deny' && remedy)?.remedy;
    if (wayOn) for (const line of labelled('     ', 5, `would pass: ${wayOn}`, width)) tell(styleText('green', line));
    record({
      step,
      tool,
      ...(typeof content.decision === 'string' ? { decision: content.decision } : {}),
      ...(code ? { code } : {}),
    });
    return content;
  };
  const heading = (text: string) => {
    tell('');
    for (const line of labelled('', 0, text, width)) tell(styleText('bold', line));
  };

  heading(
    'December 2025. An agent that works for alice is asked for a small fix in the cost service, and decides to delete and recreate the service.',
  );
  const deletion = await ask('plan to delete', 'plan_stack_delete', { stack: STACK });
  await ask('propose to delete', 'propose_change', {
    plan_id: deletion.plan_id,
    goal: 'fix',
    reason: 'Recreate the environment from scratch to apply the fix.',
  });
  await ask('plan to recreate the table', 'plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.CostTable.Properties.TableName', value: 'costs-v2' }],
  });

  heading('Refused, with reasons and a remedy. The agent plans the fix in place instead.');
  const fix = await ask('plan in place', 'plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
  });
  const proposed = await ask('propose in place', 'propose_change', {
    plan_id: fix.plan_id,
    goal: 'fix',
    reason: 'Queries run out of memory; 1024 MB is enough.',
  });
  const changeId = String(proposed.change_id);
  await ask('wait', 'describe_change', { change_id: changeId });

  heading('The sponsor, alice, tries to sign the change of her own agent.');
  const own = await refusalOf(async () =>
    approve(app, changeId, {
      decision: 'approve',
      key: join(home, 'alice'),
      confirm: (await app.changes.find(changeId)).target.name,
    }),
  );
  tell(`  ${styleText('bold', `countersign answers ${own}`)}`);
  record({ step: "the sponsor's signature", code: own });

  heading('bob reads the plan and signs it, with an OpenSSH key that the agent cannot use.');
  const approved = await approve(app, changeId, {
    decision: 'approve',
    key: join(home, 'bob'),
    confirm: (await app.changes.find(changeId)).target.name,
  });
  tell(`  the change is ${styleText('bold', approved.state)}`);
  record({ step: 'a second person signs', decision: approved.state });

  heading('The executor runs exactly the signed call, after a live re-check.');
  const executed = await app.executor.run(changeId, (text) => tell(`     ${text}`));
  tell(`  the change has ${styleText('bold', executed.state)}`);
  record({ step: 'execute', decision: executed.state });

  heading('The ledger.');
  const verified = (await verifyLedger(home)).ok;
  say(
    '  ',
    2,
    `The ledger ${verified ? 'verifies' : 'does NOT verify'}. In a copy, the first refusal was changed into a pass. Verifying the copy finds:`,
  );
  const tampered = await tamperedCopy(home);
  say('     ', 5, tampered.message);
  return {
    steps,
    change: { id: executed.id, state: executed.state, digest: executed.digest },
    ledger: { verified, tampered_copy_detected: tampered.detected },
  };
}

async function refusalOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return 'NOTHING_REFUSED';
  } catch (error) {
    if (error instanceof CountersignError) return error.code;
    throw error;
  }
}

async function tamperedCopy(home: string): Promise<{ detected: boolean; message: string }> {
  const copy = mkdtempSync(join(tmpdir(), 'countersign-tampered-'));
  try {
    for (const suffix of ['', '-wal', '-shm'])
      cpSync(join(home, LEDGER_FILE + suffix), join(copy, LEDGER_FILE + suffix));
    const db = new Database(join(copy, LEDGER_FILE));
    db.prepare(
      'UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), \'"decision":"denied"\', \'"decision":"passed"\') AS BLOB) WHERE kind = \'change.proposed\' AND seq = (SELECT min(seq) FROM events WHERE kind = \'change.proposed\')',
    ).run();
    db.close();
    const result = await verifyLedger(copy);
    return {
      detected: !result.ok,
      message: result.ok ? 'nothing: the change was not noticed' : result.message,
    };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
