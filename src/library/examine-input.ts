import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../core/errors.ts';
import type { StageDefinition } from '../core/stage.ts';
import type { Pipeline } from '../pipeline/build.ts';
import { type Problem, problemIn } from '../pipeline/checks/problems.ts';
import type { PipelineDocument } from '../pipeline/document/pipeline-document.ts';
import { decodePipelineText, type PipelineText } from '../pipeline/document/pipeline-text.ts';
import { applySets } from '../pipeline/document/settings.ts';
import { examineDocument, examineWholeFile } from '../pipeline/load.ts';
import { stageDefinitions } from '../stages/registry.ts';
import { hostProcess } from './host-process.ts';
import type { PipelineInput, PipelineOptions } from './pipeline-input.ts';

/** A pipeline that was read as far as that was possible. */
export interface ExaminedInput {
  /** Undefined where there are errors among the problems. */
  readonly pipeline: Pipeline | undefined;
  readonly problems: readonly Problem[];
  /** The folder where its paths start. */
  readonly folder: string;
}

/** What plain values are called in messages. */
const INPUT_NAME = 'pipeline';

/**
 * Reads a pipeline: a file's path, its `file:` URL, or a plain value. Nothing is run.
 *
 * Errors: ConfigError for a file that can't be read, and for a stage whose name is taken.
 */
export async function examineInput(
  input: string | URL | PipelineInput,
  { stages = [], set = {}, env = hostProcess().env, cwd = hostProcess().cwd }: PipelineOptions,
): Promise<ExaminedInput> {
  const registry = registryWith(stages);
  const sets = Object.entries(set).map(([path, value]) => `${path}=${JSON.stringify(value)}`);
  if (typeof input === 'object' && !(input instanceof URL)) {
    return { ...(await examineValue(input, sets, cwd, registry)), folder: cwd };
  }
  const file = typeof input === 'string' ? input : fileURLToPath(input);
  const folder = dirname(resolve(cwd, file));
  const { text, problem } = await readText(resolve(cwd, file), file);
  if (problem !== undefined) return { pipeline: undefined, problems: [problem], folder };
  return { ...(await examineWholeFile(text, { file, env, sets, baseDirectory: folder }, registry)), folder };
}

function registryWith(stages: readonly StageDefinition[]): readonly StageDefinition[] {
  const registry = [...stageDefinitions];
  for (const stage of stages) {
    if (registry.some(({ type, name }) => type === stage.type && name === stage.name)) {
      throw new ConfigError(`there are two stages of the type ${stage.type} and the name ${stage.name}.`);
    }
    registry.push(stage);
  }
  return registry;
}

async function examineValue(
  input: PipelineInput,
  sets: readonly string[],
  baseDirectory: string,
  registry: readonly StageDefinition[],
): Promise<Pick<ExaminedInput, 'pipeline' | 'problems'>> {
  const { value, errors } = applySets(input, sets);
  const settingProblems = errors.map(({ label, text }) =>
    problemIn({ place: label, namesOption: true, order: 0 }, [], text, { code: 'bad-setting' }),
  );
  const examination = await examineDocument(documentOf(value, baseDirectory), registry);
  const problems = [...settingProblems, ...examination.problems];
  return { pipeline: settingProblems.length > 0 ? undefined : examination.pipeline, problems };
}

/** The document of a plain value: its path says where a mistake is, and nothing more is to be said. */
function documentOf(value: unknown, baseDirectory: string): PipelineDocument {
  return {
    name: INPUT_NAME,
    value,
    baseDirectory,
    hasFile: false,
    variables: new Set(),
    locate: () => ({ place: INPUT_NAME, namesOption: false, order: 0 }),
    place: () => INPUT_NAME,
    origin: () => ({ kind: 'file', place: INPUT_NAME, variables: [] }),
  };
}

async function readText(path: string, shown: string): Promise<PipelineText> {
  try {
    return decodePipelineText(await readFile(path), shown);
  } catch (error) {
    throw new ConfigError(`${shown}: can't be read: ${(error as Error).message}.`, { cause: error });
  }
}
