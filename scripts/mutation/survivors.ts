/** Why each mutant that no test sees may live: by file, a part of its line, and where needed of what it became. */
export const survivors: readonly { file: string; line: string; to?: string; why: string }[] = [
  {
    file: 'guards/backup-first.ts',
    line: "Date.parse(recoveryPoint?.completedAt ?? '')",
    why: 'The same: neither text is a date.',
  },
  {
    file: 'guards/budget.ts',
    line: 'Object.entries(STANDARD).map(([name, caps])',
    why: 'Text: the description of an option in the schema.',
  },
  {
    file: 'guards/exposure.ts',
    line: 'public_ports.length ? [] : span(',
    why: 'The same: a shortcut. All ports (-1), and more ports than are listed, cannot all be listed; the long way says so too.',
  },
  {
    file: 'guards/exposure.ts',
    line: '.exec(range) ?? []',
    why: 'The same: without a match there is no prefix either way, and what has none counts as open.',
  },
  { file: 'guards/exposure.ts', line: '.default([])', why: 'The same: a text is no port, so that no port is listed.' },
  {
    file: 'guards/freeze.ts',
    line: 'worst.until >= each.until',
    to: 'worst.until > each.until',
    why: 'Text: which of two freezes that end together is named.',
  },
  {
    file: 'guards/freeze.ts',
    line: "status ?? ''",
    why: 'The same: neither is the status of an operation in progress.',
  },
  {
    file: 'guards/freeze.ts',
    line: '/_IN_PROGRESS$/',
    why: 'The same for every status that CloudFormation has: in all of them it stands at the end.',
  },
  {
    file: 'guards/labels.ts',
    line: '.default([])',
    why: 'The same unless a tag has the mutant’s own words for a name.',
  },
  {
    file: 'guards/change-set-only.ts',
    line: 'rowOf(call, allowed)?.prepared',
    why: 'Cannot be: a call without a row is refused before. The type wants the question mark.',
  },
  {
    file: 'guards/labels.ts',
    line: 'effect.tagKeys ?? []',
    why: 'The same unless a tag has the mutant’s own words for a name.',
  },
  {
    file: 'guards/recreate.ts',
    line: "(effect.kind === 'create' ? names(effect, 'after') : [])",
    why: 'The same unless something that was removed has the mutant’s own words for a name.',
  },
  {
    file: 'src/core/effect.ts',
    line: 'reversibilityRank(reversibility) > reversibilityRank(worst)',
    to: '>=',
    why: 'The same: no two words have one rank.',
  },
  {
    file: 'guards/ownership.ts',
    line: 'observed.resources ?? []',
    why: 'The same: what stands there has no owner and is the last that is looked at.',
  },
  {
    file: 'guards/ownership.ts',
    line: '(observed.instances ?? [])',
    why: 'Cannot be: instances are terminated with none observed. `scope` refuses ids that were not resolved.',
  },
  {
    file: 'guards/reach.ts',
    line: "environment === 'disposable'",
    why: 'The same: there are no seats for a disposable environment, and nothing is not more than 0.',
  },
  {
    file: 'guards/reach.ts',
    line: "there === 'out_of_scope' ? 0",
    why: 'The same: what is out of scope is refused before seats are counted.',
  },
  {
    file: 'guards/reach.ts',
    line: 'b.needed > a.needed',
    to: '>=',
    why: 'Text: which of two that need as many seats is named.',
  },
  ...["touches: ''", "text: ''", "there: ''"].map((line) => ({
    file: 'guards/reach.ts',
    line,
    why: 'Never shown: with no seats needed the guard passes.',
  })),
  {
    file: 'guards/recreate.ts',
    line: "names(effect, 'after') : []",
    why: 'The same: no resource that is lost has the mutant’s own words for a name.',
  },
  {
    file: 'guards/render.ts',
    line: 'isSuspicious(textsOf(effect))',
    why: 'The same: a shortcut. Looking at each field of a plain effect finds nothing.',
  },
  ...[
    "physicalId = ''",
    "size = ''",
    "''), true]",
    "?? '', true]",
    "before = '', after = ''",
    "principal = ''",
    "?? '', false]",
    "/gu, '')",
  ].map((line) => ({
    file: 'guards/render.ts',
    line,
    why: 'The same: the mutant’s words are plain Latin text, which hides nothing.',
  })),
  {
    file: 'guards/render.ts',
    line: 'path.replace(/^Tags',
    why: 'The same: `Tags.` is Latin; without it a path that mixes scripts mixes them still, `Properties.` stands before it.',
  },
  {
    file: 'guards/scope.ts',
    line: 'observed.resources ?? []',
    why: 'The same: what stands there has no id, and so resolves none.',
  },
  {
    file: 'src/core/call.ts',
    line: "const [step = '', ...path]",
    why: 'Cannot be: a text that is split has a first part. The type asks for it.',
  },
  {
    file: 'src/core/changes.ts',
    line: "find(changeId ?? '')",
    why: 'Cannot be: every `change.proposed` has the id of its change. The type asks for it.',
  },
  {
    file: 'src/core/effect.ts',
    line: 'reversibilityRank(reversibility) > reversibilityRank(worst)',
    to: '>=',
    why: 'The same: of two that are as bad it does not matter which is taken.',
  },
  {
    file: 'src/core/guard.ts',
    line: 'exceptions.length === 0) return plan',
    why: 'The same: a shortcut. Without exceptions no effect is taken out.',
  },
  {
    file: 'src/core/permit.ts',
    line: 'sessionRoles: readonly string[] = []',
    why: 'The same unless a role has the mutant’s own words for its ARN.',
  },
  { file: 'src/core/verdict.ts', line: 'signature', why: 'Text: one signature, two signatures.' },
  {
    file: 'src/core/planning.ts',
    line: 'ids: [] };',
    why: 'The same for a stack: no guard that judges before a dry run reads its ids.',
  },
  {
    file: 'src/core/planning.ts',
    line: 'clearTimeout(timer)',
    why: 'Not seen from inside: the process would only live on until the timer ends.',
  },
  ...["dryRun: { kind: 'synthesised'", "recipe: { planner: 'none'", 'notes: [],'].map((line) => ({
    file: 'src/core/planning.ts',
    line,
    why: 'Not read: before a dry run only `identity`, `scope` and `halt` judge, and this is thrown away.',
  })),
  {
    file: 'src/core/planning.ts',
    line: "judgeFor(plan, 'preview')",
    why: 'The same: guards ask only whether it is a proposal or an execution.',
  },
  {
    file: 'src/core/planning.ts',
    line: "operation === 'ExecuteChangeSet'",
    why: 'Cannot be: no other call of a plan has a `ChangeSetName`.',
  },
  {
    file: 'src/core/planning.ts',
    line: "typeof id === 'string'",
    why: 'The same: what is no text is no name of ours either (`isOwnChangeSet`).',
  },
];
