import type { StageDefinition } from '../core/stage.ts';
import type { Pipeline } from '../pipeline/build.ts';
import { isError, type Problem, throwProblems } from '../pipeline/checks/problems.ts';
import type { PipelineDocument } from '../pipeline/document/pipeline-document.ts';
import { type ExaminedFile, examineWholeFile } from '../pipeline/load.ts';
import { type Given, unknownVariables, withEnvironment } from './flags/environment.ts';
import type { FlagValues } from './flags/flags.ts';
import { pipelineSettings, pointlessVariables, settingFlags } from './flags/pipeline-settings.ts';
import type { Io } from './io.ts';
import { baseDirectoryOf, readPipelineText, shownName } from './pipeline-text.ts';

/** A call of a command that is about pipeline files. */
export interface FileCall {
  readonly values: FlagValues;
  readonly io: Io;
  readonly registry: readonly StageDefinition[];
}

/** A pipeline file that can run. */
export interface LoadedFile {
  readonly pipeline: Pipeline;
  readonly document: PipelineDocument;
  /** The folder where its paths start. */
  readonly baseDirectory: string;
  readonly warnings: readonly Problem[];
  /** The flags of the call, those of the environment among them. */
  readonly given: Given;
}

/**
 * Loads a pipeline file as a run would have it: variables, `--set` and flags in it.
 *
 * Errors: ConfigError with every problem but the warnings, in the order of their places.
 */
export async function loadFile(file: string, call: FileCall): Promise<LoadedFile> {
  const text = await readPipelineText(file, call.io);
  const given = givenFor(call);
  const { pipeline, document, problems } = await inspectFile(file, text, given, call);
  throwProblems(problems);
  if (pipeline === undefined || document === undefined) throw new Error('a file without errors must give a pipeline');
  const baseDirectory = baseDirectoryOf(file, call.io.cwd);
  return { pipeline, document, baseDirectory, warnings: problems.filter((problem) => !isError(problem)), given };
}

/** The flags of a call, those of the environment among them. Errors: ConfigError. */
export function givenFor({ values, io, registry }: FileCall): Given {
  return withEnvironment(settingFlags(registry), values, io.env);
}

/** Gives the problems of a pipeline file's text, and the pipeline where none of them is an error. */
export async function inspectFile(
  file: string,
  text: string,
  given: Given,
  { io, registry }: FileCall,
): Promise<ExaminedFile> {
  const examined = await examineWholeFile(
    text,
    {
      file: shownName(file),
      env: io.env,
      sets: pipelineSettings(given, registry, io.cwd),
      baseDirectory: baseDirectoryOf(file, io.cwd),
    },
    registry,
  );
  const variables = examined.document?.variables ?? new Set();
  const ofEnvironment = [...pointlessVariables(given), ...unknownVariables(given.flags, io.env, variables)];
  return { ...examined, problems: [...examined.problems, ...ofEnvironment] };
}
