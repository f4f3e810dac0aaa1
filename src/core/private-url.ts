/** Addresses to which something of ours may be sent: what goes there is read by nobody on the way. */
const HERE: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Only encrypted, or on this machine. */
export const isPrivateUrl = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && HERE.includes(hostname));
