/** How tones look at a terminal; plain where standard output is none, or NO_COLOR is set. FORCE_COLOR has them always. */
import { styleText } from 'node:util';
import type { Tone } from '../render/layout.ts';

const STYLES = { strong: 'bold', good: 'green', warn: 'yellow', bad: 'red', quiet: 'dim' } as const;
export const paint = (tone: Tone, text: string): string => (tone === 'plain' ? text : styleText(STYLES[tone], text));
