import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Slow, so they come last. */
export const OPEN_A_WORLD = ['changes', 'pipeline', 'planning'];

/** The mutated file's own tests first: at the first failure a mutant is done with, and that is where most fail. */
export class OwnTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const mutated = (this.ctx.config.related ?? []).map((file) => basename(file, '.ts'));
    const distance = ({ moduleId }: TestSpecification) => {
      const tested = basename(moduleId, '.test.ts');
      if (mutated.includes(tested)) return 0;
      return OPEN_A_WORLD.includes(tested) ? 2 : 1;
    };
    return [...files].sort((a, b) => distance(a) - distance(b));
  }
}
