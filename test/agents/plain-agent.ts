/** An agent that reads text only: what it is told is the text of each answer, and what is next is taken from there. */
import { textOf } from '../../src/mcp/answer-text.ts';
import type { TestWorld } from '../world.ts';

export interface PlainAgent {
  call(tool: string, input?: object): Promise<string>;
  /** The call or the words that the last text ends with. */
  next(): Next;
  calls: number;
  characters: number;
  /** Of the last answer. */
  readonly text: string;
}
export interface Next {
  tool?: string;
  input?: Record<string, unknown>;
  ask?: string;
  tell_user?: string;
}

export function plainAgent(world: TestWorld): PlainAgent {
  let text = '';
  return {
    calls: 0,
    characters: 0,
    get text() {
      return text;
    },
    async call(tool, input = {}) {
      text = textOf(await world.app.pipeline(tool, input));
      this.calls += 1;
      this.characters += text.length;
      return text;
    },
    next: () => JSON.parse(/^next: (.*)$/m.exec(text)?.[1] ?? '{}') as Next,
  };
}
