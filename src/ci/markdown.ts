/**
 * Text of templates, clouds and agents in Markdown.
 *
 * SECURITY: nothing in it can become a link, a mention, an image, HTML, a row of a table or a line of its own.
 */
import { makeVisibleLine } from '../core/render-safe.ts';

/** As code, in which Markdown reads nothing but its end. */
export const code = (text: unknown, most = 300): string =>
  `\`${makeVisibleLine(String(text), most).replaceAll('`', "'") || ' '}\``;

/** The same, in a table: there a bar ends the cell even in code. */
export const cell = (text: unknown, most?: number): string => code(text, most).replaceAll('|', '\\|');

/** A block of commands, all of them ours. @param lines of which no word is anyone else's. */
export const block = (lines: readonly string[]): string => ['```sh', ...lines, '```'].join('\n');
