/** Signs of life of a call that takes longer, for a client that gave a token: many wait on only while they get one. */
import type { ServerContext } from '@modelcontextprotocol/server';

const FIRST_AFTER_MILLISECONDS = 1_000;
const EVERY_MILLISECONDS = 5_000;

/** @returns stops it: nothing is told of a call that was answered. */
export function tellProgress({ _meta, notify }: ServerContext['mcpReq'], tool: string): () => void {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  const started = Date.now();
  let timer = setTimeout(tell, FIRST_AFTER_MILLISECONDS);
  function tell(): void {
    const seconds = Math.round((Date.now() - started) / 1000);
    notify({
      method: 'notifications/progress',
      params: { progressToken, progress: seconds, message: `${tool}: ${seconds} s` },
    }).catch(() => undefined);
    timer = setTimeout(tell, EVERY_MILLISECONDS);
  }
  return () => clearTimeout(timer);
}
