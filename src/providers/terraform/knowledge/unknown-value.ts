/** Is anything in a value not known yet? */
import type { Json } from '../../../core/digest.ts';
import { STAND_IN } from '../../aws/knowledge/marks/index.ts';
import { UNRESOLVED } from '../../aws/template/values.ts';

export function isUnknown(value: Json | undefined): boolean {
  if (typeof value === 'string') return value.includes(UNRESOLVED) || value.search(STAND_IN) >= 0;
  if (value === null || typeof value !== 'object') return false;
  return Object.values(value).some(isUnknown);
}
