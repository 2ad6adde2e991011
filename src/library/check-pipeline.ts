import type { Problem } from '../pipeline/checks/problems.ts';
import { examineInput } from './examine-input.ts';
import type { PipelineInput, PipelineOptions } from './pipeline-input.ts';

/** A mistake in a pipeline, or a warning. */
export type PipelineProblem = Pick<Problem, 'severity' | 'code' | 'position' | 'path' | 'text' | 'message'>;

/**
 * Gives what is wrong with a pipeline, in the order of its places: what `sluice check` tells. Nothing is run; an empty
 * list is a pipeline that can run.
 *
 * `input` is a file's path, its `file:` URL, or a plain value. Errors: ConfigError for a file that can't be read.
 */
export async function checkPipeline(
  input: string | URL | PipelineInput,
  options: PipelineOptions = {},
): Promise<readonly PipelineProblem[]> {
  const { problems } = await examineInput(input, options);
  return problems
    .toSorted((one, other) => one.order - other.order)
    .map(({ severity, code, position, path, text, message }) => ({ severity, code, position, path, text, message }));
}
