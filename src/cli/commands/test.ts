import { readdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError } from '../../core/errors.ts';
import { maskCredentials } from '../../core/urls/credentials.ts';
import type { Pipeline } from '../../pipeline/build.ts';
import { messagesInOrder } from '../../pipeline/checks/problems.ts';
import type { RunResult } from '../../pipeline/run/run.ts';
import { TEST_SUFFIX } from '../../testing/document/test-suffix.ts';
import type { CaseResult, FileResult, FoundTestFile } from '../../testing/run/run-file.ts';
import type { CommandCall, CommandCode } from '../command.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { switchFlag, valueFlag } from '../flags/flags.ts';
import type { Io } from '../io.ts';
import { findPipelineText } from '../pipeline-text.ts';
import { errorText, problemLine } from '../report/error-text.ts';
import { caseText, totalText } from '../report/test-report.ts';

/** `sluice test`: runs the tests of pipelines, with canned answers in the place of the network. */
export const testCommand: CommandCode = {
  flags: () => ({
    filter: valueFlag('Only the cases whose name has this text in it.'),
    bail: switchFlag('Stops at the first case that fails.'),
    update: switchFlag('Writes what came of each case into its file as what is expected.'),
    format: valueFlag(`${FORMATS.join(', ')}.`, { defaultDescription: 'text', candidates: FORMATS }),
  }),
  examples: [
    ['sluice test pipelines', 'runs pipelines/*.test.yaml'],
    ['sluice test links.test.yaml --update', 'takes over what has changed'],
  ],
  run: async (call) => {
    const format = call.values['format'] ?? 'text';
    if (!FORMATS.some((name) => name === format)) {
      throw new ConfigError(`--format: expected one of ${FORMATS.join(', ')}, got ${JSON.stringify(format)}.`);
    }
    const files = await findFiles(call.positionals, call.io);
    const results = await runFiles(files, call, format === 'text');
    if (format === 'json') call.io.stdout.write(jsonText(results));
    else if (results.some(({ cases }) => cases.length > 0)) writeTotal(results, call.io);
    // Those of a case stand below it.
    for (const { problems } of results) {
      for (const message of messagesInOrder(problems)) call.io.stderr.write(`${problemLine(message)}\n`);
    }
    const hasProblems = results.some(({ cases, problems }) => [{ problems }, ...cases].some(isFaulty));
    const hasCases = results.some(({ cases }) => cases.length > 0);
    if (!hasProblems && !hasCases) throw new ConfigError('no case has the text of --filter in its name.');
    if (hasProblems) return exitCodes.usage;
    return results.every(({ cases }) => cases.every(hasPassed)) ? exitCodes.ok : exitCodes.tooManyFailures;
  },
};

const FORMATS = ['text', 'json'] as const;

type NamedResult = FileResult & { readonly file: string };

/** Without an argument, folders that hold no test are no mistake as long as one does. */
async function findFiles(paths: readonly string[], io: Io): Promise<readonly string[]> {
  const isDefault = paths.length === 0;
  const found: string[] = [];
  for (const path of isDefault ? ['pipelines', '.'] : paths) {
    const info = await stat(resolve(io.cwd, path)).catch(() => undefined);
    if (info?.isDirectory() !== true) {
      if (!isDefault) found.push(testFileOf(path));
      continue;
    }
    const names = (await readdir(resolve(io.cwd, path))).filter((name) => name.endsWith(TEST_SUFFIX)).sort();
    if (names.length === 0 && !isDefault) throw new ConfigError(`${path}: the folder holds no *${TEST_SUFFIX} file.`);
    found.push(...names.map((name) => join(path, name)));
  }
  if (found.length === 0) throw new ConfigError(`there is no *${TEST_SUFFIX} file here, nor in pipelines.`);
  return found;
}

/** A pipeline stands for its tests. */
function testFileOf(path: string): string {
  return path.endsWith(TEST_SUFFIX) ? path : `${path.replace(/\.ya?ml$/, '')}${TEST_SUFFIX}`;
}

async function runFiles(
  files: readonly string[],
  call: CommandCall,
  isShown: boolean,
): Promise<readonly NamedResult[]> {
  const { values, io } = call;
  const results: NamedResult[] = [];
  for (const file of files) {
    const { text, problem } = await findPipelineText(file, io);
    const found = { file, path: resolve(io.cwd, file), text: text ?? '' };
    const result = problem === undefined ? await runOne(found, call, isShown) : { cases: [], problems: [problem] };
    if (values['update'] === true) await update(found, result, io);
    results.push({ file, ...result });
    if (values['bail'] === true && (result.problems.length > 0 || !result.cases.every(hasPassed))) break;
  }
  return results;
}

async function runOne(
  found: FoundTestFile,
  { values, io, registry }: CommandCall,
  isShown: boolean,
): Promise<FileResult> {
  const { filter, bail, update: isUpdate } = values;
  const environment = {
    registry,
    env: io.env,
    commandPath: io.env['PATH'],
    exitCodeOf: (result: Pick<RunResult, 'end' | 'totals'>, pipeline: Pipeline) =>
      exitCodeOf(result, pipeline, undefined),
    errorText: (error: unknown) => errorText(error).replaceAll(/^sluice: /gm, ''),
    isWanted: (name: string) => typeof filter !== 'string' || name.includes(filter),
    isUpdate: isUpdate === true,
  };
  // Loaded here: no other command has a use for it.
  const { runFile } = await import('../../testing/run/run-file.ts');
  if (isShown) io.stdout.write(`${found.file}\n`);
  return await runFile(found, environment, (result) => {
    if (isShown) io.stdout.write(caseText(result, hasColor(io)));
    return bail !== true || hasPassed(result);
  });
}

/** Writes the file where anything has changed. */
async function update({ file, text, path }: FoundTestFile, { cases }: FileResult, io: Io): Promise<void> {
  const observed = cases.flatMap(({ testCase, observation }) =>
    observation === undefined ? [] : [{ testCase, observation }],
  );
  const { updateFile } = await import('../../testing/document/update-file.ts');
  const updated = updateFile(text, observed);
  if (updated === text) return;
  await writeFile(path, updated);
  io.stderr.write(`sluice: ${file}: updated.\n`);
}

function isFaulty({ problems }: Pick<FileResult, 'problems'>): boolean {
  return problems.length > 0;
}

function hasPassed({ differences, problems }: CaseResult): boolean {
  return differences.length === 0 && problems.length === 0;
}

function hasColor({ stdout, env }: Io): boolean {
  return stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

function writeTotal(results: readonly NamedResult[], io: Io): void {
  const cases = results.flatMap((result) => result.cases);
  const passed = cases.filter(hasPassed).length;
  io.stdout.write(`\n${totalText(passed, cases.length - passed, hasColor(io))}`);
}

function jsonText(results: readonly NamedResult[]): string {
  const files = results.map(({ file, cases, problems }) => ({
    file,
    problems: problems.map(({ message }) => maskCredentials(message)),
    cases: cases.map((one) => ({
      name: one.testCase.name,
      passed: hasPassed(one),
      updated: one.isUpdated,
      ms: Math.round(one.elapsedMs),
      problems: one.problems.map(({ message }) => maskCredentials(message)),
      differences: one.differences,
      unused: one.observation?.unused ?? [],
    })),
  }));
  return `${JSON.stringify(files, null, 2)}\n`;
}
