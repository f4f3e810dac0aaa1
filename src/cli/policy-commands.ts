/** The commands below `policy`: each loads what it needs only when it runs. */
import type { Command } from 'commander';
import type { App } from '../compose.ts';
import type { Config } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import type { Adoption } from '../policy/adopt.ts';

export interface CommandLine {
  config(): Config;
  print(text: string): void;
  printJson(value: unknown): void;
  withApp<T>(run: (app: App) => Promise<T> | T, settings?: Config): Promise<T>;
  exit: Record<'pass' | 'failed' | 'differs' | 'needs_approval', number>;
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a list of commands.
export function addPolicyCommands(program: Command, { config, print, printJson, withApp, exit }: CommandLine): void {
  const requiredPolicy = (): string => {
    const { policyPath } = config();
    if (policyPath) return policyPath;
    throw new CountersignError('CONFIG_NO_POLICY', 'No policy given.', 'Name it with --policy or COUNTERSIGN_POLICY.');
  };

  const policy = program.command('policy').description('the policy file');
  policy
    .command('check')
    .description('read the policy strictly; errors and warnings with line and column')
    .option('--strict', 'warnings are errors')
    .option('--json', 'as JSON')
    .action(async ({ strict = false, json }: { strict?: boolean; json?: boolean }) => {
      const path = requiredPolicy();
      const { checkPolicyFile, checkText, isAccepted } = await import('./policy-check.ts');
      const report = await checkPolicyFile(path);
      if (json) printJson(report);
      else print(checkText(report));
      process.exitCode = isAccepted(report, strict) ? exit.pass : exit.failed;
    });
  policy
    .command('explain <id|file>')
    .description(
      'show each guard’s verdict, the facts and policy lines behind it, and the smallest change that would pass',
    )
    .option('--goal <goal>', 'judge as if it were proposed with this goal')
    .option('--json', 'as JSON')
    .action(async (subject: string, { json, ...options }: { goal?: string; json?: boolean }) => {
      const { explainPolicy, explainText } = await import('./policy-explain.ts');
      const report = await explainPolicy(subject, { ...config(), ...options });
      if (json) printJson(report);
      else print(explainText(report, process.stdout.columns));
    });
  policy
    .command('replay')
    .description(
      're-evaluate past plans and changes under the policy that --policy names (exit 0 no difference, 6 a difference)',
    )
    .option('--since <time>', 'a day, or like 30d', '30d')
    .option('--observed', 'instead: what guards and rules in observe mode would have done')
    .option('--json', 'as JSON')
    .action(async ({ json, ...options }: { since: string; observed?: boolean; json?: boolean }) => {
      const { replayPolicy, replayText } = await import('./policy-replay.ts');
      const tell = (text: string) => void process.stderr.write(`${text}\n`);
      const report = await replayPolicy(config().home, requiredPolicy(), options, tell);
      if (json) printJson(report);
      else print(replayText(report, process.stdout.columns));
      process.exitCode =
        report.unreadable.length > 0 ? exit.failed : report.differences.length > 0 ? exit.differs : exit.pass;
    });
  policy
    .command('schema')
    .description('the JSON Schema of the policy file')
    .option('--cedar', 'the Cedar schema of its rules instead')
    .action(async ({ cedar = false }: { cedar?: boolean }) => {
      const { policySchemaText } = await import('./policy-schema.ts');
      process.stdout.write(policySchemaText({ cedar }));
    });
  policy
    .command('test [files...]')
    .description('run the policy’s own cases in the simulated cloud (default: *.countersign-test.yaml beside it)')
    .option('--junit <file>', 'also write the results as JUnit XML')
    .option('--json', 'as JSON')
    .action(async (files: string[], { junit, json }: { junit?: string; json?: boolean }) => {
      const { policyTest, resultText } = await import('./policy-test.ts');
      const results = await policyTest({ files, policy: config().policyPath, junit });
      if (json) printJson(results);
      else print(resultText(results));
      process.exitCode = results.every(({ passed }) => passed) ? exit.pass : exit.failed;
    });
  addAdoption(policy, { withApp, print, printJson, exit });
}

type AdoptionOptions = { key?: string; signature?: string; statement?: boolean; json?: boolean };

function addAdoption(policy: Command, { withApp, print, printJson, exit }: Omit<CommandLine, 'config'>): void {
  const keyOptions = (command: Command) =>
    command
      .option('--key <file>', 'private key, or public key whose private half an agent or security key holds')
      .option('--signature <file>', 'an armored signature made elsewhere; - for standard input')
      .option('--json', 'as JSON');
  const finish = (adoption: Adoption, json: boolean | undefined) => {
    if (json) printJson(adoption);
    process.exitCode = adoption.state === 'adopted' ? exit.pass : exit.needs_approval;
  };
  keyOptions(
    policy
      .command('adopt')
      .description(
        'put the policy that --policy names in force here; each later policy needs signatures under the current one (exit 0 adopted, 3 signatures are missing)',
      ),
  ).action(({ json, ...options }: AdoptionOptions) =>
    withApp(async (app) => {
      const { adoptPolicy } = await import('./policy-adopt.ts');
      finish(await adoptPolicy(app, options, json ? () => undefined : print), json);
    }),
  );
  keyOptions(
    policy
      .command('sign')
      .description('show and sign the proposed policy; the last signature puts it in force')
      .option('--statement', 'only the exact bytes to sign (ssh-keygen -Y sign -n countersign-policy@v1)'),
  ).action(({ json, statement, ...options }: AdoptionOptions) =>
    withApp(async (app) => {
      const { signProposal, told } = await import('./policy-adopt.ts');
      if (statement) {
        const { toSign } = await import('../policy/adopt.ts');
        process.stdout.write((await toSign(app.ledger)).statement);
        return;
      }
      const adoption = await signProposal(app, options, json ? () => undefined : print);
      if (!json) print(told(app, adoption));
      finish(adoption, json);
    }),
  );
}
