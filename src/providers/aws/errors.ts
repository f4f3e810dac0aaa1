/**
 * What AWS said, as a code and a remedy. AWS's own words reach the agent where they help it (a template's fault, the
 * action that was denied); the pipeline makes them visible. The rest goes to the operator's log.
 */
import { CountersignError, type ErrorCode, type Remedy } from '../../core/errors.ts';

interface AwsError {
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
}
interface Meaning {
  code: ErrorCode;
  remedy: Remedy;
  /** Of the error's name, or of Node's code for the connection. */
  names: RegExp;
  /** AWS's words say what was denied or wrong. */
  tell: boolean;
}

const LOOK_UP = 'Look it up with the describe tools.';
/** The tool that lists things of the kind that AWS did not find, by what its words name. */
const LISTS: readonly [named: RegExp, tool: string][] = [
  [/\bi-[0-9a-f]{8}/, 'describe_instances'],
  [/\bvol-[0-9a-f]{8}/, 'describe_volumes'],
  [/\bsg-[0-9a-f]{8}/, 'describe_security_groups'],
  [/\bstack\b/i, 'describe_stacks'],
];
export function listingOf(message: string) {
  const tool = LISTS.find(([named]) => named.test(message))?.[1];
  return tool === undefined ? undefined : { tool, input: {} };
}

const MEANINGS: readonly Meaning[] = [
  {
    code: 'AWS_ANSWER_INVALID',
    names: /^UnexpectedAnswer/,
    remedy:
      'Tell the user that the answer did not come from AWS: a proxy or a network sign-in page answered, or AWS_ENDPOINT_URL points elsewhere.',
    tell: false,
  },
  {
    code: 'AWS_CREDENTIALS_EXPIRED',
    names: /^(?:ExpiredToken|RequestExpired|TokenRefreshRequired|TokenProviderError|InvalidGrant|UnauthorizedSSOToken)/,
    remedy: {
      agent: 'Tell the user to sign in again: aws sso login (with --profile, if one is used). Then call again.',
      person: 'Sign in again: aws sso login (with --profile, if you use one).',
    },
    tell: false,
  },
  {
    code: 'AWS_CLOCK_SKEWED',
    names: /^(?:SignatureDoesNotMatch|RequestTimeTooSkewed|RequestInTheFuture|AuthFailure)/,
    remedy: {
      agent: 'Tell the user that the clock of this machine is wrong or the credentials are invalid.',
      person: 'Check the clock of this machine, then the credentials.',
    },
    tell: false,
  },
  {
    code: 'AWS_CREDENTIALS_MISSING',
    names: /^(?:CredentialsProviderError|InvalidClientTokenId|UnrecognizedClient|MissingAuthenticationToken)/,
    remedy: {
      agent: 'Tell the user to give this server AWS credentials (AWS_PROFILE, or aws sso login).',
      person: 'Sign in to AWS: set AWS_PROFILE, or run aws sso login.',
    },
    tell: false,
  },
  {
    code: 'AWS_ACCESS_DENIED',
    names: /^(?:AccessDenied|UnauthorizedOperation|Client\.UnauthorizedOperation)/,
    remedy: {
      agent: 'Tell the user which action was denied: a person must grant it. Do not try other credentials.',
      person: 'Grant this action to the role in use, or sign in as a role that has it.',
    },
    tell: true,
  },
  {
    code: 'AWS_THROTTLED',
    names: /^(?:Throttl|RequestLimitExceeded|TooManyRequests|SlowDown|BandwidthLimitExceeded)/,
    remedy: 'Wait a minute, then make the same call again.',
    tell: false,
  },
  {
    code: 'AWS_TIMEOUT',
    names: /^(?:TimeoutError|RequestTimeout|AbortError|ETIMEDOUT|ESOCKETTIMEDOUT)/,
    remedy: {
      agent: 'Make the same call again; if it keeps failing, tell the user.',
      person: 'Try again in a minute.',
    },
    tell: false,
  },
  {
    code: 'AWS_UNREACHABLE',
    names: /^(?:ENOTFOUND|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|EPIPE|EAI_AGAIN|NetworkingError)/,
    remedy: {
      agent: 'Make the same call again; if it keeps failing, tell the user to check the network and AWS_ENDPOINT_URL.',
      person: 'Check the network and AWS_ENDPOINT_URL.',
    },
    tell: false,
  },
  {
    code: 'AWS_NOT_FOUND',
    names: /NotFound/,
    remedy: { agent: LOOK_UP, person: 'Check its name, the region and the account.' },
    tell: true,
  },
  {
    code: 'AWS_VALIDATION',
    names:
      /Validation|Invalid|Malformed|Incorrect|InsufficientCapabilities|AlreadyExists|OperationNotPermitted|LimitExceeded|Unsupported|MissingParameter|DependencyViolation/,
    remedy: 'Fix the part that AWS names, and plan again.',
    tell: true,
  },
];

export function asCountersignError(error: unknown): CountersignError {
  if (error instanceof CountersignError) return error;
  const { name = 'Error', message = '', code = '', $metadata } = error as AwsError;
  if (/does not exist/.test(message) && name !== 'TypeError')
    return new CountersignError(
      'AWS_NOT_FOUND',
      `AWS: ${message}`,
      { agent: LOOK_UP, person: 'Check its name, the region and the account.' },
      { cause: error, next: listingOf(message) },
    );
  const meaning = MEANINGS.find(({ names }) => names.test(name) || names.test(code));
  if (meaning)
    return new CountersignError(
      meaning.code,
      meaning.tell
        ? `AWS: ${message}`
        : name === 'UnexpectedAnswer'
          ? message
          : `AWS answered ${name === 'Error' ? code : name}.`,
      meaning.remedy,
      { cause: error, next: meaning.code === 'AWS_NOT_FOUND' ? listingOf(message) : undefined },
    );
  const status = $metadata?.httpStatusCode;
  return new CountersignError(
    'AWS_FAILED',
    `AWS failed: ${name}${status === undefined ? '' : ` (HTTP ${status})`}.`,
    {
      agent: 'Make the same call again; if it keeps failing, tell the user: the details are in the server log.',
      person: 'Try again; COUNTERSIGN_LOG_LEVEL=debug shows the details.',
    },
    { cause: error },
  );
}

/** Runs AWS calls; whatever they throw comes out as ours. */
export async function askingAws<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asCountersignError(error);
  }
}

/** Another look would meet it too. Other errors of a look pass: throttling, a broken line, a new id not known yet. */
export const isLasting = (error: unknown): boolean =>
  /^AWS_(?:ACCESS_DENIED|CREDENTIALS_|CLOCK_SKEWED)/.test(asCountersignError(error).code);
