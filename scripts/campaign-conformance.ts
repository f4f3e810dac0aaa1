/** Runs the protocol's conformance suite against `serve --http` and writes docs/results/conformance.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Ran, REVISIONS, runSuite, whyNot } from '../test/http/outside/conformance.ts';
import { freePort, openTeam } from '../test/http/team.ts';
import { startWithToken } from '../test/http/with-token.ts';

const port = await freePort();
const team = await openTeam({ port });
const { address } = await team.start();
const token = await team.provider.tokenFor('alice');
const front = await startWithToken(port, address, () => token);

const packages = new URL('../test/http/outside/packages.json', import.meta.url);
const version = JSON.parse(readFileSync(packages, 'utf8')).dependencies['@modelcontextprotocol/conformance'];
const parts: string[] = [];
for (const revision of REVISIONS) parts.push(section(revision, await runSuite(team.resource, revision)));
front.close();
await team.close();

writeFileSync(
  new URL('../docs/results/conformance.md', import.meta.url),
  `# Conformance to MCP over HTTP

Written by \`npm run campaign:conformance\`: \`@modelcontextprotocol/conformance\` ${version} against \`countersign serve --http\`, with a token of the identity provider of the tests. \`test/http/outside/outside.test.ts\` runs the same and fails if a check that applies does not pass.

${parts.join('\n\n')}
`,
);
process.exit();

function section(revision: string, ran: readonly Ran[]): string {
  const passing = ran.filter(({ passed, failed }) => passed > 0 && failed.length === 0);
  const rest = ran.flatMap(({ scenario, failed }) => failed.map((check) => ({ scenario, check })));
  const rows = rest.map(({ scenario, check }) => `| ${scenario} | ${check} | ${whyNot(scenario, check) ?? 'FAILS'} |`);
  return `## ${revision}

Passed whole: ${passing.map(({ scenario, passed }) => `${scenario} (${passed})`).join(', ')}.

| scenario | check | the reason why it does not apply |
|---|---|---|
${rows.join('\n')}`;
}
