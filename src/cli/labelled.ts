/** Text beside a label, for a terminal. */

/** Breaks at spaces; what goes on stands below the text, not below its label. @param label already `indent` wide. */
export function labelled(label: string, indent: number, text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + 1 + word.length > width - indent) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line, index) => `${index === 0 ? label : ' '.repeat(indent)}${line}`);
}
