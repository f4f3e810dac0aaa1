/**
 * What a person at a terminal sees: text in the width of the terminal, and what is done while nothing is said.
 *
 * SECURITY: a line that goes on carries a mark, so that names and words of others never begin a line that looks ours.
 */
import { stripVTControlCharacters } from 'node:util';
import { GOES_ON, NARROWEST, shownText, widthOf, wrapped } from '../render/layout.ts';

/** Lines as wide as that at most. One that has colours was laid out by who made it. */
export function fitted(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  const columns = Math.max(NARROWEST, width);
  return text
    .split('\n')
    .flatMap((line) => (isLaidOut(line, columns) ? [line] : brokenLine(line, columns)))
    .join('\n');
}

const isLaidOut = (line: string, columns: number): boolean =>
  line.includes('\u001b') || widthOf(stripVTControlCharacters(line)) <= columns;

function brokenLine(line: string, columns: number): string[] {
  const indent = Math.min(/^ */.exec(line)![0].length, columns / 2);
  const start = ' '.repeat(indent);
  const text = shownText(line.slice(indent));
  return wrapped(text, columns - indent - GOES_ON.length, columns - indent).map((part, index) =>
    index === 0 ? start + part : `${start}${GOES_ON}${part}`,
  );
}

interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}
export interface Printer {
  print(text: string): void;
  note(text: string): void;
  progress(text: string): void;
  /** Nothing is done any more. */
  end(): void;
}

const QUIET_MILLISECONDS = 1_000;
const CLEAR_LINE = '\r\u001b[K';

/** @param stderr progress is shown there, and only on a terminal. */
export function createPrinter(stdout: Screen, stderr: Screen): Printer {
  let timer: NodeJS.Timeout | undefined;
  let isShown = false;
  const end = () => {
    clearInterval(timer);
    timer = undefined;
    if (isShown) stderr.write(CLEAR_LINE);
    isShown = false;
  };
  const to = (screen: Screen) => (text: string) => {
    end();
    screen.write(`${fitted(text, screen.isTTY ? screen.columns : undefined)}\n`);
  };
  return {
    print: to(stdout),
    note: to(stderr),
    end,
    progress(text) {
      if (!stderr.isTTY) return;
      clearInterval(timer);
      const since = Date.now();
      timer = setInterval(() => {
        const seconds = Math.round((Date.now() - since) / 1_000);
        const [line = ''] = wrapped(`${shownText(text)}, ${seconds} s`, Math.max(NARROWEST, stderr.columns ?? 80) - 2);
        stderr.write(`${CLEAR_LINE}${line} …`);
        isShown = true;
      }, QUIET_MILLISECONDS);
      timer.unref();
    },
  };
}
