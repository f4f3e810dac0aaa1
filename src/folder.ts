/**
 * A state folder as a command opens it: its ledger, and the changes in it. The policy, the tools and the cloud are joined
 * (`compose.ts`) when the command asks for them: who only looks loads none of them.
 */
import { z } from 'zod';
import type { App, AppOptions } from './compose.ts';
import { type Config, ledgerPlace } from './config.ts';
import { createChangeReader } from './core/change-reader.ts';
import type { Watching } from './core/observing.ts';
import type { ChangeReader } from './core/ports.ts';
import type { OpenLedger } from './ledger/ledger.ts';
import { openLedgerAt } from './ledger/open.ts';
import { areSeatsFilled } from './people/seats.ts';
import { knownFingerprint } from './secret.ts';

/** An `App` is one too. */
export interface StateFolder {
  config: Config;
  ledger: OpenLedger;
  changes: Pick<ChangeReader, 'find' | 'findIn' | 'plan' | 'picture' | 'list'>;
  /** Reads the policy, and joins everything. */
  whole(): Promise<App>;
}

/** Each shape is parsed once or twice: compiling its parser, which zod does for those made from here on, takes longer. */
export const parseWithoutCompiling = (): void => void z.config({ jitless: true });

/** @param sandboxed the simulated cloud in place of the real one. @param watching absent: nobody watches. */
export function openFolder(
  config: Config,
  { sandboxed, watching }: { sandboxed: boolean; watching?: Watching | undefined },
): StateFolder & { close(): void } {
  const now = () => new Date();
  const opened = openLedgerAt(ledgerPlace(config), now, () => knownFingerprint(config.home));
  const ledger = watching?.ledger(opened, (changeId) => changes.find(changeId)) ?? opened;
  let app: Promise<App> | undefined;
  let store: NonNullable<AppOptions['sandbox']>['store'] | undefined;
  const join = async (): Promise<App> => {
    const { createApp, openSandbox } = await import('./compose.ts');
    const sandbox = sandboxed ? await openSandbox(config.home) : undefined;
    store = sandbox?.store;
    return createApp(config, { openLedger: () => opened, watching, ...(sandbox ? { sandbox } : {}) });
  };
  const changes = createChangeReader({
    ledger,
    isFilled: areSeatsFilled,
    signersNow: async (view) => (await import('./policy/directory.ts')).signersIn(view),
    completePlan: async (earlier) => (await import('./providers/index.ts')).providerRules.completePlan(earlier),
    now,
  });
  return {
    config,
    ledger,
    changes,
    whole() {
      app ??= join();
      return app;
    },
    close() {
      ledger.close();
      store?.close();
    },
  };
}
