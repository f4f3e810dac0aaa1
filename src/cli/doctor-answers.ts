/** Joins the server's side of doctor to the app. */
import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { App } from '../compose.ts';
import { ENVIRONMENTS } from '../core/environment.ts';
import { CountersignError } from '../core/errors.ts';
import { isProofEnough } from '../core/proof.ts';
import { answerDoctor } from '../doctor/answers.ts';
import { entranceAt, keyFilesOf } from '../doctor/authorized-keys.ts';
import { sshdConfig } from '../doctor/client-of.ts';
import type { Owned } from '../doctor/exposed.ts';
import { plannersWrites } from '../execute/try-writes.ts';
import { LEDGER_FILE } from '../ledger/sqlite/database.ts';
import { seatRules } from '../policy/apply.ts';
import type { Policy } from '../policy/model.ts';
import { pinOf } from '../policy/pin.ts';
import { everyScope } from '../policy/scope.ts';
import { providerOutside } from '../providers/index.ts';

/** @param programs what runs here. */
export async function answerFor(
  app: App,
  request: unknown,
  programs: readonly Owned[] = programsHere(),
  now = () => new Date(),
): Promise<Record<string, unknown>> {
  const { config, policyFile, ledger, policy, here, cloud } = app;
  const people = policyFile?.people ?? [];
  const { username } = userInfo();
  const answer = await answerDoctor(
    {
      ledger,
      policy,
      people,
      touchIsAsked: policyFile !== null && touchIsAsked(policyFile),
      declared: async () => ((await pinOf(ledger))?.level === 'signatures' ? (policyFile?.file.declares ?? []) : []),
      here,
      owned: ownedBy(app),
      programs,
      user: username,
      entrance() {
        if (config.sshConnection === undefined) return null;
        const file = sshdConfig();
        const files = { config: file, keys: keyFilesOf(file, homedir(), username) };
        return entranceAt(
          files,
          people.map(({ name }) => name),
        );
      },
      writes: () => plannersWrites(cloud, Object.keys(policyFile?.file.accounts ?? {})[0]),
      now,
    },
    request,
  );
  return { ...answer };
}

/** Whatever a guard asks for, an approval is taken with the proof of its kind of change. */
function touchIsAsked(policy: Policy): boolean {
  const inUse = ENVIRONMENTS.filter((name) => everyScope(policy).some(({ environment }) => environment === name));
  const rules = inUse.flatMap((environment) => Object.values(seatRules(policy, environment)));
  return rules.every(({ proof }) => isProofEnough(proof ?? 'software', 'touch'));
}

/** SECURITY: whoever can write the program is its user. It may be read. */
const programsHere = (): Owned[] =>
  [fileURLToPath(import.meta.url), process.argv[1] ?? '', process.execPath]
    .filter((path) => path !== '')
    .map((path) => ({ what: 'the program', path, isPublic: true }));

export function ownedBy({ config, policyFile }: Pick<App, 'config' | 'policyFile'>): Owned[] {
  const { home, policyPath } = config;
  return [
    { what: 'the ledger', path: join(resolve(home), LEDGER_FILE) },
    { what: 'the secret of the state folder', path: join(resolve(home), 'secret') },
    ...(policyPath === undefined ? [] : [{ what: 'the policy', path: resolve(policyPath), isPublic: true }]),
    ...Object.keys(policyFile?.rules.texts ?? {}).map((name) => ({
      what: 'a rule of the policy',
      path: resolve(policyPath ?? '.', '..', name),
      isPublic: true,
    })),
    ...providerOutside.credentials.files.map((file) => ({
      what: 'credentials of the server',
      path: join(homedir(), file),
    })),
  ];
}

/** By a person on the server, who has mended what a report for this sponsor found. */
export async function forgetReports({ ledger, policyFile, config }: App, sponsor: string): Promise<void> {
  if (!policyFile?.people.some(({ name }) => name === sponsor))
    throw new CountersignError('INPUT_INVALID', `${sponsor} is not in the policy.`, 'Name a person of the policy.');
  await ledger.append({ kind: 'doctor.forgotten', body: { sponsor, by: [...config.actsAs] } });
}
