/** `1 approval`, `2 approvals`: a number that a person reads inflects its noun. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
