import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize, resolve } from 'node:path';
import { optionNotes } from '../../core/stage/option-notes.ts';
import { namePattern } from '../../formats/split/part-names.ts';
import type { PipelineDocument } from '../document/pipeline-document.ts';
import type { StageChoice } from '../stage-choice.ts';
import { optionText, type Path, type Problem, problemAt, quoted } from './problems.ts';

/** Everything in a pipeline that names files; the stages that could be made. */
export interface FileUsers {
  readonly stages: readonly StageChoice[];
  readonly summary: string | undefined;
  readonly checkpoint: string | undefined;
}

/** A file that a pipeline names, and where. */
interface FileUse {
  readonly file: string;
  readonly path: Path;
  /** What becomes of it. A checkpoint is written, and its folder is made where it is missing. */
  readonly role: 'source' | 'input' | 'output' | 'checkpoint';
  /** Whether it is the path of several files, with placeholders in the last name. */
  readonly hasPlaceholders?: boolean;
  /** Whether `-` is no standard stream there. */
  readonly isAlwaysFile?: boolean;
  /** Whether it is written where it stands; else it is written beside, and then takes the place of what has its name. */
  readonly isInPlace: boolean;
}

/**
 * Gives a problem for each output that would write what another writes (a file, or standard output), or overwrite what
 * the source reads; and for each file of a pipeline file that can't be read or written, so that it is found out at once.
 *
 * Two paths are one file where the file system says so, through links too; without it, where they are written alike.
 */
export function fileProblems(document: PipelineDocument, users: FileUsers): readonly Problem[] {
  const uses = fileUses(users);
  const problems = [...streams(document, uses), ...conflicts(document, uses), ...patternConflicts(document, uses)];
  const { baseDirectory, hasFile, isRehearsal = false } = document;
  if (baseDirectory === undefined || !hasFile) return problems;
  const access = uses.flatMap((use) => {
    const isRead = use.role === 'source' || use.role === 'input';
    if (use.file === '-' || (isRehearsal && !isRead)) return [];
    const reason = accessProblem(resolve(baseDirectory, use.file), use);
    if (reason === undefined) return [];
    const text = `${quoted(use.file)} can't be ${isRead ? 'read' : 'written'}: ${reason}`;
    return [problemAt(document, use.path, text, { code: isRead ? 'unreadable-input' : 'unwritable-output' })];
  });
  return [...problems, ...access];
}

function fileUses({ stages, summary, checkpoint }: FileUsers): readonly FileUse[] {
  const hasCheckpoint = checkpoint !== undefined;
  const ofStages = stages.flatMap((stage) =>
    Object.entries(stage.definition.options.shape).flatMap(([name, option]) => {
      const { file: note, isAlwaysFile = false } = optionNotes(option);
      if (note === undefined) return [];
      const hasPlaceholders = note === 'outputs';
      const role = hasPlaceholders
        ? 'output'
        : note === 'input' && stage.definition.type === 'source'
          ? 'source'
          : note;
      const files = filesIn(stage.options[name], [...stage.path, name]);
      return files.map((use) => ({ ...use, role, hasPlaceholders, isAlwaysFile, isInPlace: hasCheckpoint }) as const);
    }),
  );
  const within = stages.flatMap(({ definition, options, path }) =>
    (definition.inputFiles?.(options as never) ?? []).map(
      ({ option, file }) => ({ file, path: [...path, ...option], role: 'input', isInPlace: false }) as const,
    ),
  );
  return [
    ...ofStages,
    ...within,
    ...filesIn(summary, ['summary']).map((use) => ({ ...use, role: 'output', isInPlace: true }) as const),
    ...filesIn(checkpoint, ['checkpoint']).map(
      (use) => ({ ...use, role: 'checkpoint', isAlwaysFile: true, isInPlace: false }) as const,
    ),
  ];
}

function filesIn(value: unknown, path: Path): readonly Pick<FileUse, 'file' | 'path'>[] {
  if (typeof value === 'string') return [{ file: value, path }];
  return Array.isArray(value) ? value.flatMap((file, index) => filesIn(file, [...path, index])) : [];
}

