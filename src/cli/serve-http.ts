/** `serve --http`: the MCP server of a team, for the agents of many people, until it is stopped. */
import { tools } from '../../tools/index.ts';
import type { Config } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import { createDoor } from '../http/door.ts';
import { listenAt } from '../http/listen.ts';
import { watchReadiness } from '../http/readiness.ts';
import { httpSettings, type Told } from '../http/settings.ts';
import { createTokens } from '../http/tokens.ts';
import { createTurns } from '../http/turns.ts';
import { answersOverHttp } from '../mcp/http.ts';
import { createAnswers } from './answer-calls.ts';
import { cardPage, listedTools } from './built.ts';
import { createOperatorLog } from './operator-log.ts';

/** More than a call may take, and less than what starts services waits before it kills one (systemd: 90 s). */
const STOPS_WITHIN_MILLISECONDS = 70_000;
const LOOKS_EVERY_MILLISECONDS = 200;
const PROPOSING: ReadonlySet<unknown> = new Set(
  tools.filter(({ effect }) => effect === 'propose').map(({ name }) => name),
);

export interface ServeHttp {
  config: Config;
  version: string;
  sandboxed: boolean;
  told: Told;
  /** Resolves when the server is to stop. */
  stopped: Promise<void>;
}

/** @throws CountersignError when it cannot begin: no policy that can be read, an address in use. */
export async function serveHttp({ config, version, sandboxed, told, stopped }: ServeHttp): Promise<void> {
  const settings = httpSettings(told);
  const log = createOperatorLog(config.logLevel);
  // SECURITY: the folder in which a service starts is no project of whoever calls it.
  const answers = createAnswers({ ...config, templateRoots: config.namedTemplateRoots }, sandboxed, version, false);
  const app = await answers.current();
  const pinned = app.policyFile?.file.sign_in?.issuer;
  if (pinned !== undefined && pinned !== settings.issuer)
    throw new CountersignError(
      'CONFIG_INVALID',
      `The policy names the identity provider ${pinned}, and --issuer names another.`,
      'Name that one with --issuer, or change sign_in in the policy.',
    );
  const { call, card } = answers;
  const mcp = answersOverHttp(
    { listed: listedTools, version, answers: { call, card, cardPage } },
    Buffer.from(app.keyOf('the state that clients hand back over HTTP')),
    (error) => log.debug({ error: String((error as Error)?.message ?? error).slice(0, 300) }, 'a request was refused'),
  );
  const tokens = createTokens(settings);
  const turns = createTurns();
  const readiness = watchReadiness(async () => {
    // A policy that cannot be read is told by each call.
    const now = await answers.current().catch(() => undefined);
    await now?.ledger.ready();
  });
  let isStopping = false;
  const door = createDoor({
    ...settings,
    tokens,
    turns,
    answer: mcp.answer,
    proposes: (tool) => PROPOSING.has(tool),
    ready: async () => {
      await answers.current();
      await tokens.ready();
    },
    readiness,
    isStopping: () => isStopping,
    log: (line) => log.info(line, 'refused'),
  });
  const listening = await listenAt(settings.address, (request) =>
    door(request).catch((error: unknown) => {
      log.error({ where: 'http', error: String((error as Error)?.stack ?? error) }, 'a defect');
      return new Response('This server failed.\n', { status: 500 });
    }),
  );
  log.info({ port: listening.port, resource: settings.resource, issuer: settings.issuer }, 'listening');
  await tokens.ready().catch(() => log.warn('the keys of the identity provider are not there yet'));

  await stopped;
  isStopping = true;
  log.info({ underWay: turns.held }, 'stopping');
  await listening.refuse();
  const until = Date.now() + STOPS_WITHIN_MILLISECONDS;
  while ((turns.held > 0 || (await answers.underWay()) > 0) && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MILLISECONDS));
  readiness.stop();
  await mcp.close();
  await listening.end();
  (await answers.current()).close();
}
