/**
 * Each call of the SDK as a client's span, as the semantic conventions for the AWS SDK name it; around its retries.
 *
 * SECURITY: the operation, the region, AWS's own id of the request, and a status. No input, no output, no words of AWS.
 */
import type { During } from '../../core/observing.ts';

interface Answered {
  response?: { statusCode?: unknown };
  output?: { $metadata?: Metadata };
}
interface Metadata {
  requestId?: string | undefined;
  httpStatusCode?: number | undefined;
}
const told = ({ requestId, httpStatusCode }: Metadata = {}) => ({
  ...(requestId === undefined ? {} : { 'aws.request_id': requestId }),
  ...(httpStatusCode === undefined ? {} : { 'http.response.status_code': httpStatusCode }),
});

/** Names of errors are a few words of AWS's or the SDK's; whatever else stands there is none. */
const typeOf = (error: unknown): string => {
  const name = (error as { name?: unknown } | null)?.name;
  return typeof name === 'string' && /^[\w.]{1,80}$/.test(name) ? name : '_OTHER';
};

// biome-ignore lint/suspicious/noExplicitAny: the clients' stacks have unrelated type parameters.
export function installWatch(client: any, region: string, during: During): void {
  const service = String(client.config.serviceId);
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const watch = (next: any, context: { commandName?: string }) => (call: unknown) => {
    const method = (context.commandName ?? '').replace(/Command$/, '');
    const attributes = {
      'rpc.system': 'aws-api',
      'rpc.service': service,
      'rpc.method': method,
      'cloud.region': region,
    };
    return during({ name: `${service}.${method}`, kind: 'client', attributes }, async (span) => {
      try {
        const result = (await next(call)) as Answered;
        span.set(told(result.output?.$metadata));
        return result;
      } catch (error) {
        span.set(told((error as { $metadata?: Metadata } | null)?.$metadata));
        span.failed(typeOf(error));
        throw error;
      }
    });
  };
  client.middlewareStack.add(watch, {
    name: 'countersignTelemetry',
    step: 'initialize',
    priority: 'high',
    override: true,
  });
}
