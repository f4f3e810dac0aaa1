/** The one door of this room: loaded only where the environment asks for telemetry. */
import { CountersignError } from '../core/errors.ts';
import type { Watching } from '../core/observing.ts';
import { watchedLedger } from './ledger.ts';
import { watchedCloud, watchedExecutor, watchedPipeline, watchedPolicy } from './rooms.ts';
import { startSdk } from './sdk.ts';
import { telemetryOf } from './telemetry.ts';
import type { Watch } from './watch.ts';

export interface TelemetryPorts {
  version: string;
  /** OTEL_LOG_LEVEL is set: the SDK says by itself what fails. */
  saysMore: boolean;
  /** One line, for the operator. */
  complain(text: string): void;
}

/** A collector that does not answer holds no process longer. */
const CLOSES_WITHIN_MILLISECONDS = 3_000;

/** One for a process. @returns undefined when the SDK is not there: that is said, and the work goes on unwatched. */
export async function startWatching({ version, saysMore, complain }: TelemetryPorts): Promise<Watching | undefined> {
  try {
    const { api, sdk } = await startSdk();
    const say = onceSaying(complain);
    if (!saysMore) api.diag.setLogger({ error: say, warn: say, info: silent, debug: silent, verbose: silent });
    const late = () => new Promise<void>((resolve) => setTimeout(resolve, CLOSES_WITHIN_MILLISECONDS).unref());
    const close = async () => {
      let isClosed = false;
      const closed = sdk.shutdown().catch(say);
      await Promise.race([closed.then(() => (isClosed = true)), late().then(() => isClosed || say())]);
    };
    return watchingWith(telemetryOf(api, version, close));
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    complain(`${error.message} ${error.remedyForPeople}`);
    return undefined;
  }
}

const silent = () => undefined;
/** SECURITY: the SDK's words may hold the collector's address and headers. */
function onceSaying(complain: TelemetryPorts['complain']): () => void {
  let isSaid = false;
  return () => {
    if (!isSaid)
      complain('OpenTelemetry reports a problem, such as an export that failed. OTEL_LOG_LEVEL=warn shows what it is.');
    isSaid = true;
  };
}

export const watchingWith = (watch: Watch): Watching => ({
  during: watch.during,
  ledger: (ledger, find) => watchedLedger(ledger, watch, find),
  policy: (policy) => watchedPolicy(policy, watch),
  cloud: (cloud) => watchedCloud(cloud, watch),
  executor: (executor, ledger) => watchedExecutor(executor, watch, ledger),
  pipeline: (pipeline, tools) => watchedPipeline(pipeline, watch, tools),
  close: watch.close,
});
