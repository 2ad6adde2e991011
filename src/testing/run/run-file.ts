import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Problem, problemAt } from '../../pipeline/checks/problems.ts';
import { decodePipelineText } from '../../pipeline/document/pipeline-text.ts';
import { type Difference, judgeCase } from '../compare/judge-case.ts';
import { readTestFile, type TestCase, type TestFile } from '../document/test-file.ts';
import { canTakeOver, isTakenOver } from '../document/update-file.ts';
import type { TestedFile } from './case-pipeline.ts';
import { type CaseEnvironment, type Observation, runCase } from './run-case.ts';

/** A test file, as it was found. */
export interface FoundTestFile {
  /** Its name as it shall be shown. */
  readonly file: string;
  /** Its absolute path. */
  readonly path: string;
  readonly text: string;
}

/** What became of a case. */
export interface CaseResult {
  readonly testCase: TestCase;
  /** Undefined where it could not run. */
  readonly observation: Observation | undefined;
  /** Empty: it has passed, or what came of it was taken over. */
  readonly differences: readonly Difference[];
  readonly problems: readonly Problem[];
  /** Whether what came of it is to take the place of what was expected. */
  readonly isUpdated: boolean;
  /** In real time. */
  readonly elapsedMs: number;
}

/** How the cases of a file are run. */
export interface FileEnvironment extends CaseEnvironment {
  /** Variables that a test file may refer to. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether what comes of the cases is to take the place of what is expected. */
  readonly isUpdate: boolean;
  /** Whether a case is wanted. */
  isWanted(name: string): boolean;
  errorText(error: unknown): string;
}

/** The cases of a file that were run, or why the file as such can't be. */
export interface FileResult {
  readonly cases: readonly CaseResult[];
  readonly problems: readonly Problem[];
}

/** Runs the cases of a test file, one after the other. `onCase` is told of each, and says whether to go on. */
export async function runFile(
  { file: name, path, text }: FoundTestFile,
  environment: FileEnvironment,
  onCase: (result: CaseResult) => boolean,
): Promise<FileResult> {
  const folder = dirname(path);
  const { file, problems } = readTestFile(text, { file: name, folder, env: environment.env });
  if (file === undefined) return { cases: [], problems };
  const pipelineFile = join(dirname(name), file.pipeline);
  const tested = await readTested(file, { path: join(folder, file.pipeline), name: pipelineFile });
  if (typeof tested !== 'string') return { cases: [], problems: [tested] };
  const place = { text: tested, file: pipelineFile, folder: dirname(join(folder, file.pipeline)) };
  const cases: CaseResult[] = [];
  for (const testCase of file.cases) {
    if (!environment.isWanted(testCase.name)) continue;
    const result = await caseResult(file, place, testCase, environment);
    cases.push(result);
    if (!onCase(result)) break;
  }
  return { cases, problems: [] };
}

async function caseResult(
  file: TestFile,
  tested: TestedFile,
  testCase: TestCase,
  environment: FileEnvironment,
): Promise<CaseResult> {
  const startedAtMs = performance.now();
  const { observation, problems = [] } = await runCase(file, tested, testCase, environment);
  const all = observation === undefined ? [] : judgeCase(testCase, observation, environment.errorText);
  const takesOver = environment.isUpdate && observation !== undefined && canTakeOver(testCase, observation);
  const isUpdated = takesOver && (testCase.expected === undefined || all.some(isTakenOver));
  return {
    testCase,
    observation,
    differences: takesOver ? all.filter((one) => !isTakenOver(one)) : all,
    problems,
    isUpdated,
    elapsedMs: performance.now() - startedAtMs,
  };
}

async function readTested(file: TestFile, { path, name }: { path: string; name: string }): Promise<string | Problem> {
  try {
    const { text, problem } = decodePipelineText(await readFile(path), name);
    return text ?? problem;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    const text = `${basename(name)} can't be read: ${reason}`;
    return problemAt(file.document, ['pipeline'], text, { code: 'unreadable-file' });
  }
}
