import { type Command, CURSOR_OPTION, JSON_OPTION, limitOption } from '../command.ts';
import { EXIT } from '../exit.ts';

export const plans: Command<{ since?: string; guard?: string; before?: number; limit?: number }> = {
  name: 'plans',
  summary: 'list what agents planned, newest first: for whom, what it would do, and which guards stopped it',
  afterHelp: 'To see why a plan is judged as it is: countersign policy explain PLAN',
  options: [
    { flags: '--since <time>', summary: 'only plans since a day like 2026-11-01, or for a duration like 30d' },
    { flags: '--guard <name>', summary: 'only plans that this guard stopped, by name or code', completes: 'guard' },
    CURSOR_OPTION,
    limitOption('plans on a page', 20, 200),
    JSON_OPTION,
  ],
  arguments: [],
  run: (context, { since, guard, before, limit = 20 }) =>
    context.withFolder(async (folder) => {
      const [{ guardNamed, plansAsked, plansText }, { sinceWhen }] = await Promise.all([
        import('../plans.ts'),
        import('../since.ts'),
      ]);
      const page = await plansAsked(folder, {
        limit,
        ...(since === undefined ? {} : { since: sinceWhen(since, new Date()) }),
        ...(guard === undefined ? {} : { guard: guardNamed(guard) }),
        ...(before === undefined ? {} : { before }),
      });
      return { text: plansText(page, context.width), json: page, exit: EXIT.pass, fits: true };
    }),
};
