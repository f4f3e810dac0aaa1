/**
 * `npm run campaign:iam [pairs] [seed]`: generated pairs of policies, judged by our analysis and by
 * `@cloud-copilot/iam-simulate`; docs/results/iam.md says what came of it. Fails if ours is narrower once.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { compare, type Outcome, pairs } from '../test/providers/aws/knowledge/marks/policy-pairs.ts';
import { commitOf, machine } from './seen-on.ts';

const count = Number(process.argv[2] ?? 25_000);
const seed = Number(process.argv[3] ?? 20_261_128);
const BATCH = 500;
const sum: Outcome = { pairs: 0, requests: 0, newlyAllowed: 0, missed: [], untold: [], wider: 0 };
for (let done = 0; done < count; done += BATCH) {
  const batch = await compare(fc.sample(pairs, { numRuns: Math.min(BATCH, count - done), seed: seed + done }));
  sum.pairs += batch.pairs;
  sum.requests += batch.requests;
  sum.newlyAllowed += batch.newlyAllowed;
  sum.wider += batch.wider;
  sum.missed.push(...batch.missed);
  sum.untold.push(...batch.untold);
  process.stderr.write(
    `${sum.pairs} pairs, ${sum.newlyAllowed} newly allowed, ${sum.missed.length} missed, ${sum.untold.length} untold\n`,
  );
}
for (const one of [...sum.missed, ...sum.untold].slice(0, 5)) process.stderr.write(`${JSON.stringify(one, null, 1)}\n`);

const version = (
  JSON.parse(readFileSync('node_modules/@cloud-copilot/iam-simulate/package.json', 'utf8')) as { version: string }
).version;
const commit = commitOf();
const number = (value: number) => value.toLocaleString('en');
writeFileSync(
  'docs/results/iam.md',
  `# Policies, cross-checked

\`npm run campaign:iam ${count} ${seed}\` at ${commit}, ${machine()}, against \`@cloud-copilot/iam-simulate\` ${version} (a development dependency: it is not part of the package).

Each pair is an identity policy, a permissions boundary and the policy of a thing, before and after a change. For six requests each, the oracle says whether IAM allows them before and after. Whatever it newly allows must be among the gains of our analysis (*missed*, if not), and the change must have a sentence that tells of an exposure (*untold*, if not).

| | |
|---|---|
| pairs | ${number(sum.pairs)} |
| requests, each evaluated before and after | ${number(sum.requests)} |
| newly allowed by the oracle | ${number(sum.newlyAllowed)} |
| missed | ${sum.missed.length} |
| untold | ${sum.untold.length} |
| pairs of which we tell a gain that none of the six requests met | ${number(sum.wider)} |

The last row is no count of false alarms: six requests meet few of the ways in which a policy may be wider. Ours is wider on purpose where a Deny or a boundary has a condition, where a principal is left out by NotPrincipal, and where a thing's policy names a principal that its own policies allow already.

The pairs vary: Allow and Deny; Action, NotAction, Resource, NotResource, Principal, NotPrincipal; wildcards and cases; conditions of strings, addresses, booleans, ARNs, sets, negations, \`IfExists\` and \`Null\`; an own and a foreign account.

Not modelled by the oracle, or not asked of it here: organisation and session policies, VPC endpoint policies (the oracle has them; our templates do not say whose requests pass through which endpoint), policies that are unknown until execution, trust of login providers, service principals, grants of KMS, access lists and public access blocks of S3, what an action lets its bearer gain in a second step (\`iam:PassRole\`, new code for a function). Those have tests by hand.
`,
);
if (sum.missed.length + sum.untold.length > 0) process.exitCode = 1;
