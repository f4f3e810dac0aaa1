/** The comment that countersign-plan.yml writes: an answer of `countersign tool plan_*`, in Markdown. */

/** What comes from templates and AWS is shown as text: nothing in it can become a link, a mention or an image. */
const code = (text) => `\`${String(text).replaceAll('`', "'").replaceAll(/\s+/g, ' ')}\``;

const DECISIONS = {
  pass: 'passes',
  needs_approval: 'needs approval',
  denied: 'is denied',
  plan_only: 'is a plan only: this scope executes nothing',
  no_change: 'changes nothing',
  planning: 'is still being made',
};

/**
 * @param {Record<string, any>} answer content or error of a plan tool
 * @param {string} stack
 */
export function commentOf(answer, stack) {
  if (answer.decision === undefined)
    return [
      `### ${code(stack)} could not be planned`,
      '',
      code(answer.code),
      '',
      code(answer.message),
      '',
      code(answer.remedy),
    ].join('\n');
  const { decision, effects, verdicts = [], seats } = answer;
  const counts = Object.entries(effects?.counts ?? {}).map(([kind, count]) => `${count} ${kind}`);
  return [
    `### ${code(stack)} ${DECISIONS[decision] ?? decision}`,
    '',
    ...(counts.length > 0 ? [`${counts.join(', ')}; the worst is **${effects.worst}**.`, ''] : []),
    ...(effects?.items ?? []).map((item) => `- ${code(item)}`),
    ...(effects?.more ? [`- and ${effects.more} more`] : []),
    ...(verdicts.length > 0 ? ['', '| | guard | why |', '|---|---|---|'] : []),
    ...verdicts.map(
      ({ outcome, code: guard, message }) =>
        `| ${outcome} | ${code(guard)} | ${code(message).replaceAll('|', '\\|')} |`,
    ),
    ...(seats
      ? ['', `Seats: ${seats.needed}${seats.roles?.length ? `, with ${seats.roles.join(' and ')}` : ''}.`]
      : []),
  ].join('\n');
}
