/** Is a change given by its id, or as a file? */
import { existsSync } from 'node:fs';

/** An id is one, whatever files there are. */
export const isBundleFile = (argument: string): boolean =>
  !/^chg_[0-9a-f]{1,64}$/.test(argument) && existsSync(argument);
