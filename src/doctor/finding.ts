/** What doctor says of one thing that it found. */
export interface Finding {
  /** Short and stable: `credentials-in-config`. */
  name: string;
  /** `problem`: it opens a way around. `note`: it is worth knowing. */
  weight: 'problem' | 'note';
  what: string;
  why: string;
  /** The command or line that ends it. */
  fix: string;
  /** Where it was found: a file, a socket, an address. SECURITY: never a value. */
  at: string;
}
