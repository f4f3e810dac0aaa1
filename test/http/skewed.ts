/** Imported before a program (`node --import`): its clock is off by so many milliseconds, and nothing else is. */
const off = Number(process.env.TEST_CLOCK_OFF_MILLISECONDS);
const Real = Date;
class Skewed extends Real {
  constructor(...given: []) {
    if (given.length === 0) super(Real.now() + off);
    else super(...given);
  }
  static override now(): number {
    return Real.now() + off;
  }
}
globalThis.Date = Skewed as DateConstructor;

export {};
