/** `reconcile` and `close`: the commands for a change whose outcome is not known. */
import type { Command } from 'commander';
import type { App } from '../compose.ts';

export interface OutcomeCommandPorts {
  printJson(value: unknown): void;
  /** Text that holds others' words. */
  say(text: string): void;
  withApp(run: (app: App) => Promise<void>): Promise<void>;
  exit: { pass: number; failed: number };
}

export function addOutcomeCommands(program: Command, ports: OutcomeCommandPorts): void {
  const { printJson, say, withApp, exit } = ports;
  program
    .command('reconcile <change>')
    .description('look for what became of a change of unknown outcome, and record it; changes nothing in the cloud')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExit: 0 the outcome is known, 1 it is not.')
    .action((id: string, { json }: { json?: boolean }) =>
      withApp(async (app) => {
        const { reconciled } = await import('./close.ts');
        const { change, saw } = await app.executor.reconcile(id);
        if (json) printJson({ change, saw });
        else say(reconciled(change, saw));
        process.exitCode = change.state === 'unknown' || change.state === 'executing' ? exit.failed : exit.pass;
      }),
    );
  program
    .command('close <change>')
    .description('sign off a change of unknown outcome that you have looked into; its target is free then')
    .requiredOption('--reason <text>', 'what you found')
    .option('--as <person>', 'who you are in the policy (default: who is signed in here)')
    .option('--json', 'as JSON')
    .action((id: string, { json, ...options }: { reason: string; as?: string; json?: boolean }) =>
      withApp(async (app) => {
        const { closeChange } = await import('./close.ts');
        const change = await closeChange(app, id, options);
        if (json) printJson(change);
        else say(`${change.id} ${change.state}: ${change.explanation}`);
      }),
    );
}
