/** S3, SSM and ECR as deployment tools need them: no SDK schema reads their requests, and no fault meets them. */
import type { Caller } from './service.ts';
import type { World } from './world.ts';

export interface WireRequest {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: string;
  /** What `body` is the UTF-8 of. */
  bytes?: Buffer;
}
export interface WireResponse {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

export interface PlainService {
  /** For the log. */
  operationOf(request: WireRequest): string;
  respond(world: World, request: WireRequest, caller: Caller): WireResponse;
}

export const headerOf = ({ headers }: WireRequest, name: string): string | undefined =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];

export const jsonAnswer = (output: Record<string, unknown>): WireResponse => ({
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(output),
});

/** What SDKs read as an error of a service that speaks JSON. */
export const jsonFault = (code: string, message: string, status = 400): WireResponse => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code },
  body: JSON.stringify({ __type: code, message }),
});

/** The target of a request in JSON: `AmazonSSM.GetParameter`. */
export const jsonTargetOf = (request: WireRequest): string | undefined =>
  headerOf(request, 'x-amz-target')?.split('.').at(-1);

/** With the query, as an SDK keeps it apart. */
export function pathOf({
  path,
  query = {},
}: {
  path: string;
  query?: Record<string, string | string[] | null>;
}): string {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const each of [value].flat()) words.append(name, each ?? '');
  return words.size === 0 ? path : `${path}?${words}`;
}
