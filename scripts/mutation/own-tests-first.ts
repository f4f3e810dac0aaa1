import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The mutated file's own tests first: at the first failure a mutant is done with, and that is where most fail. */
export class OwnTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const mutated = (this.ctx.config.related ?? []).map((file) => basename(file, '.ts'));
    const distance = ({ moduleId }: TestSpecification) => (mutated.includes(basename(moduleId, '.test.ts')) ? 0 : 1);
    return [...files].sort((a, b) => distance(a) - distance(b));
  }
}
