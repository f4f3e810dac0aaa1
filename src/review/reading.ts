/** Everything that the page of one change is made of. */
import type { Subject } from '../render/subject.ts';
import type { MayDecide, ReviewPorts } from './ports.ts';

export interface Reading {
  subject: Subject;
  me: string | null;
  may: readonly MayDecide[];
  progress: readonly { at: string; text: string }[];
  receipt: Awaited<ReturnType<ReviewPorts['receipt']>> | null;
}

export async function readingOf(ports: ReviewPorts, changeId: string, me: string | null): Promise<Reading> {
  const subject = await ports.subject(changeId);
  const { change } = subject;
  return {
    subject,
    me,
    may: ports.mayDecide(change),
    progress: change.startedAt === null ? [] : await ports.progress(changeId),
    receipt: change.outcome === null ? null : await ports.receipt(changeId),
  };
}
