/** W3C Trace Context's `traceparent`, version 00. */

export interface SpanIds {
  traceId: string;
  spanId: string;
}
const FORM = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;

/**
 * SECURITY: of a client's word only the two ids are taken: whether a call is recorded is not the client's to say, and
 * neither its tracestate nor its baggage goes on.
 */
export function idsIn(traceparent: unknown): SpanIds | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const [, traceId, spanId] = FORM.exec(traceparent) ?? [];
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId };
}

export const traceparentOf = ({ traceId, spanId }: SpanIds): string => `00-${traceId}-${spanId}-01`;
