import type { StageDefinition } from '../core/stage.ts';
import { type Examination, examinePipeline, type Pipeline } from './build.ts';
import type { PipelineTables } from './checks/outputs.ts';
import { throwProblems } from './checks/problems.ts';
import { type FileOptions, readPipelineFile } from './document/file.ts';

/**
 * Makes the pipeline of a file's text: `parsePipelineFile` and `buildPipeline` in one.
 *
 * Errors: ConfigError with the problems of both, in the order of their places.
 */
export function loadPipeline(
  text: string,
  options: FileOptions,
  registry: readonly StageDefinition[],
  tables: PipelineTables,
): Pipeline {
  const { pipeline, problems } = examineFile(text, options, registry, tables);
  throwProblems(problems);
  if (pipeline === undefined) throw new Error('a file without problems must give a pipeline');
  return pipeline;
}

/** Does what `loadPipeline` does, but gives the problems. A value that couldn't be read is not complained of twice. */
export function examineFile(
  text: string,
  options: FileOptions,
  registry: readonly StageDefinition[],
  tables: PipelineTables,
): Examination {
  const { document, problems } = readPipelineFile(text, options);
  if (document === undefined) return { pipeline: undefined, problems };
  const examination = examinePipeline(document, registry, tables);
  const known = new Set(problems.map((problem) => problem.order));
  const further = examination.problems.filter((problem) => !known.has(problem.order));
  return {
    pipeline: problems.length === 0 ? examination.pipeline : undefined,
    problems: [...problems, ...further],
  };
}
