/** The sizes that the house keeps; the documents and the architecture test read these same numbers. */
export const LIMITS = { guardLines: 80, toolLines: 120, fileLines: 300, functionLines: 60 } as const;
