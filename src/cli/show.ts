/** `show`: the change as the cloud computed it, worst first, for the person who is to sign. */
import { styleText } from 'node:util';
import type { App } from '../app.ts';
import { buildStatement } from '../approvals/statement.ts';
import { describeVerdicts } from '../core/answer.ts';
import { compareWorstFirst, effectName } from '../core/effect.ts';
import { CountersignError } from '../core/errors.ts';
import { makeVisibleLine } from '../core/render-safe.ts';

const COLOURS = { reversible: 'green', recoverable: 'yellow', irreversible: 'red', unknown: 'red' } as const;

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
      'Whose statement?',
      'Add --as NAME, the name of the person in the policy who will sign.',
    );
  return buildStatement(change, app.changes.plan(change.planId).plan, person, decision);
}

export function show(app: App, changeId: string): string {
  const change = app.changes.find(changeId);
  const { plan } = app.changes.plan(change.planId);
  const lines = [
    styleText('bold', `${change.id}  ${change.state}${change.explanation ? ` (${change.explanation})` : ''}`),
    `${change.target.kind} ${change.target.name} in ${change.target.account}/${change.target.region} · ${change.environment} · assurance ${change.assurance}`,
    `sponsor ${change.sponsor ?? 'nobody'} (claimed) · goal ${change.goal}`,
    `the agent's words: “${makeVisibleLine(change.reason)}”`,
    '',
    styleText('bold', `What it does (${plan.effects.length}), worst first`),
  ];
  for (const effect of [...plan.effects].sort(compareWorstFirst)) {
    lines.push(
      `  ${styleText(COLOURS[effect.reversibility], effect.reversibility.padEnd(12))} ${effect.kind.padEnd(9)} ${effectName(effect)}  ${effect.type}${effect.physicalId ? `  ${effect.physicalId}` : ''}${effect.interrupts === 'no' ? '' : `  interrupts: ${effect.interrupts}`}`,
    );
    lines.push(`               ${effect.why}`);
    for (const { path, before, after } of effect.properties)
      lines.push(`               ${path}: ${before ?? '–'} → ${after ?? '–'}`);
  }
  lines.push(
    '',
    styleText('bold', 'Calls that would be made'),
    ...plan.calls.map(
      ({ service, operation, input }) => `  ${service}:${operation} ${makeVisibleLine(JSON.stringify(input), 300)}`,
    ),
  );
  const verdicts = describeVerdicts(change.judgement);
  lines.push(
    '',
    styleText('bold', 'Guards'),
    ...(verdicts.length === 0
      ? ['  all passed']
      : verdicts.map(({ code, outcome, message }) => `  ${outcome.padEnd(5)} ${code}  ${message}`)),
  );
  const signed = change.approvals.map(({ person, decision, at }) => `${person} (${decision}, ${at})`);
  lines.push(
    '',
    `seats ${signed.length} of ${change.judgement.seats}${change.judgement.roles.length > 0 ? `, with ${change.judgement.roles.join(', ')}` : ''}: ${signed.join(', ') || 'none signed'}; excluded: ${change.excluded.join(', ') || 'nobody'}`,
  );
  lines.push(
    `digest ${change.digest}`,
    `approve by ${change.approveBy}${change.executeBy ? `, execute by ${change.executeBy}` : ''}`,
  );
  if (change.outcome)
    lines.push(`outcome ${change.outcome.state}: ${change.outcome.detail} (${change.outcome.credentials})`);
  if (change.state === 'pending')
    lines.push(
      '',
      `To sign: countersign approve ${change.id} --key ~/.ssh/id_ed25519     To refuse: countersign reject ${change.id} --key …`,
    );
  if (change.state === 'approved') lines.push('', `To execute: countersign execute ${change.id}`);
  return lines.join('\n');
}
