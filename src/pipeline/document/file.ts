import type { Node, ParsedNode } from 'yaml';
import { type Document, isAlias, isCollection, isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import { printable } from '../../core/printable.ts';
import {
  type Location,
  type Locator,
  type Part,
  type Path,
  type Problem,
  problemIn,
  throwProblems,
} from '../checks/problems.ts';
import { findReserved, shieldReferences, unshieldReferences } from './environment.ts';
import { applySets, type Setting } from './settings.ts';
import { readYaml, type YamlValue } from './yaml-value.ts';

/** A pipeline as plain data that knows where each of its values was written. */
export interface PipelineDocument extends Locator {
  /** The file's name as given, or `command line`; for messages. */
  readonly name: string;
  /** Maps, lists, strings, numbers, booleans and nulls; the environment's values are in it, and what `--set` asked for. */
  readonly value: unknown;
  /**
   * Gives `links.yaml:7:18` (1-based) for the value or key at the path, or for the nearest parent that exists;
   * `--timeout` for a value that came from a flag, `--set steps.0.fetch.timeout=5x` for one that was set there.
   */
  place(path: Path, part?: Part): string;
}

/** What a pipeline file is read with. */
export interface FileOptions {
  /** The file's name as it shall be shown. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `path=value` each, in the order of the command line; a later one wins. */
  readonly sets: readonly string[];
}

/** A pipeline file that was read as far as that was possible. `document` is undefined where it is no YAML. */
export interface ReadFile {
  readonly document: PipelineDocument | undefined;
  readonly problems: readonly Problem[];
}

/** A pipeline file has a few kilobytes; what is larger is something else, named by mistake. In bytes. */
const MAX_FILE_BYTES = 1_000_000;

/** One mistake in YAML's syntax often gives a train of errors, of which the first ones help. */
const MAX_SYNTAX_PROBLEMS = 5;

/**
 * Reads a pipeline file: YAML 1.2 core schema (JSON is YAML), at most 1 MB, without tags.
 *
 * Errors: ConfigError with every problem: syntax, duplicate keys, variables that are not set, aliases that grow out of
 * bounds, a `--set` that has no place to go.
 */
export function parsePipelineFile(text: string, options: FileOptions): PipelineDocument {
  const { document, problems } = readPipelineFile(text, options);
  throwProblems(problems);
  if (document === undefined) throw new Error('a file that could not be read must have a problem');
  return document;
}

/** Does what `parsePipelineFile` does, but gives the problems beside the document: `check` goes on to find more. */
export function readPipelineFile(text: string, options: FileOptions): ReadFile {
  const lines = new LineCounter();
  const refusal = refuse(text, options.file);
  if (refusal !== undefined) return { document: undefined, problems: [refusal] };
  const yaml = parseDocument(shieldReferences(text.replace(/^\uFEFF/, '')), {
    lineCounter: lines,
    prettyErrors: false,
    resolveKnownTags: false,
    schema: 'core',
    // Looked for in `readYaml`, which knows the path and takes linear time.
    uniqueKeys: false,
    version: '1.2',
  });
  const syntaxProblems = readErrors(yaml, lines, options.file);
  if (syntaxProblems.length > 0) return { document: undefined, problems: syntaxProblems };
  const content = readYaml(yaml, options.env);
  const inFile = new FileLocator(options.file, yaml.contents, content, lines);
  const { value, settings, errors } = applySets(content.value, options.sets);
  const document = new FileDocument(inFile, value, settings);
  const problems: Problem[] = content.problems.map(({ path, offset, text }) =>
    problemIn(inFile.at(offset), path, text),
  );
  for (const { label, text } of errors) problems.push({ order: AFTER_FILE, message: `${label}: ${text}.` });
  return { document: content.isComplete ? document : undefined, problems };
}

/**
 * Gives the document for options that came from flags.
 * `flagOf` names the flag (`--timeout`) that the value at a path came from, or undefined where none did.
 */
export function documentFromFlags(value: unknown, flagOf: (path: Path) => string | undefined): PipelineDocument {
  const locate = (path: Path): Location => {
    for (let length = path.length; length > 0; length -= 1) {
      const flag = flagOf(path.slice(0, length));
      if (flag !== undefined) return { place: flag, namesOption: true, order: 0 };
    }
    return { place: COMMAND_LINE, namesOption: false, order: 0 };
  };
  return { name: COMMAND_LINE, value, locate, place: (path) => locate(path).place };
}

const COMMAND_LINE = 'command line';
const AFTER_FILE = Number.MAX_SAFE_INTEGER;

function refuse(text: string, file: string): Problem | undefined {
  const name = printable(file);
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) {
    return { order: 0, message: `${name}: the file is larger than 1 MB: is it a pipeline file?` };
  }
  const reserved = findReserved(text);
  if (reserved < 0) return undefined;
  const before = text.slice(0, reserved).split('\n');
  const place = `${name}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  return {
    order: 0,
    message: `${place}: the noncharacter U+${text.charCodeAt(reserved).toString(16).toUpperCase()} is not allowed.`,
  };
}

function readErrors(yaml: Document.Parsed, lines: LineCounter, file: string): Problem[] {
  const errors = [...yaml.errors, ...yaml.warnings].sort((left, right) => left.pos[0] - right.pos[0]);
  return errors.slice(0, MAX_SYNTAX_PROBLEMS).map(({ code, message, pos: [order] }) => {
    const { line, col } = lines.linePos(order);
    const text = SYNTAX_TEXTS[code] ?? `not valid YAML: ${lowerFirst(printable(unshieldReferences(message), 200))}`;
    return { order, message: `${printable(file)}:${line}:${col}: ${text}.` };
  });
}

/** Where we can say it better, in the terms of a pipeline file. */
const SYNTAX_TEXTS: Readonly<Record<string, string>> = {
  BLOCK_IN_FLOW:
    'not valid YAML: within brackets or braces, a lone - must be quoted ("-"), and lists are written [a, b]',
  MULTIPLE_DOCS: 'a second document starts here: a file holds one pipeline',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'not valid YAML: a tab cannot indent, use spaces',
  TAG_RESOLVE_FAILED: 'tags are not used in pipeline files',
};

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}

/** Finds the places in a file's YAML. */
class FileLocator implements Locator {
  readonly file: string;
  readonly #root: ParsedNode | null;
  readonly #content: YamlValue;
  readonly #lines: LineCounter;

  constructor(file: string, root: ParsedNode | null, content: YamlValue, lines: LineCounter) {
    this.file = printable(file);
    this.#root = root;
    this.#content = content;
    this.#lines = lines;
  }

  locate(path: Path, part: Part = 'value'): Location {
    return this.at(this.#offset(path, part));
  }

  /** The location of an offset in the file. */
  at(order: number): Location {
    const { line, col } = this.#lines.linePos(order);
    return { place: `${this.file}:${Math.max(line, 1)}:${Math.max(col, 1)}`, namesOption: false, order };
  }

  #offset(path: Path, part: Part): number {
    let node: Node | null | undefined = this.#root;
    let keyOffset = start(node) ?? 0;
    let valueOffset = keyOffset;
    for (const [depth, key] of path.entries()) {
      const entry = this.#entry(node, key);
      if (entry === undefined) return depth === 0 ? valueOffset : keyOffset;
      node = entry.value;
      // An empty value (`dedupe:`) has no place of its own that anyone would look at.
      valueOffset = isEmpty(node) ? entry.keyOffset : (start(node) ?? entry.keyOffset);
      keyOffset = entry.keyOffset;
    }
    return part === 'key' ? keyOffset : valueOffset;
  }

  #entry(node: Node | null | undefined, key: PropertyKey): { value: Node | null; keyOffset: number } | undefined {
    const parent = isAlias(node) ? this.#content.targets.get(node) : node;
    if (isSeq<Node>(parent)) {
      const value = typeof key === 'number' ? parent.items[key] : undefined;
      return value === undefined ? undefined : { value, keyOffset: start(value) ?? 0 };
    }
    if (!isMap<Node, Node | null>(parent)) return undefined;
    const pair = this.#content.entries.get(parent)?.get(String(key));
    return pair === undefined ? undefined : { value: pair.value, keyOffset: start(pair.key) ?? 0 };
  }
}

function start(node: Node | null | undefined): number | undefined {
  return node?.range?.[0];
}

function isEmpty(node: Node | null): boolean {
  return node === null || (!isCollection(node) && node.range != null && node.range[0] === node.range[1]);
}

/** A file's document: what was set on the command line has its place there, everything else in the file. */
class FileDocument implements PipelineDocument {
  readonly name: string;
  readonly value: unknown;
  readonly #inFile: FileLocator;
  readonly #settings: readonly Setting[];

  constructor(inFile: FileLocator, value: unknown, settings: readonly Setting[]) {
    this.name = inFile.file;
    this.value = value;
    this.#inFile = inFile;
    this.#settings = settings;
  }

  place(path: Path, part?: Part): string {
    return this.locate(path, part).place;
  }

  locate(path: Path, part?: Part): Location {
    const setting = this.#settings.findLast((candidate) => isPrefix(candidate.created, path));
    if (setting === undefined) return this.#inFile.locate(path, part);
    return { place: setting.label, namesOption: setting.path.length === path.length, order: AFTER_FILE };
  }
}

function isPrefix(prefix: Path, path: Path): boolean {
  return prefix.length <= path.length && prefix.every((key, index) => key === path[index]);
}
