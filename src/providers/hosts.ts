/** Apart from the rest of what is known of providers: a page that shows a change needs no more of it. */
export { hostsOfAws as providerHosts } from './aws/knowledge/hosts.ts';
