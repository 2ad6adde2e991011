import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { printable } from '../../core/printable.ts';
import type { Path, ProblemCode } from '../checks/problems.ts';
import { hasReference, substitute, unshieldReferences } from './environment.ts';
import { isMap as isPlainMap } from './plain-map.ts';
import { readPlainScalar } from './plain-scalar.ts';

/** The plain data of a YAML document, and what is needed to find its places. */
export interface YamlValue {
  readonly value: unknown;
  /** In the order of the file. */
  readonly problems: readonly YamlProblem[];
  /** False where the file is so large that the rest of it wasn't looked at. */
  readonly isComplete: boolean;
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node>;
  /** The entries of each map by the text of their keys. */
  readonly entries: ReadonlyMap<Node, Entries>;
  /** Names of the environment variables that each text refers to. */
  readonly variables: ReadonlyMap<Node, readonly string[]>;
}

/** What was wrong with a value. */
export interface YamlProblem {
  readonly path: Path;
  /** Offset in the file, in UTF-16 units. */
  readonly offset: number;
  readonly code: ProblemCode;
  /** A clause without the stop at its end. */
  readonly text: string;
}

/** The entries of a map. */
export type Entries = ReadonlyMap<string, Pair<Node, Node | null>>;

/** Lists in lists in maps: a pipeline has five levels or six. */
const MAX_DEPTH = 50;

/** Values in a file: a longer list of URLs belongs in a file of its own. */
const MAX_VALUES = 50_000;

/** Values that all aliases together may stand for, those in aliases of aliases counted each time. */
const MAX_ALIAS_VALUES = 10_000;

/** Problems to gather at most: far more than anyone is shown. */
const MAX_PROBLEMS = 1000;

/**
 * Reads a YAML document as plain data, with the environment's values in its strings.
 *
 * A substitution gives text and never structure; an unquoted one is read again as a number, a boolean or null.
 * A key `<<` takes in the entries of another map: those that are there themselves count. Keys are text, and no variables are
 * replaced in them. Bounds: 50 levels; 50,000 values, of which 10,000 through aliases.
 */
export function readYaml(document: Document.Parsed, env: Environment): YamlValue {
  return new YamlReader(document, env).read();
}

/** Environment variables by name; undefined where `${NAME}` stands for itself. */
type Environment = Readonly<Record<string, string | undefined>> | undefined;

/** Takes in another map (https://yaml.org/type/merge.html). Not part of YAML 1.2, but of what people write. */
const MERGE_KEY = '<<';

function isMergeKey(key: Node | null): boolean {
  return isScalar(key) && key.value === MERGE_KEY && key.type === Scalar.PLAIN;
}

interface MergedEntry {
  readonly pair: Pair<Node, Node | null>;
  readonly value: unknown;
}

interface Anchored {
  readonly node: Node;
  readonly value: unknown;
  /** Values in it, aliases followed. */
  readonly size: number;
}

class YamlReader {
  readonly #document: Document.Parsed;
  readonly #env: Environment;
  readonly #problems: YamlProblem[] = [];
  readonly #anchors = new Map<string, Anchored>();
  readonly #targets = new Map<Alias, Node>();
  readonly #entries = new Map<Node, Entries>();
  readonly #variables = new Map<Node, readonly string[]>();
  /** Nodes met so far. */
  #nodes = 0;
  /** Values so far, each alias counted as what it stands for. */
  #size = 0;
  #aliasValues = 0;

  constructor(document: Document.Parsed, env: Environment) {
    this.#document = document;
    this.#env = env;
  }

  read(): YamlValue {
    const value = this.#read(this.#document.contents, []);
    const isComplete = this.#nodes <= MAX_VALUES;
    return {
      value,
      isComplete,
      problems: this.#problems,
      targets: this.#targets,
      entries: this.#entries,
      variables: this.#variables,
    };
  }

