/** The command entry: parses the command line, joins what a command needs, prints, and sets the exit code. */

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CLIENT_NAMES } from './cli/init-answers.ts';
import type { GivenAnswers } from './cli/init-questions.ts';
import { addOutcomeCommands } from './cli/outcome-commands.ts';
import { addPolicyCommands } from './cli/policy-commands.ts';
import type { App } from './compose.ts';
import { readConfig } from './config.ts';
import { ENVIRONMENTS } from './core/environment.ts';
import { CountersignError } from './core/errors.ts';
import { escapeInvisible, makeVisible } from './core/render-safe.ts';

declare const __VERSION__: string;
const VERSION = __VERSION__;
/** Scripts read these. */
const EXIT = { pass: 0, failed: 1, usage: 2, needs_approval: 3, denied: 4, plan_only: 5, differs: 6 } as const;

const program = new Command('countersign')
  .exitOverride()
  .configureOutput({ writeErr: (text) => complain(text.replace(/\n$/, '')) })
  .description(
    'AI agents describe, plan and propose changes to AWS; nothing happens until guards pass and the right people have signed.',
  )
  .version(VERSION)
  .option('--home <folder>', 'state folder (default: COUNTERSIGN_HOME or ~/.countersign)')
  .option('--policy <file>', 'policy file (default: COUNTERSIGN_POLICY)')
  .option('--sandbox', 'use the simulated cloud below --home instead of AWS');

const config = () => readConfig(program.opts<{ home?: string; policy?: string }>());
const print = (text: string): void => void process.stdout.write(`${text}\n`);
/** SECURITY: names and words of the cloud or of an agent are in it. */
const say = (text: string): void => print(makeVisible(text, Number.POSITIVE_INFINITY));
const printJson = (value: unknown): void => print(escapeInvisible(JSON.stringify(value, null, 2)));
const complain = (text: string): void => void process.stderr.write(`${makeVisible(text, Number.POSITIVE_INFINITY)}\n`);

async function withApp<T>(run: (app: App) => Promise<T> | T, settings = config()): Promise<T> {
  const { createApp, openSandbox } = await import('./compose.ts');
  const sandbox = program.opts<{ sandbox?: boolean }>().sandbox ? await openSandbox(settings.home) : undefined;
  const app = createApp(settings, sandbox ? { sandbox } : {});
  try {
    return await run(app);
  } finally {
    app.close();
    sandbox?.store.close();
  }
}

program
  .command('serve')
  .description('MCP server over stdio, for an agent')
  .action(async () => (await import('./cli/serve.ts')).serve(config(), VERSION, program.opts().sandbox === true));

program
  .command('demo')
  .description('the story of December 2025 against the simulated cloud, in half a minute')
  .option('--json', 'print the steps as JSON')
  .action(async ({ json }: { json?: boolean }) => {
    const { runDemo } = await import('./cli/demo.ts');
    const report = await runDemo(config(), json ? () => undefined : print);
    if (json) printJson(report);
    process.exitCode =
      report.change.state === 'succeeded' && report.ledger.verified && report.ledger.tampered_copy_detected
        ? EXIT.pass
        : EXIT.failed;
  });

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}
program
  .command('sandbox')
  .description('the simulated cloud as an HTTP endpoint on loopback, for AWS_ENDPOINT_URL')
  .addOption(new Option('--port <number>', 'port, 0 for a free one').default(4566).argParser(port))
  .option('--pace <factor>', 'multiplies simulated durations; 0 is at once', Number, 1)
  .option('--seed <path>', 'what a new world is filled from: a YAML file, or a folder with a world.yaml')
  .action(async ({ port, pace, seed }: { port: number; pace: number; seed?: string }) => {
    const [{ openSandbox }, { startSandboxServer }] = await Promise.all([
      import('./compose.ts'),
      import('./sandbox/cloud.ts'),
    ]);
    const { sandbox } = await openSandbox(config().home, pace, seed);
    const { url } = await startSandboxServer(sandbox, port).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new CountersignError(
        'INPUT_INVALID',
        `Port ${port} is in use.`,
        'Name another with --port; 0 is a free one.',
      );
    });
    print(
      `The simulated cloud is at ${url} (region eu-west-1, any access key). Try:
AWS_ENDPOINT_URL=${url} AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox aws --region eu-west-1 cloudformation describe-stacks`,
    );
  });

