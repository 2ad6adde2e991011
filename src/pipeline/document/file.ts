import { LineCounter, parseDocument } from 'yaml';
import { printable } from '../../core/printable.ts';
import { type Position, type Problem, type ProblemCode, problemIn } from '../checks/problems.ts';
import { findReserved, shieldReferences } from './environment.ts';
import { AFTER_FILE, FileDocument, FileLocator } from './file-document.ts';
import type { PipelineDocument } from './pipeline-document.ts';
import { applySets, type SetRequest } from './settings.ts';
import { syntaxProblems } from './syntax-problems.ts';
import { readYaml } from './yaml-value.ts';

/** What a pipeline file is read with. */
export interface FileOptions {
  /** The file's name as it shall be shown. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What is set from outside, in this order; a later one wins. A text is a `--set path=value`. */
  readonly sets: readonly SetRequest[];
  /** The folder where relative paths start. Left out: whether files are there is not checked. */
  readonly baseDirectory?: string | undefined;
  /** True: the pipeline's outputs will not be written, so whether they could be is not checked. Left out: they will. */
  readonly isRehearsal?: boolean;
}

/** A pipeline file that was read as far as that was possible. `document` is undefined where it is no YAML. */
export interface ReadFile {
  readonly document: PipelineDocument | undefined;
  readonly problems: readonly Problem[];
}

/** A pipeline file has a few kilobytes; what is larger is something else, named by mistake. In bytes. */
export const MAX_FILE_BYTES = 1_000_000;

/**
 * Reads a pipeline file: YAML 1.2 core schema (JSON is YAML), at most 1 MB, without tags.
 *
 * Gives every problem beside the document, as `check` goes on to find more: syntax, duplicate keys, variables that are not
 * set, aliases that grow out of bounds, a `--set` that has no place to go. Without a document there is at least one.
 */
export function readPipelineFile(text: string, options: FileOptions): ReadFile {
  const lines = new LineCounter();
  const refusal = refuse(text, options.file);
  if (refusal !== undefined) return { document: undefined, problems: [refusal] };
  const shielded = shieldReferences(text.replace(/^\uFEFF/, ''));
  const yaml = parseDocument(shielded, {
    lineCounter: lines,
    prettyErrors: false,
    resolveKnownTags: false,
    schema: 'core',
    // Looked for in `readYaml`, which knows the path and takes linear time.
    uniqueKeys: false,
    version: '1.2',
  });
  const problemsOfSyntax = syntaxProblems(yaml, shielded, lines, options.file);
  if (problemsOfSyntax.length > 0) return { document: undefined, problems: problemsOfSyntax };
  const content = readYaml(yaml, options.env);
  const inFile = new FileLocator(options.file, yaml.contents, content, lines);
  const { value, settings, errors } = applySets(content.value, options.sets);
  const document = new FileDocument(inFile, value, settings, options);
  const problems: Problem[] = content.problems.map(({ path, offset, code, text }) =>
    problemIn(inFile.at(offset), path, text, { code }),
  );
  for (const { label, text } of errors) {
    problems.push(problemIn({ place: label, namesOption: true, order: AFTER_FILE }, [], text, { code: 'bad-setting' }));
  }
  return { document: content.isComplete ? document : undefined, problems };
}

function refuse(text: string, file: string): Problem | undefined {
  const large = sizeProblem(Buffer.byteLength(text), file);
  if (large !== undefined) return large;
  const reserved = findReserved(text);
  if (reserved < 0) return undefined;
  const before = text.slice(0, reserved).split('\n');
  const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  const character = `U+${text.charCodeAt(reserved).toString(16).toUpperCase()}`;
  return fileProblem(file, 'not-text', `the noncharacter ${character} is not allowed`, position);
}

/** The problem of a file that has more bytes than a pipeline can have. */
export function sizeProblem(bytes: number, file: string): Problem | undefined {
  if (bytes <= MAX_FILE_BYTES) return undefined;
  return fileProblem(file, 'too-large', 'the file is larger than 1 MB: is it a pipeline file?');
}

/** A problem of a file as a whole; of its first character where no other is meant. */
export function fileProblem(file: string, code: ProblemCode, text: string, position?: Position): Problem {
  const { line, column } = position ?? { line: 1, column: 1 };
  const place = position === undefined ? printable(file) : `${printable(file)}:${line}:${column}`;
  return problemIn({ place, position: { line, column }, namesOption: false, order: 0 }, [], text, { code });
}
