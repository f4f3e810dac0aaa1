/** What a provider says of the ways around Countersign: data, each row with its source; and what it tries itself. */
import type { Permit } from './permit.ts';

/** Where credentials can lie on a machine. */
export interface CredentialPlaces {
  /** Variables that hold a secret, and those that name where one is fetched. */
  secretVariables: readonly string[];
  fetchedFrom: readonly string[];
  /** Files below the user's home that hold credentials. */
  files: readonly string[];
  source: string;
  /** The address that hands out a machine's own credentials. */
  metadata: {
    url: string;
    /** What hands out a token there, by PUT. */
    tokenPath: string;
    headers: Readonly<Record<string, string>>;
    addressVariable: string;
    disabledVariable: string;
    source: string;
  };
}

/** Another way to the cloud in an agent's configuration. */
export interface Door {
  title: string;
  /** Matched against the server's name, command, arguments and URL. */
  matches: RegExp;
  why: string;
  source: string;
}

export interface Outside {
  credentials: CredentialPlaces;
  doors: readonly Door[];
}

/** Of a write that was asked for without its effect. `denied_by_organisation`: for every principal but those it excepts. */
export interface TriedWrite {
  operation: string;
  answer: 'allowed' | 'denied' | 'denied_by_organisation' | 'unknown';
}
export interface TriesWrites {
  /** What the credentials that plan there could write. Changes nothing. @param permit for planning, at that place. */
  tryWrites?(
    place: { account?: string | undefined; region?: string | undefined },
    permit: Permit,
  ): Promise<TriedWrite[]>;
}
