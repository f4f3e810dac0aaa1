import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const tell: Command<{ url?: string; off?: boolean }> = {
  name: 'tell',
  summary: 'tell people through a webhook (Slack-compatible, signed) what waits, was signed, and happened',
  afterHelp:
    'Messages hold no words of agents, no values, no links and no buttons. Each is signed as Standard Webhooks describes, with the key that this command prints once.',
  options: [JSON_OPTION, { flags: '--off', summary: 'tell no more' }],
  arguments: [
    { name: 'url', syntax: '[url]', summary: 'https address of the receiver; without it: send a test message' },
  ],
  async run({ config }, { url, off = false }) {
    const webhook = await import('../../tell/webhook.ts');
    if (off) {
      webhook.removeWebhook(config.home);
      return { text: 'People are no longer told.', json: { webhook: null }, exit: EXIT.pass };
    }
    const written = url === undefined ? null : webhook.writeWebhook(config.home, url);
    const to = written ?? webhook.webhookOf(config.home);
    const test = { id: `test/${Date.now()}`, text: 'Countersign will tell you here.', data: { event: 'test' } };
    const problem = await webhook.send(to, test).then(
      () => null,
      (error: Error) => error.message,
    );
    const lines = [
      ...(written ? [`Its key, for the receiver to verify with: ${written.secret}`] : []),
      problem === null ? 'A test message was sent.' : `The test message failed: ${problem}.`,
    ];
    const json = { sent: problem === null, problem, ...(written ? { secret: written.secret } : {}) };
    return { text: lines.join('\n'), json, exit: problem === null ? EXIT.pass : EXIT.failed };
  },
};
