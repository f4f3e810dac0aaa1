/** The only reader of process.env. */
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface Config {
  home: string;
  /** `postgres://…`: the ledger is in a database, and not in the state folder. SECURITY: it may have a password in it. */
  ledgerUrl?: string | undefined;
  policyPath: string | undefined;
  sponsor: string | undefined;
  /** Over ssh: the person that the key's forced command sets, for whom a statement is made. */
  overSsh?: string | undefined;
  region: string;
  /** The AWS profile in use, as the SDK reads it. */
  profile: string | undefined;
  /** In place of what the SDK reads (AWS_ENDPOINT_URL and its kin): for whoever embeds this. */
  endpointUrl?: string | undefined;
  templateRoots: string[];
  /** Those that the environment names: none by where this process was started. */
  namedTemplateRoots: string[];
  /** Names under which this process acts. */
  actsAs: string[];
  /** The connection that sshd started this process for, as sshd names it. */
  sshConnection?: string | undefined;
  /** What its client asked for, where sshd ran a forced command instead. */
  sshOriginalCommand?: string | undefined;
  logLevel: string;
  /** Where people find the review page: told to clients that can open it. */
  reviewUrl?: string | undefined;
  /** OpenTelemetry is asked for. `saysMore`: its SDK logs by itself. Absent: it is not. */
  telemetry?: { saysMore: boolean } | undefined;
}

export function readConfig(
  options: { home?: string | undefined; policy?: string | undefined; ledger?: string | undefined } = {},
): Config {
  const env = process.env;
  return {
    home: options.home ?? env.COUNTERSIGN_HOME ?? defaultHome(),
    ledgerUrl: options.ledger ?? (env.COUNTERSIGN_LEDGER || undefined),
    policyPath: options.policy ?? env.COUNTERSIGN_POLICY,
    sponsor: named(env.COUNTERSIGN_SPONSOR),
    overSsh: env.SSH_CONNECTION ? env.COUNTERSIGN_SPONSOR : undefined,
    region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'eu-west-1',
    profile: env.AWS_PROFILE || undefined,
    templateRoots: rootsIn(env) ?? projectIn(process.cwd()),
    namedTemplateRoots: rootsIn(env) ?? [],
    actsAs: osUser(),
    sshConnection: env.SSH_CONNECTION,
    sshOriginalCommand: env.SSH_ORIGINAL_COMMAND,
    logLevel: env.COUNTERSIGN_LOG_LEVEL ?? 'warn',
    reviewUrl: env.COUNTERSIGN_REVIEW_URL || undefined,
    telemetry: telemetryIn(env),
  };
}

const rootsIn = ({ COUNTERSIGN_TEMPLATE_ROOTS: roots }: NodeJS.ProcessEnv) => roots?.split(':').filter(Boolean);

const OTLP_ENDPOINTS = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
];

/** OpenTelemetry's own variables, all of which its SDK reads by itself. */
function telemetryIn(env: NodeJS.ProcessEnv): Config['telemetry'] {
  if (!OTLP_ENDPOINTS.some((name) => env[name]?.trim())) return undefined;
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return undefined;
  return { saysMore: Boolean(env.OTEL_LOG_LEVEL) };
}

/**
 * What the SDK takes where the environment says nothing. SECURITY: by default it would send the command line, the user's
 * name and the path of the program.
 */
export function setTelemetryDefaults(): void {
  process.env.OTEL_NODE_RESOURCE_DETECTORS ||= 'env,serviceinstance';
  if (!/(?:^|,)\s*service\.name\s*=/.test(process.env.OTEL_RESOURCE_ATTRIBUTES ?? ''))
    process.env.OTEL_SERVICE_NAME ||= 'countersign';
}

/**
 * SECURITY: sshd starts a forced command in the home folder of the server's user, where state and credentials lie; that
 * is no project of whoever asks.
 */
export const projectIn = (folder: string): string[] => (folder === homedir() || folder === '/' ? [] : [folder]);

/** A client that does not expand a variable hands on the words by which its file names it: nobody is called so. */
const PLACEHOLDER = /^\$?\{[^}]*\}$|^\$\w+$/;
const named = (value: string | undefined): string | undefined =>
  value === undefined || value === '' || PLACEHOLDER.test(value) ? undefined : value;

/** This process's environment and some more, for a process that it starts. */
export const environmentWith = (more: Record<string, string>): NodeJS.ProcessEnv => ({ ...process.env, ...more });

/** What this process was given, by name: for who looks for what an agent could find in it. */
export const variables = (): Readonly<Record<string, string | undefined>> => ({ ...process.env });

/** Where a state folder keeps its webhook. */
export const webhookFile = (home: string): string => join(home, 'webhook.json');

/**
 * Where the ledger is: an address of a database, or else the state folder.
 *
 * INVARIANT: what is given as an address is never taken for a folder, in which another ledger would be begun: whoever
 * opens it says that it is no address.
 */
export function ledgerPlace({ home, ledgerUrl }: Pick<Config, 'home' | 'ledgerUrl'>): string {
  if (ledgerUrl === undefined) return home;
  return /^postgres(?:ql)?:/i.test(ledgerUrl) ? ledgerUrl : `postgres:${ledgerUrl}`;
}

/** The state folder of whoever names none. */
export const defaultHome = (): string => join(homedir(), '.countersign');

/** SECURITY: from the operating system, not from USER, which anyone can set. */
function osUser(): string[] {
  try {
    return [userInfo().username];
  } catch {
    return [];
  }
}

/** Where a program that we start finds others. */
export const programPath = (): string => process.env.PATH ?? '';
