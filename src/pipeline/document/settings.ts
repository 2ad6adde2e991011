import { parseDocument } from 'yaml';
import { printable } from '../../core/printable.ts';
import { type Path, pathText, quoted } from '../checks/problems.ts';
import { maskSecrets } from '../secrets.ts';
import { isMap } from './plain-map.ts';
import { readPlainScalar } from './plain-scalar.ts';
import { readYaml } from './yaml-value.ts';

/** Where a value that is not in the file came from. */
export type SettingKind = 'environment' | 'flag' | 'set';

/** A value for a place of the document, from outside the file. */
export interface Override {
  readonly kind: SettingKind;
  /** What to call it in messages: `SLUICE_TIMEOUT`, `--limit`. */
  readonly label: string;
  /**
   * Keys with dots between: `steps.*.fetch.timeout`; `*` stands for each entry of a list. Where its last key has no place
   * to go, because there is no such stage, it has no effect.
   */
  readonly path: string;
  /** Whether it only fills a place that is empty. */
  readonly isFallback?: boolean;
  readonly value: unknown;
}

/** What a `--set` would say, from elsewhere. */
export interface Assignment {
  /** What to call it in messages. */
  readonly label: string;
  /** `path=value`. */
  readonly assignment: string;
}

/** What is to be set: the text of a `--set`, the like from elsewhere, or an override. */
export type SetRequest = string | Assignment | Override;

/** A value that was put into the document. */
export interface Setting {
  readonly kind: SettingKind;
  readonly path: Path;
  /** The outermost map that had to be made for it, or the path itself. */
  readonly created: Path;
  /** The flag as typed, `--set steps.0.fetch.timeout=5x`; secrets masked, lists and maps left out. Or the override's. */
  readonly label: string;
}

/** A document after its settings. */
export interface SetDocument {
  readonly value: unknown;
  readonly settings: readonly Setting[];
  /** The flags that could not be followed, and why. */
  readonly errors: readonly { readonly label: string; readonly text: string }[];
}

/**
 * Follows each request, in order, on a copy of the document.
 *
 * That of `--set` is `path=value`. A path is made of keys and 0-based indexes: `steps.0.fetch.timeout`, or
 * `steps[0].fetch.timeout`, as problems are told. In a list, the name of a stage stands for the one element that has it:
 * `steps.fetch.timeout`. Missing maps are made. The value is a YAML scalar (`5`, `true`, `30s`) or, where it starts with a
 * bracket, a brace or a quote, YAML's flow form (`[a, b]`).
 */
export function applySets(value: unknown, sets: readonly SetRequest[]): SetDocument {
  const settings: Setting[] = [];
  const errors: { label: string; text: string }[] = [];
  let current = value;
  for (const set of sets) {
    const request =
      typeof set === 'string' ? { label: `--set ${printable(shownSet(set), 100)}`, assignment: set } : set;
    const { label } = request;
    const kind = 'assignment' in request ? 'set' : request.kind;
    try {
      const { paths, setValue } =
        'assignment' in request ? parseSet(request.assignment, current) : placesOf(request, current);
      for (const path of paths) {
        const created = missingAt(current, path);
        current = withValue(current, path, setValue, []);
        settings.push({ kind, path, created, label });
      }
    } catch (error) {
      if (!(error instanceof SetError)) throw error;
      errors.push({ label, text: error.message });
    }
  }
  return { value: current, settings, errors };
}

/** Why a request can't be followed; never leaves this file. */
class SetError extends Error {
  override readonly name = 'SetError';
}

function shownSet(set: string): string {
  const equals = set.indexOf('=');
  if (equals < 0) return set;
  const path = set.slice(0, equals);
  const value = set.slice(equals + 1).trimStart();
  if (value.startsWith('{')) return `${path}={…}`;
  if (value.startsWith('[')) return `${path}=[…]`;
  return `${path}=${maskSecrets(value, path)}`;
}

/** Where a value goes, and the value. */
interface ResolvedSet {
  readonly paths: readonly Path[];
  readonly setValue: unknown;
}

function parseSet(set: string, document: unknown): ResolvedSet {
  const equals = set.indexOf('=');
  if (equals <= 0) throw new SetError('expected path=value, such as sink.csv.path=links.csv');
  // What is copied from a message is understood.
  const segments = set
    .slice(0, equals)
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.');
  if (segments.includes('')) throw new SetError('the path has an empty part');
  return { paths: [resolvePath(segments, document)], setValue: readValue(set.slice(equals + 1)) };
}

