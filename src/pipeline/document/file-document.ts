import { isAlias, isCollection, isMap, isScalar, isSeq, type LineCounter, type Node, type ParsedNode } from 'yaml';
import { printable } from '../../core/printable.ts';
import type { Location, Locator, Part, Path } from '../checks/problems.ts';
import { isSecretName } from '../secrets.ts';
import type { Origin, PipelineDocument } from './pipeline-document.ts';
import type { Setting } from './settings.ts';
import type { YamlValue } from './yaml-value.ts';

/** The order of what was said elsewhere than in the file: behind it. */
export const AFTER_FILE = Number.MAX_SAFE_INTEGER;

/** Finds the places in a file's YAML. */
export class FileLocator implements Locator {
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
    const position = { line: Math.max(line, 1), column: Math.max(col, 1) };
    return { place: `${this.file}:${position.line}:${position.column}`, position, namesOption: false, order };
  }

  /** The environment variables that the text at the path refers to. */
  variables(path: Path): readonly string[] {
    let node: Node | null | undefined = this.#root;
    for (const key of path) node = this.#entry(node, key)?.value;
    const target = isAlias(node) ? this.#content.targets.get(node) : node;
    return (target == null ? undefined : this.#content.variables.get(target)) ?? [];
  }

  /** All environment variables that the file refers to. */
  allVariables(): ReadonlySet<string> {
    return new Set([...this.#content.variables.values()].flat());
  }

  #offset(path: Path, part: Part): number {
    let node: Node | null | undefined = this.#root;
    let keyOffset = start(node) ?? 0;
    let valueOffset = keyOffset;
    for (const [depth, key] of path.entries()) {
      const entry = this.#entry(node, key);
      // Below a single value stands what it is short for: `where: internal`.
      if (entry === undefined) return depth === 0 || isScalar(node) ? valueOffset : keyOffset;
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

/** A file's document: what was set from outside has its place there, everything else in the file. */
export class FileDocument implements PipelineDocument {
  readonly name: string;
  readonly value: unknown;
  readonly variables: ReadonlySet<string>;
  readonly baseDirectory: string | undefined;
  readonly hasFile = true;
  readonly isRehearsal: boolean;
  readonly #inFile: FileLocator;
  readonly #settings: readonly Setting[];

  constructor(
    inFile: FileLocator,
    value: unknown,
    settings: readonly Setting[],
    {
      baseDirectory,
      isRehearsal = false,
    }: Pick<PipelineDocument, 'isRehearsal'> & { readonly baseDirectory?: string | undefined },
  ) {
    this.name = inFile.file;
    this.value = value;
    this.variables = inFile.allVariables();
    this.baseDirectory = baseDirectory;
    this.isRehearsal = isRehearsal;
    this.#inFile = inFile;
    this.#settings = settings;
  }

  place(path: Path, part?: Part): string {
    return this.locate(path, part).place;
  }

  locate(path: Path, part?: Part): Location {
    const setting = this.#settingOf(path);
    if (setting === undefined) return this.#inFile.locate(path, part);
    return { place: setting.label, namesOption: setting.path.length === path.length, order: AFTER_FILE };
  }

  origin(path: Path): Origin {
    const setting = this.#settingOf(path);
    if (setting !== undefined) return { kind: setting.kind, place: setting.label, variables: [] };
    const { place, position } = this.#inFile.locate(path);
    return { kind: 'file', place, position, variables: this.#inFile.variables(path) };
  }

  isSecret(path: Path): boolean {
    return this.origin(path).variables.some(isSecretName);
  }

  #settingOf(path: Path): Setting | undefined {
    return this.#settings.findLast((candidate) => isPrefix(candidate.created, path));
  }
}

function isPrefix(prefix: Path, path: Path): boolean {
  return prefix.length <= path.length && prefix.every((key, index) => key === path[index]);
}
