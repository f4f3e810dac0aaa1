/** For a process that parses each shape once or twice: compiling a parser of it takes longer than that saves. */
import { z } from 'zod';

/** Of schemas that are made from here on. */
export const parseWithoutCompiling = (): void => void z.config({ jitless: true });
