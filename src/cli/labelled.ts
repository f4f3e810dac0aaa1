/** Text beside a label, for a terminal. */
import { wrapped } from '../render/layout.ts';

/** Breaks at spaces; what goes on stands below the text, not below its label. @param label already `indent` wide. */
export function labelled(label: string, indent: number, text: string, width: number): string[] {
  return wrapped(text, Math.max(16, width - indent)).map(
    (line, index) => `${index === 0 ? label : ' '.repeat(indent)}${line}`,
  );
}
