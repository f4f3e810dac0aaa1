/**
 * `serve`: the MCP server over stdio. Nothing of the app is loaded, opened or taken before the first call.
 *
 * The build makes a bundle of its own of this file, so import no class of ours here: it would be another one there.
 */
import type { Config } from '../config.ts';
import type { Answers } from '../mcp/server.ts';
import { serveTools } from '../mcp/stdio.ts';
import { cardPage, listedTools } from './built.ts';

/** Waits end with the client; a plan that is being made has this long to be stored. */
const END_AFTER_MILLISECONDS = 5_000;

export function serve(config: Config, version: string, sandboxed: boolean): void {
  let loading: Promise<ReturnType<typeof import('./answer-calls.ts').createAnswers>> | undefined;
  const answers = () => {
    loading ??= import('./answer-calls.ts').then(({ createAnswers }) => createAnswers(config, sandboxed, version));
    return loading;
  };
  const answering: Answers = {
    call: async (name, input, origin) => (await answers()).call(name, input, origin),
    doctor: async (request) => (await answers()).doctor(request),
    card: async (answer) => (await answers()).card(answer),
    cardPage,
  };
  serveTools({ listed: listedTools, version, answers: answering }, config.reviewUrl);
  process.stdin.once('end', () => setTimeout(() => process.exit(), END_AFTER_MILLISECONDS).unref());
}
