import type { StageDefinition } from '../core/stage.ts';
import { type Examination, examinePipeline } from './build.ts';
import { inputProblems } from './checks/inputs.ts';
import { isError } from './checks/problems.ts';
import { loadDefinitions } from './definitions.ts';
import { type FileOptions, type ReadFile, readPipelineFile } from './document/file.ts';
import type { PipelineDocument } from './document/pipeline-document.ts';

/** A pipeline file after its examination. `document` is undefined where it is no YAML. */
export interface ExaminedFile extends Examination {
  readonly document: PipelineDocument | undefined;
}

/** Does what `examinePipeline` does, with the definitions that the document names by files. */
export async function examineDocument(
  document: PipelineDocument,
  registry: readonly StageDefinition[],
): Promise<Examination> {
  const definitions = await loadDefinitions(document, registry);
  const { pipeline, problems } = examinePipeline(document, definitions.registry);
  const all = [...definitions.problems, ...problems];
  return { pipeline: definitions.problems.length === 0 ? pipeline : undefined, problems: all };
}

/** Reads and examines a pipeline file, with the definitions that the file names by other files, and looks into the input's files. */
export async function examineWholeFile(
  text: string,
  options: FileOptions,
  registry: readonly StageDefinition[],
): Promise<ExaminedFile> {
  const read = readPipelineFile(text, options);
  if (read.document === undefined) return examineRead(read, registry);
  const definitions = await loadDefinitions(read.document, registry);
  const examined = examineRead(read, definitions.registry);
  const problems = [...definitions.problems, ...examined.problems];
  if (examined.pipeline === undefined || problems.some(isError)) return { ...examined, pipeline: undefined, problems };
  const ofInput = await inputProblems(read.document, examined.pipeline);
  const pipeline = ofInput.length === 0 ? examined.pipeline : undefined;
  return { ...examined, pipeline, problems: [...problems, ...ofInput] };
}

/** Does what `examinePipeline` does with a file that was read. A value that couldn't be read is not complained of twice. */
export function examineRead({ document, problems }: ReadFile, registry: readonly StageDefinition[]): ExaminedFile {
  if (document === undefined) return { document, pipeline: undefined, problems };
  const examination = examinePipeline(document, registry);
  const known = new Set(problems.map((problem) => problem.order));
  const further = examination.problems.filter((problem) => !known.has(problem.order));
  return {
    document,
    pipeline: problems.length === 0 ? examination.pipeline : undefined,
    problems: [...problems, ...further],
  };
}
