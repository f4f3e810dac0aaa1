/**
 * What comes in on stdin, line by line, before the SDK sees it.
 *
 * Guarantee: every line that asks for an answer gets one. The SDK drops a line that is no JSON-RPC, ends the server at
 * one that is too long, and answers a `tools/call` without an object of arguments itself, past the pipeline: such a
 * call goes on with its raw arguments set aside, so that it is refused in the ledger like any other.
 */
import { Transform } from 'node:stream';

/** The SDK's own bound. */
const MAX_LINE_BYTES = 10 * 1024 * 1024;
const [PARSE_ERROR, INVALID_REQUEST] = [-32_700, -32_600];
const NEWLINE = 0x0a;
/** Of each end of a line that is too long. */
const KEPT_BYTES = 200;

type Id = string | number;
export interface Incoming {
  stream: Transform;
  /** The arguments of a call as they came, where they are no object; once. */
  rawArguments(id: Id): { is: unknown } | undefined;
}

/** @param answer writes one line to the client. */
export function incomingLines(answer: (line: string) => void): Incoming {
  const malformed = new Map<Id, { is: unknown }>();
  const refuse = (id: Id | null, code: number, message: string) =>
    answer(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }));
  let pieces: Buffer[] = [];
  let length = 0;

  const take = (line: Buffer): string => {
    const message = parsed(line.toString('utf8'));
    if (message === undefined) {
      if (line.toString('utf8').trim() !== '') refuse(null, PARSE_ERROR, 'The line is not JSON.');
      return '';
    }
    const problem = problemOf(message);
    if (problem) {
      refuse(idOf(message) ?? null, INVALID_REQUEST, problem);
      return '';
    }
    const call = asCall(message as Request, malformed);
    const text = call ? asText(call) : line.toString('utf8');
    if (text === undefined) {
      malformed.delete((message as Request).id!);
      refuse(idOf(message) ?? null, INVALID_REQUEST, 'The message is nested too deep.');
      return '';
    }
    return `${text}\n`;
  };
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let from = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
        keep(chunk.subarray(from, end));
        const line = Buffer.concat(pieces);
        if (length > MAX_LINE_BYTES)
          refuse(idIn(line), INVALID_REQUEST, `A line can have at most ${MAX_LINE_BYTES} bytes.`);
        else this.push(take(line));
        pieces = [];
        length = 0;
        from = end + 1;
      }
      keep(chunk.subarray(from));
      done();
    },
  });
  /** Of a line that is too long, the beginning and the newest piece: enough to find its id. */
  const keep = (piece: Buffer) => {
    if (piece.length === 0) return;
    length += piece.length;
    if (length <= MAX_LINE_BYTES) pieces.push(piece);
    // Copies: a part of a chunk would keep the whole chunk in memory.
    else
      pieces = [
        Buffer.from(pieces[0]?.subarray(0, KEPT_BYTES) ?? piece.subarray(0, KEPT_BYTES)),
        Buffer.from(piece.subarray(-KEPT_BYTES)),
      ];
  };
  return {
    stream,
    rawArguments(id) {
      const raw = malformed.get(id);
      malformed.delete(id);
      return raw;
    },
  };
}

interface Request {
  id?: Id;
  method: string;
  params?: unknown;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function problemOf(message: unknown): string | undefined {
  if (!isObject(message) || message.jsonrpc !== '2.0') return 'A line must be one JSON-RPC 2.0 message.';
  if (message.id !== undefined && idOf(message) === undefined) return 'An id must be text or a number.';
  if (message.method === undefined) return undefined;
  if (typeof message.method !== 'string') return 'A method must be text.';
  if (message.params !== undefined && !isObject(message.params) && message.method !== 'tools/call')
    return 'params must be an object.';
  return undefined;
}

/** @returns undefined where the SDK takes the message as it is. */
export function asCall(message: Request, malformed: Map<Id, { is: unknown }>): Request | undefined {
  if (message.method !== 'tools/call' || message.id === undefined) return undefined;
  const params = isObject(message.params) ? message.params : {};
  const { name, arguments: given, ...rest } = params;
  if (isObject(message.params) && typeof name === 'string' && (given === undefined || isObject(given)))
    return undefined;
  // `null` is absent, here as in every field.
  if (given !== undefined && given !== null && !isObject(given)) malformed.set(message.id, { is: given });
  const tool = typeof name === 'string' ? name : name === undefined ? '(none)' : (asText(name) ?? '(no text)');
  return { ...message, params: { ...rest, name: tool, arguments: isObject(given) ? given : {} } };
}

/** undefined: it is nested so deep that nothing can write it. */
function asText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const idOf = (message: unknown): Id | undefined => {
  const id = isObject(message) ? message.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
};

/** The id at the beginning or the end of a message that was not read; clients write it in one of the two places. */
function idIn(line: Buffer): Id | null {
  const text = line.toString('utf8');
  const [, id] =
    /"id"\s*:\s*("[^"\\]{1,100}"|-?\d{1,15})\s*\}\s*$/.exec(text) ??
    /^\s*\{(?:\s*"(?:jsonrpc|method)"\s*:\s*"[^"\\]*"\s*,)*\s*"id"\s*:\s*("[^"\\]{1,100}"|-?\d{1,15})\s*,/.exec(text) ??
    [];
  return id === undefined ? null : (JSON.parse(id) as Id);
}
