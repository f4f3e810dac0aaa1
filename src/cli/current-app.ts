/** The app of a server, under the policy as it is now. */
import { type App, createApp, openSandbox } from '../compose.ts';
import type { Config } from '../config.ts';
import { policyStamp } from '../policy/stamp.ts';

export interface CurrentApp {
  /** @throws CountersignError */
  current(): Promise<App>;
  /** As it was opened last; undefined: it is not open. */
  readonly opened: App | undefined;
  /** The next call opens it anew. */
  forget(): void;
}
export interface Opening {
  config: Config;
  version: string;
  sandboxed: boolean;
  logDefect(error: unknown, where: string): void;
  /** Others end this process, with a signal: what is untold then is told first. Absent: it ends by itself. */
  isEnded?: boolean;
}

/** Longer than a plan is made that was answered with `planning`: what was begun under the policy before ends with it. */
const CLOSES_AFTER_MILLISECONDS = 15 * 60_000;
const retire = (app: App): void => void setTimeout(() => app.close(), CLOSES_AFTER_MILLISECONDS).unref();

/**
 * Opened by the first that asks; when that fails, for want of a readable policy, each later one tries anew. Each looks at
 * the policy's files again, and an edit opens the app anew: a call that is still at work ends with the policy that it
 * began with.
 */
export function createCurrentApp({ config, version, sandboxed, logDefect, isEnded = false }: Opening): CurrentApp {
  let sandbox: ReturnType<typeof openSandbox> | undefined;
  let opened: { app: App; stamp: string } | undefined;
  const open = async (): Promise<App> => {
    if (sandboxed) sandbox ??= openSandbox(config.home);
    const { policyPath } = config;
    const before = policyStamp(policyPath, null);
    const watching = await watchingHere();
    const app = createApp(config, { logDefect, watching, ...(sandbox ? { sandbox: await sandbox } : {}) });
    // An edit while it was read: the next call reads it again.
    const stamp = before === policyStamp(policyPath, null) ? policyStamp(policyPath, app.policyFile) : '';
    if (opened) retire(opened.app);
    opened = { app, stamp };
    return app;
  };
  const watchingHere = async () => {
    if (config.telemetry === undefined) return undefined;
    const { closeAtEnd, watchingOf } = await import('./watching.ts');
    const watching = await watchingOf(config.telemetry, version, (text) => void process.stderr.write(`${text}\n`));
    return closeAtEnd(watching, isEnded);
  };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    /** One after the other, so that calls that come together open one app. */
    current() {
      const next = turn.then(() =>
        opened && opened.stamp === policyStamp(config.policyPath, opened.app.policyFile) ? opened.app : open(),
      );
      turn = next.catch(() => undefined);
      return next;
    },
    get opened() {
      return opened?.app;
    },
    forget() {
      opened = undefined;
    },
  };
}
