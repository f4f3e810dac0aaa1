/**
 * `doctor`: run as the agent's user, where the agent runs. Starts each Countersign that an agent's settings start, as
 * they start it, tries what this user can reach, and reports through that server, which records what it proves.
 */
import { homedir, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { type Config, variables } from '../config.ts';
import type { Assurance } from '../core/assurance.ts';
import { CLAIMS, LEVELS, PROVEN_FOR_HOURS, type StandingOfLevel } from '../core/assurance.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { type ConfiguredServer, isCountersign, settingsSeen } from '../doctor/agent-settings.ts';
import type { Report } from '../doctor/answers.ts';
import type { Finding } from '../doctor/finding.ts';
import { challengeSchema, type Reached, tryAll } from '../doctor/reach.ts';
import { findingsOf } from '../doctor/reached-findings.ts';
import { DOCTOR } from '../mcp/doctor-method.ts';
import { providerOutside } from '../providers/index.ts';
import type { ServerEntry } from './init-answers.ts';
import { labelled } from './labelled.ts';
import { talkTo } from './talk.ts';

export interface DoctorOptions {
  project: string;
  /** A command line, in place of those in the settings of agents. */
  entry?: string | undefined;
  /** The server of this very command line, where no agent's settings name one. */
  own: ServerEntry;
}
export interface Examined {
  /** Of which settings file, or `this command line`. */
  from: string;
  sponsor: string | null;
  server: string | null;
  assurance: Assurance;
  levels: StandingOfLevel[];
  /** Why it could not be examined. */
  failed: string | null;
}
export interface DoctorReport {
  user: string;
  servers: Examined[];
  findings: Finding[];
}

export async function examine(config: Config, options: DoctorOptions): Promise<DoctorReport> {
  const around = { home: homedir(), variables: variables(), fetch };
  const seen = settingsSeen({ home: around.home, project: resolve(options.project) }, providerOutside);
  const servers: Examined[] = [];
  const findings = [...seen.findings];
  for (const { from, entry } of entriesOf(options, seen.servers.filter(isCountersign))) {
    const { examined, found } = await examineOne(config, from, entry, around);
    servers.push(examined);
    findings.push(...found);
  }
  return { user: userInfo().username, servers, findings: distinct(findings) };
}

function entriesOf({ entry, own }: DoctorOptions, configured: readonly ConfiguredServer[]) {
  if (entry !== undefined) {
    const [command = '', ...args] = entry.trim().split(/\s+/);
    return [{ from: entry, entry: { command, args, env: {} } }];
  }
  const found = configured
    .filter(({ command }) => command !== '')
    .map(({ client, file, command, args, env }) => ({
      from: `${client}, ${file}`,
      entry: {
        command,
        args,
        env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)])),
      },
    }));
  return found.length > 0 ? found : [{ from: 'this command line (no agent’s settings start Countersign)', entry: own }];
}

/** As clients fill in `${NAME}`, `${NAME:-default}`, `${env:NAME}` and `{env:NAME}`. */
const filled = (value: string): string =>
  value.replace(
    /\$\{(?:env:)?(\w+)(?::-([^}]*))?\}|\{env:(\w+)\}/g,
    (_, name?: string, usual?: string, other?: string) => variables()[name ?? other ?? ''] ?? usual ?? '',
  );

async function examineOne(
  config: Config,
  from: string,
  entry: ServerEntry,
  around: Parameters<typeof tryAll>[2],
): Promise<{ examined: Examined; found: Finding[] }> {
  try {
    return await talkTo(entry, 'countersign doctor', async (ask) => {
      const challenge = challengeSchema.parse(await ask(DOCTOR, { step: 'ask' }));
      const reached = await withWrites(config, await tryAll(challenge, providerOutside.credentials, around));
      const answer = (await ask(DOCTOR, { step: 'report', nonce: challenge.nonce, reached })) as unknown as Report;
      const { sponsor, assurance, levels, findings } = answer;
      return {
        examined: { from, sponsor, server: challenge.server, assurance, levels, failed: null },
        found: [...findings, ...findingsOf(reached)],
      };
    });
  } catch (error) {
    const failed = makeVisibleLine(error instanceof Error ? error.message : String(error), 300);
    return {
      examined: { from, sponsor: null, server: null, assurance: 'L0', levels: [], failed },
      found: [
        {
          name: 'not-examined',
          weight: 'problem',
          what: `The server of ${from} could not be examined: ${failed}`,
          why: 'Nothing is proven of it.',
          fix: 'Start it by hand and read what it says; an older Countersign has no doctor.',
          at: from,
        },
      ],
    };
  }
}

/** What credentials in reach can do is tried too. */
async function withWrites(config: Config, reached: Reached[]): Promise<Reached[]> {
  if (!reached.some(({ what }) => what === 'cloud credentials')) return reached;
  const { ownWrites } = await import('../clouds.ts');
  const writes = await ownWrites(config).catch(() => undefined);
  if (!writes || writes.length === 0 || writes.some(({ answer }) => answer === 'unknown')) return reached;
  const can = writes.some(({ answer }) => answer === 'allowed') ? 'can' : 'cannot';
  return reached.map((one) =>
    one.what === 'cloud credentials' ? { ...one, what: `${one.what} that ${can} write` } : one,
  );
}

const distinct = (findings: readonly Finding[]): Finding[] => [
  ...new Map(findings.map((one) => [`${one.name} ${one.what}`, one])).values(),
];

const WIDEST = 100;

export function doctorText({ user, servers, findings }: DoctorReport, width = 80): string {
  const columns = Math.min(width, WIDEST);
  const line = (text: string) => makeVisibleLine(text, Number.POSITIVE_INFINITY);
  const about = servers.flatMap(({ from, sponsor, server, assurance, levels, failed }) => [
    `${assurance} for ${sponsor === null ? 'no sponsor' : line(sponsor)} (${line(from)})`,
    ...(server === null ? [] : [`  server: ${line(server)}`]),
    ...(failed === null ? [] : labelled('  failed: ', 10, failed, columns)),
    ...LEVELS.flatMap((level) => {
      const found = levels.find((one) => one.level === level);
      if (!found) return [];
      return labelled(`  ${level} ${found.standing.padEnd(9)} `, 15, `${CLAIMS[level]}: ${line(found.why)}`, columns);
    }),
    '',
  ]);
  const told = (weight: Finding['weight'], title: string) => {
    const some = findings.filter((one) => one.weight === weight);
    if (some.length === 0) return [];
    const rows = some.flatMap(({ what, why, fix }) => [
      ...labelled('  - ', 4, line(what), columns),
      ...labelled('    ', 4, line(why), columns),
      ...labelled('    Fix: ', 9, line(fix), columns),
    ]);
    return [title, ...rows, ''];
  };
  return [
    `Examined as ${line(user)}, through each server as it is started.`,
    '',
    ...about,
    ...told('problem', 'PROBLEMS'),
    ...told('note', 'NOTES'),
    `Only proven levels count. They hold for ${PROVEN_FOR_HOURS} h, and until the policy, a key, the server’s user or the host changes.`,
  ].join('\n');
}
