import type { StageDefinition } from '../../../src/core/stage.ts';
import { type Examination, examinePipeline, type Pipeline } from '../../../src/pipeline/build.ts';
import { throwProblems } from '../../../src/pipeline/checks/problems.ts';
import { type FileOptions, readPipelineFile } from '../../../src/pipeline/document/file.ts';
import type { PipelineDocument } from '../../../src/pipeline/document/pipeline-document.ts';
import { type ExaminedFile, examineRead } from '../../../src/pipeline/load.ts';

/** Reads a pipeline file. Errors: ConfigError with every problem. */
export function parsePipelineFile(text: string, options: FileOptions): PipelineDocument {
  const { document, problems } = readPipelineFile(text, options);
  throwProblems(problems);
  if (document === undefined) throw new Error('a file that could not be read must have a problem');
  return document;
}

/** Makes the pipeline that a document describes. Errors: ConfigError with every problem, in the order of their places. */
export function buildPipeline(document: PipelineDocument, registry: readonly StageDefinition[]): Pipeline {
  return pipelineOf(examinePipeline(document, registry));
}

/** Makes the pipeline of a file's text, without the definitions that it names by files. Errors: as of both above. */
export function loadPipeline(text: string, options: FileOptions, registry: readonly StageDefinition[]): Pipeline {
  return pipelineOf(examineFile(text, options, registry));
}

/** Does what `loadPipeline` does, but gives the problems. */
export function examineFile(text: string, options: FileOptions, registry: readonly StageDefinition[]): ExaminedFile {
  return examineRead(readPipelineFile(text, options), registry);
}

function pipelineOf({ pipeline, problems }: Examination): Pipeline {
  throwProblems(problems);
  if (pipeline === undefined) throw new Error('what has no problems must give a pipeline');
  return pipeline;
}
