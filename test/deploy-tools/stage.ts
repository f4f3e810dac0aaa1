/** A world whose cloud is also at an HTTP endpoint, and the tools that work at it. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { approve } from '../../src/cli/approve.ts';
import type { App } from '../../src/compose.ts';
import { createSandbox, startSandboxServer } from '../../src/sandbox/cloud.ts';
import { openTestWorld, type TestWorld } from '../world.ts';

export const BUCKET = 'artifacts-of-main';
/** In the scope in which the policy lets stacks be created. */
export const STACK = 'shop-dev';

export interface Stage {
  world: TestWorld;
  /** With BUCKET among its template buckets; reads files below `folder`. */
  app: App;
  folder: string;
  /** @returns standard output. @throws with both outputs where the program fails. */
  run(program: string, args: string[]): Promise<string>;
  aws(...args: string[]): Promise<string>;
  /** @returns its path. */
  file(name: string, text: string): string;
  calls(): string[];
  /** Plans, proposes, signs with as many keys as are needed, and executes. */
  carryOut(tool: string, input: Record<string, unknown>): Promise<{ state: string; plan: Record<string, unknown> }>;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const world = await openTestWorld();
  const server = await startSandboxServer(createSandbox(world.store), 0);
  const folder = join(world.home, 'work');
  mkdirSync(folder);
  const app = await world.another({
    policy: world.policyText
      .replace('regions: [eu-west-1] }', `regions: [eu-west-1], template_buckets: [${BUCKET}] }`)
      .replace('environment: development,', 'environment: development, create: true,'),
    templateRoots: [folder],
  });
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: folder,
    CI: '1',
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    SLS_TELEMETRY_DISABLED: '1',
  };
  const run = async (program: string, args: string[]): Promise<string> => {
    const options = { cwd: folder, env, maxBuffer: 64_000_000 };
    const { stdout, stderr } = await promisify(execFile)(program, args, options).catch((error) => {
      throw new Error(`${args.slice(0, 3).join(' ')}: ${error.stdout}${error.stderr}`);
    });
    return `${stdout}${stderr}`;
  };
  return {
    world,
    app,
    folder,
    run,
    aws: (...args) => run('aws', args),
    file(name, text) {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
    calls: () => world.store.calls().map(({ service, operation }) => `${service}:${operation}`),
    async carryOut(tool, input) {
      const planned = await app.pipeline(tool, input);
      if (!planned.ok) throw new Error(JSON.stringify(planned.error));
      const asked = { plan_id: planned.content.plan_id, goal: 'deploy', reason: 'as prepared' };
      const proposed = await app.pipeline('propose_change', asked);
      if (!proposed.ok) throw new Error(JSON.stringify(proposed.error));
      const id = String(proposed.content.change_id);
      if (proposed.content.decision === 'denied') throw new Error(JSON.stringify(proposed.content.verdicts));
      for (const person of ['bob', 'carol']) {
        if ((await app.changes.find(id)).state !== 'pending') break;
        const key = world.keyOf(person);
        await approve(app, id, { decision: 'approve', key, as: person, confirm: String(input.stack) });
      }
      const { state } = await world.execute(id, app);
      return { state, plan: planned.content };
    },
    async close() {
      await server.close();
      world.close();
    },
  };
}
