import type { Report } from '../../ci/ports.ts';
import { GOALS } from '../../core/goals.ts';
import type { CiOptions } from '../ci.ts';
import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT, type Exit, exitOfError } from '../exit.ts';

function exitOf({ planned, change }: Report): Exit {
  if (change) return change.state === 'denied' ? EXIT.denied : EXIT.pass;
  if (!planned?.ok) return exitOfError(planned?.code ?? 'INTERNAL');
  return planned.content.decision === 'denied' ? EXIT.denied : EXIT.pass;
}

const port = (text: string): number => {
  if (/^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) <= 65_535) return Number(text);
  throw new Error('a port is a number from 1 to 65535');
};

/** What `action.yml` and the template of GitLab run. */
export const ci: Command<CiOptions> = {
  name: 'ci',
  summary: 'a step of GitHub Actions or GitLab CI: plan a pull request, propose it, follow its change',
  exits: { pass: 'planned, proposed or followed', denied: 'denied' },
  afterHelp:
    'From the environment: the token (GITHUB_TOKEN, COUNTERSIGN_GITLAB_TOKEN), COUNTERSIGN_SSH_KEY (the key of the person who started the job) and COUNTERSIGN_SSH_KNOWN_HOSTS.',
  options: [
    JSON_OPTION,
    { flags: '--stack <name>', summary: 'the stack' },
    { flags: '--template <path>', summary: 'its template, by its path in the repository' },
    { flags: '--workspace <name>', summary: 'in their place: a workspace of the policy, at the commit of the request' },
    { flags: '--plan-file <file>', summary: 'of that workspace: the plan that this job made', completes: 'file' },
    { flags: '--parameters <json>', summary: 'parameters of the stack, as a JSON object' },
    { flags: '--region <region>', summary: 'region of the stack' },
    { flags: '--account <alias>', summary: 'account of the stack, as the policy names it' },
    { flags: '--goal <goal>', summary: 'the goal of a proposal', choices: GOALS, default: 'deploy' },
    { flags: '--label <label>', summary: 'the label that proposes', default: 'countersign' },
    { flags: '--propose', summary: 'propose (in a pipeline of a protected branch of GitLab)' },
    { flags: '--ssh <user@host>', summary: 'where the state is; without it, this job only plans' },
    { flags: '--ssh-port <port>', summary: 'port of that host', default: 22, parse: port },
    { flags: '--reviewers-host <name>', summary: 'how reviewers name that host for ssh', default: 'guard' },
    { flags: '--author <login>', summary: 'who writes with the token', default: 'github-actions[bot]' },
    {
      flags: '--out <file>',
      summary: 'where everything is written (default: a file of the runner’s temporary folder)',
    },
  ],
  arguments: [],
  async run(context, options) {
    const [{ ci: run }, { statusOf }] = await Promise.all([import('../ci.ts'), import('../../ci/comment.ts')]);
    const { reports, said } = await run(context, options);
    const told = reports.map((report) => {
      const [, text] = statusOf(report, { label: options.label });
      return `${options.workspace || options.stack} at ${report.request.head.slice(0, 12)}: ${text}`;
    });
    const exits = reports.map(exitOf);
    const exit = exits.find((one) => one !== EXIT.pass) ?? EXIT.pass;
    const json = reports.map(({ request, planned, change, isDeployed, notes }) => ({
      request,
      planned,
      change,
      is_deployed: isDeployed,
      notes,
    }));
    return { text: [...told, ...said].join('\n'), json, exit };
  },
};