program
  .command('tool <name>')
  .description('one tool call through the same pipeline, for scripts and CI')
  .option('--input <file>', 'JSON input; - for standard input')
  .addHelpText(
    'after',
    '\nExit: 0 pass or nothing to change, 3 needs approval, 4 denied, 5 plan only, 1 an error, 2 wrong use.',
  )
  .action((name: string, { input }: { input?: string }) =>
    withApp(async (app) => {
      const answer = await app.pipeline(name, input === undefined ? {} : await readJson(input), {
        agent: 'countersign tool',
      });
      printJson(answer.ok ? answer.content : answer.error);
      process.exitCode = answer.ok ? exitCodeOf(answer.content.decision) : exitCodeOfError(answer.error.code);
    }),
  );

async function readJson(file: string): Promise<unknown> {
  try {
    const { givenText } = await import('./cli/given-text.ts');
    return JSON.parse(await givenText(file));
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    throw new CountersignError(
      'INPUT_INVALID',
      `--input ${file}: ${error instanceof Error ? error.message : 'it cannot be read'}.`,
      'Give a file with one JSON object, or - for standard input.',
    );
  }
}

/** A description decides nothing: it passes. */
const exitCodeOf = (decision: unknown): number =>
  ({ denied: EXIT.denied, plan_only: EXIT.plan_only, needs_approval: EXIT.needs_approval })[String(decision)] ??
  EXIT.pass;
/** A guard that refuses before planning denies too. */
const exitCodeOfError = (code: string): number => (code.startsWith('GUARD_') ? EXIT.denied : EXIT.failed);

program
  .command('changes')
  .description('changes, newest first')
  .option('--json', 'as JSON')
  .action(({ json }: { json?: boolean }) =>
    withApp(async (app) => {
      const { items } = await app.changes.list({ limit: 50 });
      if (json) {
        printJson(items);
        return;
      }
      for (const { id, state, target, goal, sponsor, judgement, approvals, explanation } of items) {
        const seats = `seats ${approvals.length}/${judgement.seats}`;
        const how = state === 'executing' ? `  ${explanation}` : '';
        say(`${id}  ${state.padEnd(10)} ${target.name}  ${goal}  for ${sponsor ?? 'nobody'}  ${seats}${how}`);
      }
      if (items.length === 0) print('No changes yet.');
    }),
  );

program
  .command('show <change>')
  .description('what a change would do, worst first')
  .option('--json', 'as JSON')
  .option('--statement', 'only the exact bytes to sign')
  .option('--as <person>', 'who will sign (with --statement)')
  .option('--reject', 'the statement of a rejection')
  .action(
    (
      id: string,
      { json, statement, as, reject }: { json?: boolean; statement?: boolean; as?: string; reject?: boolean },
    ) =>
      withApp(async (app) => {
        const { show, showJson, showStatement } = await import('./cli/show.ts');
        if (statement) process.stdout.write(await showStatement(app, id, as, reject ? 'reject' : 'approve'));
        else if (json) printJson(await showJson(app, id));
        else print(await show(app, id));
      }),
  );

