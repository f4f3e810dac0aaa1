/** `show`: the change as the cloud computed it, worst first, for the person who is to sign. */
import { styleText } from 'node:util';
import { buildStatement } from '../approvals/statement.ts';
import type { App } from '../compose.ts';
import type { Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import type { Target } from '../core/plan.ts';
import { changePage } from '../render/change-page.ts';
import { layOut, type Section, type Tone } from '../render/layout.ts';
import type { Subject } from '../render/subject.ts';

/** Without a terminal: what most are as wide as. */
const USUAL_WIDTH = 80;

export function showStatement(
  app: App,
  changeId: string,
  person: string | undefined,
  decision: 'approve' | 'reject',
): string {
  const change = app.changes.find(changeId);
  if (!person)
    throw new CountersignError(
      'INPUT_INVALID',
      'No person given.',
      'Add --as NAME, the name of the person in the policy who will sign.',
    );
  return buildStatement(change, app.changes.plan(change.planId).plan, person, decision);
}

/** A change with all that is told of it. */
export function subjectOf(app: App, changeId: string, now = new Date()): Subject {
  const change = app.changes.find(changeId);
  const { plan } = app.changes.plan(change.planId);
  const knownAccounts = Object.values(app.policyFile?.file.accounts ?? {}).map(({ id }) => id);
  return { change, plan, picture: app.changes.picture(plan), knownAccounts, now };
}

export function show(app: App, changeId: string, width?: number): string {
  return renderChange(subjectOf(app, changeId), width);
}

export function renderChange(subject: Subject, width = process.stdout.columns ?? USUAL_WIDTH): string {
  return layOut([...changePage(subject), ...whatNow(subject.change)], width, paint).join('\n');
}

const STYLES = { strong: 'bold', good: 'green', warn: 'yellow', bad: 'red', quiet: 'dim' } as const;
const paint = (tone: Tone, text: string): string => (tone === 'plain' ? text : styleText(STYLES[tone], text));

function whatNow({ id, state, abandoned, target }: Change): Section[] {
  const rows = (...texts: string[]) => texts.map((text) => ({ indent: 2, text }));
  if (state === 'approved') return [{ title: 'TO EXECUTE', rows: rows(`countersign execute ${id}`) }];
  if (state === 'unknown' || abandoned)
    return [{ title: 'THE OUTCOME IS NOT KNOWN', rows: rows(...lookThere(target)) }];
  if (state !== 'pending') return [];
  return [
    { title: 'TO SIGN', rows: rows(`countersign approve ${id} --key ~/.ssh/id_ed25519`) },
    { title: 'TO REFUSE', rows: rows(`countersign reject ${id} --key ~/.ssh/id_ed25519`) },
  ];
}

/** Of a change whose outcome is not known. */
function lookThere({ kind, name, ids, region }: Target): string[] {
  const command =
    kind === 'stack'
      ? `aws cloudformation describe-stack-events --stack-name ${name} --region ${region}`
      : ids.every((one) => one.startsWith('i-'))
        ? `aws ec2 describe-instances --instance-ids ${ids.join(' ')} --region ${region}`
        : `what EC2 shows of ${ids.join(', ')} in ${region}`;
  return [
    'Do not repeat it, here or by other means: it may have happened. Look at what is there:',
    command,
    'Nothing else is executed on this target until then; what is missing is planned anew, from what is there.',
  ];
}
