import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError } from '../../core/errors.ts';
import { maskCredentials } from '../../core/urls/credentials.ts';
import { inOrder, isError, messagesInOrder, type Problem } from '../../pipeline/checks/problems.ts';
import { fileProblem } from '../../pipeline/document/file.ts';
import { TEST_SUFFIX } from '../../testing/document/test-suffix.ts';
import type { CommandCode } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { environmentErrors, type Given, withoutEnvironment } from '../flags/environment.ts';
import { switchFlag, valueFlag } from '../flags/flags.ts';
import { settingFlags } from '../flags/pipeline-settings.ts';
import type { Io } from '../io.ts';
import { type FileCall, givenFor, inspectFile } from '../pipeline-file.ts';
import { baseDirectoryOf, findPipelineText, shownName } from '../pipeline-text.ts';

/** `sluice check`: tells every mistake of pipeline files and of the test files beside them; nothing is run. */
export const checkCommand: CommandCode = {
  flags: () => ({
    format: valueFlag(`${FORMATS.join(', ')}.`, { defaultDescription: 'text', candidates: FORMATS }),
    strict: switchFlag('Takes warnings for mistakes: the exit code is 2.'),
  }),
  examples: [
    ['sluice check pipelines/*.yaml', ''],
    ['sluice check pipelines --format json', 'an array of file, line, column, path, severity, code, message'],
  ],
  run: async ({ positionals, values, io, registry }) => {
    const format = values['format'] ?? 'text';
    if (!FORMATS.some((name) => name === format)) {
      throw new ConfigError(`--format: expected one of ${FORMATS.join(', ')}, got ${JSON.stringify(format)}.`);
    }
    const call = { values: {}, io, registry };
    // Told as problems of the files, so that a program that reads them hears of it.
    const flags = settingFlags(registry);
    const ofEnvironment = environmentErrors(flags, {}, io.env);
    const given = ofEnvironment.length > 0 ? { ...withoutEnvironment({}), flags } : givenFor(call);
    const checked: CheckedFile[] = [];
    for (const file of positionals) {
      for (const { file: name, problems } of await checkPath(file, given, call)) {
        checked.push({ file: name, problems: [...problems, ...ofEnvironment] });
      }
    }
    if (format === 'json') io.stdout.write(jsonText(checked));
    else io.stderr.write(plainText(checked));
    const problems = checked.flatMap((file) => file.problems);
    const hasFailed = values['strict'] === true ? problems.length > 0 : problems.some(isError);
    return hasFailed ? exitCodes.usage : exitCodes.ok;
  },
};

const FORMATS = ['text', 'json'] as const;

/** What was found in a file; its name as it is shown. */
interface CheckedFile {
  readonly file: string;
  readonly problems: readonly Problem[];
}

/** Checks a file, or the files of a folder. */
async function checkPath(path: string, given: Given, call: FileCall): Promise<readonly CheckedFile[]> {
  const files = await filesAt(path, call.io);
  if (files.length === 0) {
    return [{ file: path, problems: [fileProblem(path, 'unreadable-file', 'the folder holds no *.yaml file')] }];
  }
  const checked: CheckedFile[] = [];
  for (const file of files) {
    const { text, problem } = await findPipelineText(file, call.io);
    const problems = problem === undefined ? await problemsIn(file, text, given, call) : [problem];
    checked.push({ file: shownName(file), problems: inOrder(problems) });
  }
  return checked;
}

async function problemsIn(file: string, text: string, given: Given, call: FileCall): Promise<readonly Problem[]> {
  if (!file.endsWith(TEST_SUFFIX)) return (await inspectFile(file, text, given, call)).problems;
  // Loaded here: hardly any file needs it.
  const { readTestFile } = await import('../../testing/document/test-file.ts');
  const { cwd, env } = call.io;
  return readTestFile(text, { file, folder: baseDirectoryOf(file, cwd), env }).problems;
}

/** The path itself, or the files of the folder that it is. */
async function filesAt(path: string, io: Io): Promise<readonly string[]> {
  const found = path === '-' ? undefined : await stat(resolve(io.cwd, path)).catch(() => undefined);
  if (found?.isDirectory() !== true) return [path];
  const names = await readdir(resolve(io.cwd, path));
  return names
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(path, name));
}

/** One line a problem, file after file; what is about the environment, and not about a file, once. */
function plainText(checked: readonly CheckedFile[]): string {
  const lines = new Set(checked.flatMap(({ problems }) => messagesInOrder(problems)));
  return [...lines].map((line) => `${maskCredentials(line)}\n`).join('');
}

function jsonText(checked: readonly CheckedFile[]): string {
  const entries = checked.flatMap(({ file, problems }) =>
    problems.map(({ position, path, severity, code, text }) => ({
      file,
      line: position?.line ?? null,
      column: position?.column ?? null,
      path,
      severity,
      code,
      message: maskCredentials(text),
    })),
  );
  return `${JSON.stringify(entries, null, 2)}\n`;
}
