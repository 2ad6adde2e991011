import { normalize } from 'node:path';
import { type Locator, type Path, type Problem, pathText, problemAt, quoted, unknownName } from './problems.ts';

/** The columns of each output's rows, by role: what a sink in that role may write. */
export interface PipelineTables {
  readonly sink: readonly string[];
  readonly failures: readonly string[];
  readonly pages: readonly string[];
}

/** A stage's options and where they stand. */
interface PlacedOptions {
  readonly options: Readonly<Record<string, unknown>>;
  readonly path: Path;
}

/** The outputs of a pipeline that could be made. */
export type Outputs = { readonly [Role in keyof PipelineTables]: PlacedOptions | undefined };

/** Everything in a pipeline that names files. */
export interface FileUsers extends Outputs {
  readonly source: PlacedOptions | undefined;
  readonly summary: string | undefined;
  readonly checkpoint: string | undefined;
}

const ROLES = ['sink', 'failures', 'pages'] as const;

/** Gives a problem for each name in a sink's `columns` that its output doesn't have, or that is there twice. */
export function columnProblems(locator: Locator, outputs: Outputs, tables: PipelineTables): readonly Problem[] {
  return ROLES.flatMap((role) => {
    const output = outputs[role];
    const { columns } = output?.options ?? {};
    if (output === undefined || !Array.isArray(columns)) return [];
    return columns.flatMap((column: unknown, index) => {
      const path = [...output.path, 'columns', index];
      const name = String(column);
      if (!tables[role].includes(name)) return [problemAt(locator, path, unknownName('column', name, tables[role]))];
      if (columns.indexOf(column) < index)
        return [problemAt(locator, path, `the column ${quoted(name)} is there twice`)];
      return [];
    });
  });
}

interface FileUse {
  readonly file: string;
  readonly path: Path;
}

/**
 * Gives a problem for each output that would write what another writes (a file, or standard output), or overwrite what
 * the source reads. Paths are compared as written, `./` and `..` resolved.
 */
export function fileProblems(locator: Locator, users: FileUsers): readonly Problem[] {
  const readers = new Map(sourceFiles(users.source).map((use) => [normalize(use.file), use]));
  const writers = new Map<string, FileUse>();
  return outputFiles(users).flatMap((use) => {
    const file = normalize(use.file);
    const isStdout = file === '-';
    const reader = isStdout ? undefined : readers.get(file);
    const writer = writers.get(file);
    writers.set(file, writer ?? use);
    if (reader !== undefined) {
      return [
        problemAt(locator, use.path, `would overwrite ${quoted(use.file)}, which ${pathText(reader.path)} reads`),
      ];
    }
    if (writer === undefined) return [];
    const what = isStdout ? 'standard output' : quoted(use.file);
    const text = `writes to ${what}, and so does ${pathText(writer.path)}: each output needs its own`;
    return [problemAt(locator, use.path, text)];
  });
}

function sourceFiles(source: PlacedOptions | undefined): readonly FileUse[] {
  if (source === undefined) return [];
  const path = [...source.path, 'path'];
  const { path: files } = source.options;
  if (typeof files === 'string') return [{ file: files, path }];
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: unknown, index) => (typeof file === 'string' ? [{ file, path: [...path, index] }] : []));
}

function outputFiles({ summary, checkpoint, ...outputs }: FileUsers): readonly FileUse[] {
  const uses: FileUse[] = ROLES.flatMap((role) => {
    const output = outputs[role];
    const { path: file } = output?.options ?? {};
    return output !== undefined && typeof file === 'string' ? [{ file, path: [...output.path, 'path'] }] : [];
  });
  for (const [key, file] of Object.entries({ summary, checkpoint })) {
    if (file !== undefined) uses.push({ file, path: [key] });
  }
  return uses;
}
