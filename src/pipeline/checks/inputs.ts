import { resolve } from 'node:path';
import { ConfigError, StageError } from '../../core/errors.ts';
import type { Pipeline } from '../build.ts';
import type { PipelineDocument } from '../document/pipeline-document.ts';
import { type Problem, problemAt } from './problems.ts';

/** Gives a problem where the files that the source reads are not what the pipeline takes them for: a table without a column. */
export async function inputProblems(
  document: PipelineDocument,
  { source: { definition, options, path }, used }: Pipeline,
): Promise<readonly Problem[]> {
  const { baseDirectory, hasFile, isRehearsal = false } = document;
  if (baseDirectory === undefined || !hasFile || isRehearsal) return [];
  const resolvePath = (file: string) => resolve(baseDirectory, file);
  try {
    await definition.check?.(options, { resolvePath, inputColumns: used.input });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof StageError)) throw error;
    const code = error instanceof ConfigError ? 'unknown-column' : 'unreadable-input';
    return [problemAt(document, path, error.message, { code })];
  }
}
