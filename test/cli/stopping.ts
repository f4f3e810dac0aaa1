/**
 * Imported before a program (`node --import`): the process stops (SIGSTOP) with the first request of this action in its
 * hands, after all that it looked at and before a byte of the request leaves, until somebody wakes it.
 */
import { Socket } from 'node:net';

const action = `Action=${process.env.TEST_STOP_BEFORE}`;
let isDone = false;
const holds = (data: unknown): boolean =>
  (typeof data === 'string' || data instanceof Uint8Array) &&
  Buffer.from(data as Uint8Array).includes(action) &&
  !Buffer.from(data as Uint8Array).includes('DryRun=true');
const { write } = Socket.prototype;
Socket.prototype.write = function stopping(this: Socket, ...given: Parameters<Socket['write']>) {
  if (!isDone && holds(given[0])) {
    isDone = true;
    process.kill(process.pid, 'SIGSTOP');
  }
  return write.apply(this, given);
} as Socket['write'];
