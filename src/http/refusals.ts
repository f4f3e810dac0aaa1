/** How requests are refused that never reach a tool. */

/** What a token must allow; both stand in every challenge, since clients ask for what the first one names. */
export const SCOPES = { read: 'countersign.read', propose: 'countersign.propose' } as const;
const BOTH = `${SCOPES.read} ${SCOPES.propose}`;

export interface Challenge {
  /** Of the resource's metadata. */
  metadataUrl: string;
  error?: 'invalid_token' | 'insufficient_scope';
  /** Plain text of ours. */
  description: string;
}

/** RFC 6750: 401 without a valid token, 403 with one that allows too little. */
export function challenged({ metadataUrl, error, description }: Challenge): Response {
  const parts = [
    ...(error === undefined ? [] : [`error="${error}"`, `error_description="${description}"`]),
    `scope="${BOTH}"`,
    `resource_metadata="${metadataUrl}"`,
  ];
  return Response.json(
    { error: error ?? 'unauthorized', error_description: description },
    {
      status: error === 'insufficient_scope' ? 403 : 401,
      headers: { 'WWW-Authenticate': `Bearer ${parts.join(', ')}`, 'Cache-Control': 'no-store' },
    },
  );
}

/** JSON-RPC's own codes, as the protocol gives them for what is no message of it. */
export const RPC = { parseError: -32_700, invalidRequest: -32_600, refused: -32_000 } as const;

/** A client shows the message to its agent. */
export function refusedWith(
  status: number,
  message: string,
  how: { code?: number; id?: unknown; headers?: Record<string, string> } = {},
): Response {
  const { code = RPC.refused, id, headers = {} } = how;
  const isId = typeof id === 'string' || typeof id === 'number';
  return Response.json(
    { jsonrpc: '2.0', id: isId ? id : null, error: { code, message } },
    { status, headers: { 'Cache-Control': 'no-store', ...headers } },
  );
}
