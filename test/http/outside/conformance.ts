/** The protocol's own conformance suite, run against a server, and the scenarios that do not apply to this one. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HTTP_CLIENTS } from './folder.ts';

export const REVISIONS = ['2025-11-25', '2026-07-28'] as const;
export interface Ran {
  scenario: string;
  passed: number;
  /** Ids of its checks that failed. */
  failed: string[];
}

/** @param url of a server that asks for no token. */
export async function runSuite(url: string, revision: (typeof REVISIONS)[number]): Promise<Ran[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-conformance-'));
  const program = join(HTTP_CLIENTS.folder, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
  const child = spawn(process.execPath, [program, 'server', '--url', url, '--requirements', revision, '-o', folder], {
    stdio: 'ignore',
  });
  await new Promise((resolve) => child.once('close', resolve));
  const ran = readdirSync(folder).map((name): Ran => {
    const checks: { id: string; status: string }[] = JSON.parse(
      readFileSync(join(folder, name, 'checks.json'), 'utf8'),
    );
    return {
      scenario: name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, ''),
      passed: checks.filter(({ status }) => status === 'SUCCESS').length,
      failed: [...new Set(checks.filter(({ status }) => status === 'FAILURE').map(({ id }) => id))].sort(),
    };
  });
  rmSync(folder, { recursive: true });
  return ran.sort((a, b) => (a.scenario < b.scenario ? -1 : 1));
}

const FIXTURE = 'calls a tool, prompt or resource that only servers made for the suite have';
const NO_INPUT = 'asks for input of a client; Countersign asks a client for nothing, since its answers are no person’s';
const NO_TASKS = 'the extension for tasks, which Countersign does not offer';
const NO_CAPABILITY = 'a capability that Countersign does not offer';

/** Scenarios of which a check fails, and the reason why it does not apply. */
export const NOT_APPLICABLE: readonly { scenarios: RegExp; reason: string; only?: readonly string[] }[] = [
  {
    scenarios: /^(?:completion-complete|logging-set-level|resources-(?:un)?subscribe|tools-call-with-logging)$/,
    reason: NO_CAPABILITY,
  },
  {
    scenarios:
      /^(?:tools-call-(?:image|audio|embedded-resource|mixed-content|with-progress)|resources-read-(?:text|binary)|resources-templates-read|prompts-get-.*|json-schema-2020-12|server-sse-polling|http-custom-header-server-validation)$/,
    reason: FIXTURE,
  },
  {
    scenarios: /^(?:tools-call-(?:sampling|elicitation)|elicitation-sep\d+-.*|input-required-result-.*)$/,
    reason: NO_INPUT,
  },
  { scenarios: /^tasks-/, reason: NO_TASKS },
  {
    scenarios: /^server-stateless$/,
    reason: FIXTURE,
    only: ['sep-2575-missing-capability-http-400', 'sep-2575-server-rejects-undeclared-capability'],
  },
];

/** undefined: it applies, and has to pass. */
export const whyNot = (scenario: string, check: string): string | undefined =>
  NOT_APPLICABLE.find(({ scenarios, only }) => scenarios.test(scenario) && (only?.includes(check) ?? true))?.reason;
