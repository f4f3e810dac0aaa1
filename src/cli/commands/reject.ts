import { signing } from './approve.ts';

export const reject = signing('reject', 'reject a change with your own OpenSSH key');