function streams(document: PipelineDocument, uses: readonly FileUse[]): readonly Problem[] {
  const text = 'expected the path of a file, got "-", which is a standard stream (./- is a file of that name)';
  return uses
    .filter(({ file, isAlwaysFile }) => file === '-' && isAlwaysFile === true)
    .map(({ path }) => problemAt(document, path, text));
}

function conflicts(document: PipelineDocument, uses: readonly FileUse[]): readonly Problem[] {
  const keyOf = (use: FileUse) => fileKey(document, use);
  const readers = new Map(uses.filter(({ role }) => role === 'source').map((use) => [keyOf(use), use]));
  const writers = new Map<string, FileUse>();
  return uses
    .filter(({ role }) => role === 'output' || role === 'checkpoint')
    .flatMap((use) => {
      const key = keyOf(use);
      const reader = use.file === '-' ? undefined : readers.get(key);
      const writer = writers.get(key);
      writers.set(key, writer ?? use);
      if (reader !== undefined) {
        const text = `would overwrite ${quoted(reader.file)}, which ${optionText(document, reader.path)} reads`;
        return [problemAt(document, use.path, text, { code: 'overwrites-input' })];
      }
      // Devices take whatever comes, from as many as there are.
      if (writer === undefined || isNoFile(key)) return [];
      const what = use.file === '-' ? 'standard output' : quoted(use.file);
      const text = `writes to ${what}, and so does ${optionText(document, writer.path)}: each output needs its own`;
      return [problemAt(document, use.path, text, { code: 'same-output' })];
    });
}

/** An output of several files must not come to have the name of another file: it removes and replaces what is its own. */
function patternConflicts(document: PipelineDocument, uses: readonly FileUse[]): readonly Problem[] {
  return uses
    .filter(({ hasPlaceholders }) => hasPlaceholders)
    .flatMap((several) => {
      const key = fileKey(document, several);
      const pattern = namePattern(basename(key));
      return uses.flatMap((use) => {
        const other = fileKey(document, use);
        if (use.hasPlaceholders || dirname(other) !== dirname(key) || !pattern.test(basename(other))) return [];
        if (use.role === 'source' || use.role === 'input') {
          const text = `could overwrite ${quoted(use.file)}, which ${optionText(document, use.path)} reads`;
          return [problemAt(document, several.path, text, { code: 'overwrites-input' })];
        }
        const text = `writes to ${quoted(use.file)}, which ${optionText(document, several.path)} could name, too: each output needs its own`;
        return [problemAt(document, use.path, text, { code: 'same-output' })];
      });
    });
}

/** What two paths of one file have in common. */
function fileKey({ baseDirectory }: PipelineDocument, { file }: FileUse): string {
  return file === '-' || baseDirectory === undefined ? normalize(file) : realPathOf(resolve(baseDirectory, file));
}

/** The path without links, as far as it exists. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPathOf(folder), basename(path));
  }
}

function isNoFile(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

/** Why a file can't be used as it is meant to be; undefined where it can, as far as that can be told. */
function accessProblem(path: string, { role, isInPlace }: FileUse): string | undefined {
  try {
    if (role === 'source' || role === 'input') return inputProblem(path);
    return role === 'checkpoint' ? checkpointProblem(path) : outputProblem(path, isInPlace);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return REASONS[code] ?? message;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ELOOP: 'its links lead in a circle',
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
  EROFS: 'the file system is read-only',
};

function inputProblem(path: string): string | undefined {
  if (statSync(path).isDirectory()) return 'it is a folder';
  accessSync(path, constants.R_OK);
  return undefined;
}

function outputProblem(path: string, isInPlace: boolean): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return 'it is a folder';
  // A device or a pipe is opened as it is.
  if (found !== undefined && (isInPlace || !found.isFile())) {
    accessSync(path, constants.W_OK);
    return undefined;
  }
  const folder = dirname(path);
  const foundFolder = statSync(folder, { throwIfNoEntry: false });
  if (foundFolder === undefined) return 'its folder does not exist';
  if (!foundFolder.isDirectory()) return 'a part of its path is no folder';
  accessSync(folder, constants.W_OK);
  return undefined;
}

function checkpointProblem(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return 'it is a folder';
  let folder = dirname(path);
  while (statSync(folder, { throwIfNoEntry: false }) === undefined) folder = dirname(folder);
  return outputProblem(join(folder, basename(path)), false);
}
