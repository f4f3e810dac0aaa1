/**
 * The one comment about a pull request and a stack, and the status beside it: short, the worst first.
 *
 * SECURITY: the first line is ours alone, and every text of templates, clouds and agents is code.
 */
import { counted } from '../core/counted.ts';
import { block, cell, code } from './markdown.ts';
import type { Report, Settings, StatusState } from './ports.ts';

const EFFECTS_TOLD = 8;
const VERDICTS_TOLD = 6;

/** By which the comment is known again. @param stack a name of letters, digits and hyphens. */
export const markerOf = (stack: string): string => `<!-- countersign: ${stack} -->`;

const DECISIONS: Readonly<Record<string, string>> = {
  pass: 'passes the guards',
  needs_approval: 'needs approval',
  denied: 'is denied',
  plan_only: 'is planned only: the policy does not allow execution here',
  no_change: 'has nothing to change',
  planning: 'is still being planned',
};
const STATES: Readonly<Record<string, string>> = {
  pending: 'waits for approval',
  approved: 'is approved and waits for its execution',
  executing: 'is executing',
  succeeded: 'was executed',
  failed: 'failed',
  rolled_back: 'was rolled back',
  unknown: 'has an unknown outcome',
  rejected: 'was rejected',
  expired: 'has expired',
  stale: 'is stale: the stack or the policy has changed',
  withdrawn: 'was withdrawn',
  closed: 'was closed by a person',
  denied: 'is denied',
};

export function commentOf(report: Report, settings: Settings): string {
  const { planned, change, request, notes } = report;
  const error = planned && !planned.ok ? planned : undefined;
  return [
    markerOf(settings.stack),
    `### ${code(settings.stack)} ${headline(report)}`,
    '',
    `Commit ${code(request.head.slice(0, 12))}${change ? `, change ${code(change.change_id)}, sponsor ${code(change.sponsor ?? 'none')}` : ''}.`,
    ...notes.map((note) => `\n${note}`),
    ...(error ? ['', `${code(error.code)} ${code(error.message)}`, '', code(error.remedy)] : []),
    ...(planned?.ok ? planLines(planned.content) : []),
    ...(change ? changeLines(change, settings) : []),
    ...(planned?.ok && !change && settings.label !== '' ? nextLines(planned.content.decision, settings) : []),
    ...(settings.whereWhole ? ['', `Everything: ${settings.whereWhole}.`] : []),
  ].join('\n');
}

function headline({ planned, change, isDeployed }: Report): string {
  if (change) return isDeployed ? 'is deployed: signed and executed' : (STATES[String(change.state)] ?? 'has changed');
  if (planned?.ok) return DECISIONS[String(planned.content.decision)] ?? 'was planned';
  return 'could not be planned';
}

interface Effects {
  counts?: Record<string, number>;
  worst?: string;
  items?: string[];
  more?: number;
}
interface Verdict {
  outcome: string;
  code: string;
  message: string;
}

function planLines(content: Record<string, unknown>): string[] {
  const { counts = {}, worst, items = [], more = 0 } = (content.effects ?? {}) as Effects;
  const verdicts = (content.verdicts ?? []) as Verdict[];
  const sums = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  const rest = items.length - EFFECTS_TOLD + more;
  return [
    ...(sums.length > 0 ? ['', `${sums.join(', ')}; the worst is **${worst}**.`, ''] : []),
    ...items.slice(0, EFFECTS_TOLD).map((item) => `- ${code(item, 240)}`),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
    ...(verdicts.length > 0 ? ['', '| | guard | reason |', '|---|---|---|'] : []),
    ...verdicts
      .slice(0, VERDICTS_TOLD)
      .map(({ outcome, code: guard, message }) => `| ${cell(outcome)} | ${cell(guard)} | ${cell(message)} |`),
  ];
}

function changeLines(change: Record<string, unknown>, { reviewersHost: host }: Settings): string[] {
  const { change_id, state, seats, explanation, does } = change;
  // SECURITY: it stands in commands that people copy.
  const id = /^chg_[\da-f]{1,64}$/.test(String(change_id)) ? String(change_id) : 'ID';
  const { needed = 0, roles = [], filled_by = [] } = (seats ?? {}) as Seats;
  const lines = [
    '',
    ...(does ? [`${code(does)}`, ''] : []),
    ...(explanation ? [code(explanation), ''] : []),
    `Approvals: ${filled_by.length} of ${needed}${roles.length > 0 ? `, ${roles.map((role) => code(role)).join(' and ')} among them` : ''}${filled_by.length > 0 ? `; given by ${filled_by.map((one) => code(one)).join(', ')}` : ''}.`,
  ];
  if (state !== 'pending') return lines;
  return [
    ...lines,
    '',
    'To approve, on your own machine: read it, then sign it.',
    '',
    block([
      `ssh ${host} countersign show ${id} --bundle - > ${id}.bundle && countersign approve ${id}.bundle > ${id}.sig && ssh ${host} countersign approve ${id} --signature - < ${id}.sig`,
    ]),
    '<details><summary>Without Countersign installed</summary>',
    '',
    block([
      `ssh ${host} countersign show ${id}`,
      `ssh ${host} countersign show ${id} --statement | ssh-keygen -Y sign -q -n countersign-approval@v1 -f ~/.ssh/id_ed25519 | ssh ${host} countersign approve ${id} --signature -`,
    ]),
    '</details>',
  ];
}
interface Seats {
  needed?: number;
  roles?: string[];
  filled_by?: string[];
}

function nextLines(decision: unknown, { label }: Settings): string[] {
  return decision === 'pass' || decision === 'needs_approval'
    ? ['', `To propose it, add the label ${code(label)} to the pull request.`]
    : [];
}

const LONGEST_STATUS = 140;

/** Green only where the stack is as the template of this commit says. */
export function statusOf(
  { planned, change, isDeployed }: Report,
  { label }: Pick<Settings, 'label'>,
): [StatusState, string] {
  const [state, text] = stateOf();
  return [state, text.slice(0, LONGEST_STATUS)];
  function stateOf(): [StatusState, string] {
    if (change) {
      const id = String(change.change_id);
      if (isDeployed) return ['success', `${id} was signed and executed`];
      const { needed = 0, filled_by = [] } = (change.seats ?? {}) as Seats;
      const missing = needed - filled_by.length;
      const text = `${id} ${STATES[String(change.state)] ?? change.state}`;
      if (change.state === 'pending')
        return ['pending', `${text}: ${counted(missing, 'approval is', 'approvals are')} missing`];
      if (['failed', 'rolled_back', 'rejected', 'denied', 'closed'].includes(String(change.state)))
        return ['failure', text];
      return ['pending', text];
    }
    if (!planned?.ok) return ['error', planned ? `could not be planned: ${planned.code}` : 'could not be planned'];
    if (isDeployed) return ['success', 'nothing to change'];
    const { decision } = planned.content;
    const text = DECISIONS[String(decision)] ?? 'was planned';
    if (decision === 'denied') return ['failure', text];
    return ['pending', decision === 'plan_only' ? text : `${text}; add the label ${label} to propose it`];
  }
}
