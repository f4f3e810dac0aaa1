/** What a change may be proposed for, for who needs no more of it. */
export const GOALS = ['fix', 'deploy', 'scale', 'configure', 'recover', 'clean_up'] as const;