/** The places in the document that an override's path leads to. */
function placesOf({ path, value, isFallback = false }: Override, document: unknown): ResolvedSet {
  const keys = path.split('.');
  let places: readonly { path: Path; value: unknown }[] = [{ path: [], value: document }];
  for (const key of keys.slice(0, -1)) {
    places = places.flatMap((place) =>
      entriesOf(place.value)
        .filter(([name]) => (typeof name === 'number' ? key === '*' : key === name))
        .map(([name, child]) => ({ path: [...place.path, name], value: child })),
    );
  }
  const last = keys.at(-1) ?? '';
  const isFree = (place: { value: unknown }) => !isFallback || childOf(place.value, last) == null;
  return { paths: places.filter(isFree).map((place) => [...place.path, last]), setValue: value };
}

/** The entries of a list or a map. A stage that is only named, `dedupe`, is short for `dedupe: {}`. */
function entriesOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (typeof value === 'string') return [[value, {}]];
  if (Array.isArray(value)) return [...value.entries()];
  return isMap(value) ? Object.entries(value) : [];
}

/** Turns the words of a path into keys and indexes, along the document. */
function resolvePath(segments: readonly string[], document: unknown): Path {
  const path: PropertyKey[] = [];
  let value = document;
  for (const segment of segments) {
    if (!Array.isArray(value)) {
      path.push(segment);
      value = childOf(value, segment);
      continue;
    }
    const index = indexIn(value, segment, path);
    path.push(index);
    value = value[index];
    if (/^\d+$/.test(segment)) continue;
    path.push(segment);
    value = childOf(value, segment);
  }
  return path;
}

function indexIn(list: readonly unknown[], segment: string, path: Path): number {
  if (/^\d{1,9}$/.test(segment)) {
    const index = Number(segment);
    if (index <= list.length) return index;
    throw new SetError(`${pathText(path)} has ${list.length} entries, counted from 0`);
  }
  const found = list.flatMap((item, index) => (nameOf(item) === segment ? [index] : []));
  const [first] = found;
  if (first === undefined) throw new SetError(`${pathText(path)} has no ${quoted(segment)}`);
  if (found.length > 1)
    throw new SetError(`${pathText(path)} has more than one ${quoted(segment)}: name it by its index, from 0`);
  return first;
}

/** The name of a stage in a list: that of its only key. */
function nameOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item;
  const keys = isMap(item) ? Object.keys(item) : [];
  return keys.length === 1 ? keys[0] : undefined;
}

function childOf(value: unknown, key: string): unknown {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function readValue(text: string): unknown {
  if (!/^\s*[[{"']/.test(text)) return readPlainScalar(text);
  const document = parseDocument(text, {
    prettyErrors: false,
    resolveKnownTags: false,
    schema: 'core',
    version: '1.2',
  });
  const [error] = [...document.errors, ...document.warnings];
  // The shell has its own variables: nothing is put in place of `${NAME}` here.
  const { value, problems } = readYaml(document, undefined);
  const reason = error?.message ?? problems[0]?.text;
  if (reason !== undefined) throw new SetError(`the value is not valid YAML: ${printable(reason, 200)}`);
  return value;
}

/** The path of the first part that doesn't exist yet, or all of it. */
function missingAt(document: unknown, path: Path): Path {
  let value = document;
  for (const [depth, key] of path.entries()) {
    if (value === undefined || value === null) return path.slice(0, Math.max(depth, 1));
    value = Array.isArray(value) ? value[Number(key)] : childOf(value, String(key));
  }
  return path;
}

/** A copy of the document with the value at the path. What an alias shares elsewhere stays as it was. */
function withValue(document: unknown, path: Path, value: unknown, parents: Path): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === 'number' && Array.isArray(document)) {
    const copy = [...document];
    copy[key] = withValue(document[key], rest, value, [...parents, key]);
    return copy;
  }
  // `- dedupe` is short for `- dedupe: {}`.
  const parent = document === key ? {} : (document ?? {});
  if (!isMap(parent)) throw new SetError(`${pathText(parents)} is no map, so it has no ${quoted(String(key))}`);
  const name = String(key);
  return Object.fromEntries([
    ...Object.entries(parent).filter(([other]) => other !== name),
    [name, withValue(childOf(parent, name), rest, value, [...parents, name])],
  ]);
}
