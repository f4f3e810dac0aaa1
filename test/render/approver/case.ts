/** One change that a reviewer must refuse, and its harmless twin. */
export interface ApproverCase {
  name: string;
  /** Template of the stack as it is. */
  before: object;
  hazard: object;
  twin: object;
  /** What the first forty lines must tell. */
  offending: string[];
}
