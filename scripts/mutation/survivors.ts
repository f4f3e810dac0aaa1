/** Why each mutant that no test sees may live: by file, a part of its line, and where needed of what it became. */
export const survivors: readonly { file: string; line: string; to?: string; why: string }[] = [];
