/** Hosts that belong to a provider, told by it to whoever looks for hosts of others. Hosts come without a port. */
export interface HostRules {
  /** A service of the provider itself; a name that its customers give is none. */
  isOwn(host: string): boolean;
  /** An own host below which the first part of a path is a name that customers give. */
  holdsNames(host: string): boolean;
  /** A domain of the provider below which anybody gets a name. */
  isShared(domain: string): boolean;
}
