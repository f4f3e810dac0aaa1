import { switching } from './halt.ts';

export const resume = switching('resume', 'resumed', 'lift a halt');
