/** Prompts: what a person picks in their client to start an agent on the road, or to have a refusal explained. */

interface Prompt {
  name: string;
  title: string;
  description: string;
  arguments: { name: string; description: string; required: boolean }[];
  /** @param given every required argument is in it. */
  text(given: Record<string, string>): string;
}

export const PROMPTS: readonly Prompt[] = [
  {
    name: 'safe-fix',
    title: 'Fix a stack in place',
    description: 'Plan and propose the smallest in-place change that fixes a problem; the approvers decide.',
    arguments: [
      { name: 'stack', description: 'name of the stack', required: true },
      { name: 'problem', description: 'what is wrong', required: true },
    ],
    text: ({ stack, problem }) => `Fix this in the stack “${stack}”, in place: ${problem}

1. describe_policy, then describe_stack with its resources, events and template. Report what you found before you plan a change.
2. Plan the smallest update that fixes the cause: plan_stack_update with \`set\`. Do not delete, recreate, rename or replace anything.
3. Read effects and verdicts. If an effect is irreversible, or a verdict denies, follow its remedy and plan again; if no remedy fits, stop and tell me.
4. propose_change with the true goal and a reason of one sentence. Then tell me the command in \`next\` for the approvers, and end your turn.`,
  },
  {
    name: 'explain-refusal',
    title: 'Explain a refusal',
    description: 'Explain in plain words why a plan or a change was refused, and which plan would pass.',
    arguments: [{ name: 'id', description: 'plan_… or chg_…', required: true }],
    text: ({ id }) => `Explain to me why ${id} was refused.

Read it (describe_plan for a plan, describe_change for a change) and describe_policy. For each verdict that denies: the effect that was stopped, the people or data it protects, and a plan that would pass instead. Take the reasons from the verdicts; do not guess. If there is a plan that reaches the same goal and passes, make that plan and show it to me; do not propose it. Do not argue with a refusal, and do not try other tools or credentials.`,
  },
];

/** The prompt's text, or what is missing. */
export function promptText(
  name: string,
  given: Record<string, string>,
): { description: string; text: string } | { problem: string } {
  const prompt = PROMPTS.find((one) => one.name === name);
  if (!prompt)
    return { problem: `There is no prompt ${name}. The prompts are: ${PROMPTS.map((one) => one.name).join(', ')}.` };
  const missing = prompt.arguments.filter((argument) => argument.required && !given[argument.name]);
  if (missing.length > 0) return { problem: `The prompt ${name} needs: ${missing.map((one) => one.name).join(', ')}.` };
  return { description: prompt.description, text: prompt.text(given) };
}
