/** Who is at a change: the process that recorded the intent of a call. */
import { z } from 'zod';

export const executorSchema = z.object({
  /** Random, of one execution. */
  token: z.string(),
  host: z.string(),
  /** Of the host's system since it was started. null: the system does not say. */
  boot: z.string().nullable(),
  /** In which process ids are told apart. null: the system does not say. */
  space: z.string().nullable(),
  pid: z.int(),
  /** When the process began, as its system counts. null: the system does not say. */
  started: z.string().nullable(),
});
export type Owner = z.infer<typeof executorSchema>;

/** `elsewhere`: it cannot be looked at from here. */
export type Presence = 'alive' | 'dead' | 'elsewhere';

export interface Owners {
  /** This process begins an execution, and is alive to it until `end`. */
  begin(): { owner: Owner; end(): void };
  presenceOf(owner: Owner): Presence;
}

/** A runner that is not known to be gone. */
export interface RunnerSeen {
  since: string;
  host: string;
  pid: number;
  /** `elsewhere`: it cannot be looked at from here. */
  presence: 'alive' | 'elsewhere';
}
