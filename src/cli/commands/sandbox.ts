import { CountersignError } from '../../core/errors.ts';
import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

/** The process lives for as long as its server listens. */
export const sandbox: Command<{ port: number; pace: number; seed?: string }> = {
  name: 'sandbox',
  summary: 'run the simulated cloud as an HTTP endpoint on loopback, for AWS_ENDPOINT_URL',
  options: [
    { flags: '--port <number>', summary: 'port; 0 for a free one', default: 4566, parse: portOf },
    { flags: '--pace <factor>', summary: 'multiplies simulated durations; 0 for none', default: 1, parse: paceOf },
    {
      flags: '--seed <path>',
      summary: 'contents of a new simulated cloud: a YAML file, or a folder with a world.yaml',
    },
    JSON_OPTION,
  ],
  arguments: [],
  async run({ config }, { port, pace, seed }) {
    const [{ openSandbox }, { startSandboxServer }] = await Promise.all([
      import('../../compose.ts'),
      import('../../sandbox/cloud.ts'),
    ]);
    const opened = await openSandbox(config.home, pace, seed);
    const { url } = await startSandboxServer(opened.sandbox, port).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new CountersignError(
        'INPUT_INVALID',
        `Port ${port} is in use.`,
        'Name another with --port; 0 is a free one.',
      );
    });
    const text = `The simulated cloud is at ${url} (region eu-west-1, any access key). Try:
AWS_ENDPOINT_URL=${url} AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox aws --region eu-west-1 cloudformation describe-stacks`;
    return { text, json: { url }, exit: EXIT.pass };
  },
};

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new Error('A port is a number from 0 to 65535.');
}

function paceOf(text: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  throw new Error('A pace is a number that is not negative, like 0 or 0.5.');
}