for (const decision of ['approve', 'reject'] as const) {
  program
    .command(`${decision} <change>`)
    .description(`${decision} a change with your own OpenSSH key`)
    .option('--key <file>', 'private key, or public key whose private half an agent or security key holds')
    .option('--signature <file>', 'an armored signature made elsewhere; - for standard input')
    .option('--as <person>', 'who signs, when the key file does not tell')
    .option('--confirm <name>', 'the name of the stack or resources, where what is signed cannot be undone')
    .action((id: string, options: { key?: string; signature?: string; as?: string; confirm?: string }) =>
      withApp(async (app) => {
        const { approve, afterSigning, openTerminal } = await import('./cli/approve.ts');
        const terminal = openTerminal(print);
        const change = await approve(app, id, { decision, terminal, ...options });
        if ((await afterSigning(change, { print, terminal })) === 'execute') await execute(app, id);
      }),
    );
}

async function execute(app: App, id: string): Promise<void> {
  const change = await app.executor.run(id, print);
  say(`${change.id} ${change.state}: ${change.outcome?.detail ?? ''} (${change.outcome?.credentials})`);
  process.exitCode = change.state === 'succeeded' ? EXIT.pass : EXIT.failed;
}

program
  .command('execute <change>')
  .description('run exactly what was signed, after a live re-check')
  .action((id: string) => withApp((app) => execute(app, id)));

addOutcomeCommands(program, { printJson, say, withApp, exit: EXIT });

for (const [name, kind, text] of [
  ['halt', 'halted', 'stop everything: nothing is planned, proposed or executed'],
  ['resume', 'resumed', 'lift a halt'],
] as const) {
  program
    .command(name)
    .description(text)
    .action(async () => print(await (await import('./cli/halt.ts')).setHalt(config(), kind)));
}

const audit = program.command('audit').description('the ledger');
audit
  .command('verify')
  .description('recompute the whole ledger and name the first row that was changed, removed, inserted or re-ordered')
  .option('--checkpoint <file>', 'an older `audit checkpoint`, kept elsewhere: shows a ledger cut off or rewritten')
  .option('--json', 'as JSON')
  .action(async ({ json, checkpoint }: { json?: boolean; checkpoint?: string }) => {
    const { auditText, auditVerify } = await import('./cli/audit-verify.ts');
    const result = await auditVerify(config().home, checkpoint);
    if (json) printJson(result);
    else print(auditText(result));
    process.exitCode = result.ok ? EXIT.pass : EXIT.failed;
  });

audit
  .command('checkpoint')
  .description('print the head of the ledger as a C2SP tlog-checkpoint, to keep elsewhere')
  .action(() =>
    withApp(async ({ ledger }) => {
      const { formatCheckpoint } = await import('./ledger/checkpoint.ts');
      process.stdout.write(formatCheckpoint({ origin: ledger.origin, ...ledger.head() }));
    }),
  );

addPolicyCommands(program, { config, print, printJson, withApp, exit: EXIT });

program
  .command('init')
  .description('write a plan-only policy and the entry for your MCP client; asks at a terminal what no flag says')
  .addOption(new Option('--client <name>', 'which client').choices(CLIENT_NAMES))
  .addOption(new Option('--environment <name>', 'what this account is').choices(ENVIRONMENTS))
  .option('--person <name>', 'your name in the policy (default: your user name)')
  .action((given: GivenAnswers) =>
    withApp(
      async (app) => {
        const { init } = await import('./cli/init-questions.ts');
        const asks = process.stdin.isTTY === true && process.stdout.isTTY === true;
        await init(app, given, { asks, policyFile: config().policyPath ?? 'countersign.policy.yaml', tell: print });
      },
      // The policy is still to be written: there is none to read.
      { ...config(), policyPath: undefined },
    ),
  );

/** Who reads only the beginning (`| head`) closes the pipe; the rest is for nobody. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

/** A user's mistake is one clear message, never a stack trace. */
program.parseAsync().catch((error: unknown) => {
  // The parser has said on stderr what is wrong; asked for help or the version, nothing is.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.pass : EXIT.usage;
    return;
  }
  if (error instanceof CountersignError) complain(`${error.code}: ${error.message}\n${error.remedyForPeople}`);
  else complain(`INTERNAL: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = EXIT.failed;
});
