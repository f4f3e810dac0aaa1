/**
 * Plans, proposes, withdraws and follows what one pull request would change.
 *
 * INVARIANT: nothing of the request but its number, its commit and the template's bytes gets into a call; of a workspace,
 * its files are read by that commit where the workspace is.
 * SECURITY: a request from a fork proposes nothing, and neither does a job whose definition its author can edit.
 */

import { changesOf, type KnownChange } from './known-changes.ts';
import { planOf, wholePlan } from './planned.ts';
import type { Answer, Forge, PullRequest, Report, Settings, StateServer } from './ports.ts';
import { ticketOf } from './ticket.ts';

/** `plan`: there is a new commit. `propose`: the label was added. `withdraw`: it was closed, or the label taken. */
export type Asked = 'plan' | 'propose' | 'withdraw' | 'follow';
export interface Sides {
  forge: Forge;
  server: StateServer;
  settings: Settings;
}

const OPEN = ['pending', 'approved'];
const LIVE = [...OPEN, 'executing', 'unknown', 'succeeded'];

/** @returns undefined: there is nothing to do or to tell. */
export async function attend(asked: Asked, request: PullRequest, sides: Sides): Promise<Report | undefined> {
  const known = sides.server.keepsState ? await changesOf(request, sides) : [];
  const current = known.find(({ isOfHead }) => isOfHead);
  if (asked === 'withdraw') return withdrawn(request, known, sides);
  if (asked === 'follow' && !current) return undefined;
  if (current && LIVE.includes(current.state)) return followed(request, current, sides);
  if (asked === 'follow' && current?.state !== 'expired' && current?.state !== 'stale')
    return followed(request, current!, sides);
  return afresh(asked, request, known, sides);
}

/** Planned, and proposed where that was asked for. */
async function afresh(
  asked: Asked,
  request: PullRequest,
  known: readonly KnownChange[],
  sides: Sides,
): Promise<Report> {
  const { server, settings } = sides;
  const notes = await withdrawOpen(known, sides);
  const ended = known.find(({ isOfHead, state }) => isOfHead && (state === 'expired' || state === 'stale'));
  if (ended) notes.push(`${ended.id} is ${ended.state}, so this was planned again.`);
  const planned = await planOf(request, sides);
  const report: Report = {
    request,
    planned,
    isDeployed: isNoChange(planned),
    notes,
    whole: await wholePlan(planned, server),
  };
  const refusal = asked === 'propose' ? whyNotProposed(request, planned, sides) : undefined;
  if (asked === 'propose' && refusal === undefined) return proposed(report, sides);
  // The label was for what is no longer there: added again, it proposes this.
  if (server.keepsState && request.labels.includes(settings.label)) await sides.forge.takeLabel(request);
  return refusal === undefined ? report : { ...report, notes: [...notes, refusal] };
}

function whyNotProposed(request: PullRequest, planned: Answer, { server, settings }: Sides): string | undefined {
  if (!server.keepsState) return 'Nothing was proposed: this job keeps no state. Give it a server behind ssh.';
  if (request.isFork) return 'Nothing was proposed: the commits are of a fork.';
  if (settings.mustNotPropose !== undefined) return `Nothing was proposed: ${settings.mustNotPropose}`;
  if (!planned.ok) return 'Nothing was proposed, because the plan failed.';
  const { decision } = planned.content;
  return decision === 'pass' || decision === 'needs_approval' ? undefined : 'There is nothing to propose.';
}

async function proposed(report: Report, { server, settings, forge }: Sides): Promise<Report> {
  const { request, planned } = report;
  const { plan_id } = planned!.ok ? planned!.content : {};
  const ticket = ticketOf(request, forge.mark);
  const reason = `${ticket.split('@')[0]} at commit ${request.head}`;
  const answer = await server.call('propose_change', { plan_id, goal: settings.goal, reason, ticket });
  if (!answer.ok) return { ...report, planned: answer };
  const id = String(answer.content.change_id);
  return { ...report, change: answer.content, whole: await server.show(id) };
}

/** How a change stands. That it was carried out is believed when nothing is left to change. */
async function followed(request: PullRequest, { id }: KnownChange, sides: Sides): Promise<Report> {
  const answer = await sides.server.call('describe_change', { change_id: id });
  if (!answer.ok) return { request, planned: answer, isDeployed: false, notes: [], whole: textOf(answer) };
  const report: Report = {
    request,
    change: answer.content,
    isDeployed: false,
    notes: [],
    whole: await sides.server.show(id),
  };
  if (answer.content.state !== 'succeeded') return report;
  const planned = await planOf(request, sides);
  if (isNoChange(planned)) return { ...report, isDeployed: true };
  const [target, wanted] =
    sides.settings.workspace === undefined ? ['stack', 'the template'] : ['workspace', 'the configuration'];
  const why = planned.ok
    ? `It was executed, and the ${target} still differs from ${wanted} of this commit.`
    : `It was executed; whether the ${target} is now as ${wanted} says could not be planned.`;
  return { ...report, notes: [why] };
}

async function withdrawn(
  request: PullRequest,
  known: readonly KnownChange[],
  sides: Sides,
): Promise<Report | undefined> {
  const [newest] = known;
  if (!newest) return undefined;
  // A request that was merged ends as what it is: people may still sign and execute it.
  const notes = request.isMerged ? [] : await withdrawOpen(known, sides, true);
  const report = await followed(request, newest, sides);
  return { ...report, notes: [...notes, ...report.notes] };
}

/** Open changes of earlier commits, and of this one where `all`. @returns what became of them. */
async function withdrawOpen(known: readonly KnownChange[], { server }: Sides, all = false): Promise<string[]> {
  const notes: string[] = [];
  for (const { id, state, isOfHead } of known) {
    if (!OPEN.includes(state) || (isOfHead && !all)) continue;
    const answer = await server.call('withdraw_change', { change_id: id });
    notes.push(
      answer.ok
        ? `${id}${isOfHead ? '' : ', of an earlier commit,'} was withdrawn.`
        : `${id} is still open: its sponsor can withdraw it, and an approver can reject it.`,
    );
  }
  return notes;
}

const isNoChange = (answer: Answer): boolean => answer.ok && answer.content.decision === 'no_change';
export const textOf = (answer: Answer): string =>
  answer.ok ? JSON.stringify(answer.content, null, 2) : `${answer.code}: ${answer.message} ${answer.remedy}`;
