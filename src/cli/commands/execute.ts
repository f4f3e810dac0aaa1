import type { App } from '../../compose.ts';
import { makeVisible } from '../../core/render-safe.ts';
import { CHANGE_ARGUMENT, type Command, JSON_OPTION, type Result } from '../command.ts';
import { EXIT } from '../exit.ts';

export const execute: Command<{ change: string }> = {
  name: 'execute',
  summary: 'run exactly what was signed, after a live re-check',
  exits: { pass: 'it succeeded', failed: 'it did not, or an error' },
  slow: 'checking the live state',
  options: [JSON_OPTION],
  arguments: [CHANGE_ARGUMENT],
  run: (context, { change }) =>
    context.withApp(async (app) => {
      const { changeIdOf } = await import('../ids.ts');
      return executed(app, await changeIdOf(app.ledger, change), (text) => {
        context.tell(text);
        context.progress(text);
      });
    }),
};

/** @param tell is given the progress. */
export async function executed(app: App, id: string, tell: (text: string) => void): Promise<Result> {
  const change = await app.executor.run(id, tell);
  const text = `${change.id} ${change.state}: ${change.outcome?.detail ?? ''} (credentials: ${change.outcome?.credentials})`;
  const differs = change.differs.map((one) => `\n  differs from what was signed: ${one}`).join('');
  return {
    text: makeVisible(text + differs, Number.POSITIVE_INFINITY),
    json: change,
    exit: change.state === 'succeeded' ? EXIT.pass : EXIT.failed,
  };
}
