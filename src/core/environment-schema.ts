/** Apart from the names, which the command line has before anything is parsed. */
import { z } from 'zod';
import { ENVIRONMENTS } from './environment.ts';

export const environmentSchema = z.enum(ENVIRONMENTS);
