/** What AWS said, as a code and a remedy. AWS's own words are kept where they help, made visible by the pipeline. */
import { CountersignError, type ErrorCode } from '../core/errors.ts';

const KNOWN: [RegExp, ErrorCode, string][] = [
  [
    /^(?:ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)/,
    'AWS_CREDENTIALS_EXPIRED',
    'Tell the user to sign in again: aws sso login (with --profile, if one is used).',
  ],
  [
    /^(?:CredentialsProviderError|InvalidClientTokenId|UnrecognizedClient|MissingAuthenticationToken)/,
    'AWS_CREDENTIALS_MISSING',
    'Tell the user to give this server AWS credentials (AWS_PROFILE, or aws sso login).',
  ],
  [
    /^(?:AccessDenied|UnauthorizedOperation|AccessDeniedException)/,
    'AWS_ACCESS_DENIED',
    'Tell the user which action was denied; the permission must be given by people.',
  ],
  [/^(?:Throttling|RequestLimitExceeded|TooManyRequests)/, 'AWS_THROTTLED', 'Wait a minute, then call again.'],
  [/^(?:TimeoutError|RequestTimeout|AbortError)/, 'AWS_TIMEOUT', 'Call again; if it stays, tell the user.'],
  [/NotFound|does not exist/, 'AWS_NOT_FOUND', 'Look up what is there with the describe tools.'],
  [
    /^(?:ENOTFOUND|ECONNREFUSED|ECONNRESET|NetworkingError|EPIPE)/,
    'AWS_UNREACHABLE',
    'Check the network and the endpoint, then call again.',
  ],
];

export function asCountersignError(error: unknown): CountersignError {
  if (error instanceof CountersignError) return error;
  const { name = 'Error', message = String(error), code } = error as { name?: string; message?: string; code?: string };
  const found =
    KNOWN.find(([pattern]) => pattern.test(name) || pattern.test(code ?? '')) ??
    (/does not exist/.test(message) ? KNOWN[5] : undefined);
  if (found) return new CountersignError(found[1], `AWS: ${message}`, found[2], { cause: error });
  return new CountersignError(
    /Validation|Invalid|Malformed|Incorrect|InsufficientCapabilities|AlreadyExists|OperationNotPermitted/.test(name)
      ? 'AWS_VALIDATION'
      : 'AWS_FAILED',
    `AWS: ${name}: ${message}`,
    'Read what AWS says and change the call.',
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