  #read(node: Node | null, path: Path): unknown {
    if (this.#nodes > MAX_VALUES) return null;
    this.#nodes += 1;
    this.#size += 1;
    if (this.#nodes > MAX_VALUES) {
      return this.#refuse(node, path, 'too-large', `the file has more than ${MAX_VALUES} values`);
    }
    if (isAlias(node)) return this.#readAlias(node, path);
    if (path.length > MAX_DEPTH) return this.#refuse(node, path.slice(0, MAX_DEPTH), 'too-deep', 'nested too deeply');
    const sizeBefore = this.#size;
    const value = this.#readContent(node, path);
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
      this.#anchors.set(node.anchor, { node, value, size: this.#size - sizeBefore + 1 });
    }
    return value;
  }

  #readContent(node: Node | null, path: Path): unknown {
    if (isMap<Node, Node | null>(node)) return this.#readMap(node, path);
    if (isSeq<Node>(node)) return this.#readList(node, path);
    return isScalar(node) ? this.#readScalar(node, path) : null;
  }

  /** Aliases share their anchor's value, so reading costs nothing; what counts is what later readers would walk through. */
  #readAlias(alias: Alias, path: Path): unknown {
    const anchored = this.#anchors.get(alias.source);
    if (anchored === undefined) {
      const anchor = printable(alias.source, 60);
      // A pattern such as *.html is more likely than an anchor of that name.
      const advice = /^[\w-]+$/.test(anchor) ? '' : ': put quotes around a text that begins with *';
      this.#refuse(alias, path, 'bad-alias', `no value with the anchor &${anchor} ends before this alias${advice}`);
      return `*${alias.source}`;
    }
    this.#targets.set(alias, anchored.node);
    this.#size += anchored.size - 1;
    const before = this.#aliasValues;
    this.#aliasValues += anchored.size;
    if (this.#aliasValues <= MAX_ALIAS_VALUES) return anchored.value;
    if (before <= MAX_ALIAS_VALUES) {
      this.#refuse(alias, path, 'bad-alias', `the aliases stand for more than ${MAX_ALIAS_VALUES} values`);
    }
    return `*${alias.source}`;
  }

  #readMap(map: YAMLMap<Node, Node | null>, path: Path): unknown {
    const values = new Map<string, unknown>();
    const entries = new Map<string, Pair<Node, Node | null>>();
    this.#entries.set(map, entries);
    const merged = new Set<string>();
    for (const pair of map.items) {
      if (isMergeKey(pair.key)) {
        for (const [name, entry] of this.#readMerged(pair, path)) {
          if (entries.has(name)) continue;
          entries.set(name, entry.pair);
          values.set(name, entry.value);
          merged.add(name);
        }
        continue;
      }
      const name = this.#readKey(pair.key, path);
      if (name === undefined) continue;
      // The later one counts, as it does for whoever reads JSON; its place is the one to be shown.
      const isRepeated = entries.has(name) && !merged.delete(name);
      entries.set(name, pair);
      if (isRepeated) {
        this.#refuse(pair.key, [...path, name], 'duplicate-key', 'this key is there twice in its map');
      }
      values.set(name, this.#read(pair.value, [...path, name]));
    }
    // Makes own properties of all of them, `__proto__` included.
    return Object.fromEntries(values);
  }

  /** The entries that `<<` stands for: those of a map, or of several, of which the earlier counts. */
  #readMerged({ key, value }: Pair<Node, Node | null>, path: Path): ReadonlyMap<string, MergedEntry> {
    const merged = new Map<string, MergedEntry>();
    for (const source of isSeq<Node>(value) ? value.items : [value]) {
      const values = this.#read(source, [...path, MERGE_KEY]);
      const map = isAlias(source) ? this.#targets.get(source) : source;
      const entries = map == null ? undefined : this.#entries.get(map);
      if (entries === undefined || !isPlainMap(values)) {
        this.#refuse(key, path, 'bad-key', '<< takes in the entries of a map, or of a list of maps: <<: *defaults');
        continue;
      }
      for (const [name, pair] of entries) {
        if (!merged.has(name)) merged.set(name, { pair, value: values[name] });
      }
    }
    return merged;
  }

  #readKey(key: Node | null, path: Path): string | undefined {
    if (!isScalar(key)) {
      this.#refuse(key, path, 'bad-key', 'a key must be text');
      return undefined;
    }
    return typeof key.value === 'string' ? unshieldReferences(key.value) : (key.source ?? String(key.value));
  }

  #readList(list: YAMLSeq<Node>, path: Path): unknown {
    return list.items.map((item, index) => this.#read(item, [...path, index]));
  }

  #readScalar(scalar: Scalar, path: Path): unknown {
    if (typeof scalar.value !== 'string') return scalar.value;
    const text = unshieldReferences(scalar.value);
    if (this.#env === undefined || !hasReference(text)) return text;
    const substitution = substitute(text, this.#env);
    this.#variables.set(scalar, substitution.variables);
    for (const { code, text } of substitution.problems) this.#refuse(scalar, path, code, text);
    // The text as written stays where it is, so that nobody takes the value for left out as well.
    if (substitution.problems.length > 0) return text;
    return scalar.type === Scalar.PLAIN ? readPlainScalar(substitution.text) : substitution.text;
  }

  #refuse(node: Node | null, path: Path, code: ProblemCode, text: string): null {
    const offset = node?.range?.[0] ?? 0;
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ path, offset, code, text });
    return null;
  }
}
