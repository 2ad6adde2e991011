import { closest, distance } from 'fastest-levenshtein';
import { ConfigError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';

/** Keys and indexes that lead to a value of the pipeline document. */
export type Path = readonly PropertyKey[];

/** Which half of `key: value` is meant. */
export type Part = 'key' | 'value';

/** Where a value was written. */
export interface Location {
  /** `links.yaml:7:18`, `--timeout`, `SLUICE_TIMEOUT` or `--set sink.tsv.path=x`. */
  readonly place: string;
  /** Line and column in the file, 1-based; undefined for what was said elsewhere. */
  readonly position?: Position | undefined;
  /** True where the place alone says which option is meant, as a flag does. */
  readonly namesOption: boolean;
  /** Problems are told in this order: the offset in the file; after it what was said elsewhere. */
  readonly order: number;
}

/** A place in a file, 1-based; columns are UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Knows where everything in a pipeline was written. */
export interface Locator {
  locate(path: Path, part?: Part): Location;
  /** Whether the value at the path came from an environment variable that has a secret's name. Absent: none did. */
  isSecret?(path: Path): boolean;
}

/** Whether a problem keeps a pipeline from running (`error`) or is only worth a thought. */
export type Severity = 'error' | 'warning';

/** The kind of a problem: stable, for programs that read `check --format json`. */
export type ProblemCode =
  // The file as such.
  | 'unreadable-file'
  | 'not-text'
  | 'too-large'
  | 'syntax'
  | 'several-documents'
  | 'duplicate-key'
  | 'bad-key'
  | 'bad-alias'
  | 'too-deep'
  | 'unset-variable'
  | 'bad-reference'
  | 'bad-setting'
  // Names and values.
  | 'unknown-key'
  | 'unknown-option'
  | 'unknown-stage'
  | 'unknown-column'
  | 'unknown-variable'
  | 'missing'
  | 'wrong-type'
  | 'wrong-value'
  | 'conflict'
  // Stages together, and the files that they name.
  | 'misfit'
  | 'no-checkpoint'
  | 'same-output'
  | 'overwrites-input'
  | 'unreadable-input'
  | 'unwritable-output'
  // Warnings.
  | 'deprecated'
  | 'no-effect'
  | 'useless-step'
  | 'input-twice'
  | 'misleading-name'
  | 'plain-secret';

/** A mistake of the user, with its place. */
export interface Problem {
  readonly order: number;
  readonly severity: Severity;
  readonly code: ProblemCode;
  /** Line and column in the file; undefined for what was said elsewhere. */
  readonly position: Position | undefined;
  /** `steps[1].fetch.timeout`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong, without place and path; where it wasn't said in the file, it begins with where. */
  readonly text: string;
  /** The complete message: `links.yaml:7:18: steps[1].fetch.timeout: expected a duration such as 30s, got -1.` */
  readonly message: string;
}

/** What may be said of a problem beside its text. Left out: an error of the code `wrong-value`, at the value. */
export interface ProblemDetails {
  readonly code?: ProblemCode;
  readonly severity?: Severity;
  readonly part?: Part;
}

/** Makes a problem. `text` is a clause without the stop at its end, and holds nothing from outside that isn't `printable`. */
export function problemAt(locator: Locator, path: Path, text: string, details: ProblemDetails = {}): Problem {
  return problemIn(locator.locate(path, details.part), path, text, details);
}

/** Does what `problemAt` does, for a place that is known already. */
export function problemIn(
  { place, position, namesOption, order }: Location,
  path: Path,
  text: string,
  { code = 'wrong-value', severity = 'error' }: ProblemDetails = {},
): Problem {
  const shownPath = pathText(path);
  const subject = namesOption || shownPath === '' ? '' : `${shownPath}: `;
  const clause = `${text}${/[.?]$/.test(text) ? '' : '.'}`;
  return {
    order,
    severity,
    code,
    position,
    path: shownPath,
    text: position === undefined ? `${place}: ${clause}` : clause,
    message: `${place}: ${severity === 'warning' ? 'warning: ' : ''}${subject}${clause}`,
  };
}

/** Problems to be shown at most: no one reads on. */
export const MAX_PROBLEMS = 100;

/** Gives the problems in the order of their places, each once. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const sorted = problems.toSorted((left, right) => left.order - right.order);
  return [...new Map(sorted.map((problem) => [problem.message, problem])).values()];
}

/** Gives the messages in the order of their places, each once; beyond 100, the number of those that are left out. */
export function messagesInOrder(problems: readonly Problem[]): readonly string[] {
  const messages = inOrder(problems).map((problem) => problem.message);
  const more = messages.length - MAX_PROBLEMS;
  return more <= 0 ? messages : [...messages.slice(0, MAX_PROBLEMS), `and ${more} more problems.`];
}

/** True for a problem that keeps a pipeline from running. */
export function isError({ severity }: Problem): boolean {
  return severity === 'error';
}

/** Throws a ConfigError with all the errors among the problems, in the order of their places; returns where there are none. */
export function throwProblems(problems: readonly Problem[]): void {
  const errors = problems.filter(isError);
  if (errors.length > 0) throw new ConfigError(messagesInOrder(errors));
}

/** Names the option at a path within a message: by its flag where that alone says which one is meant (`--input`), else by its path. */
export function optionText(locator: Locator, path: Path): string {
  const { place, namesOption } = locator.locate(path);
  return namesOption ? place : pathText(path);
}

/** Gives a path as people write it: `steps[1].fetch.timeout`. */
export function pathText(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += text === '' ? String(key) : `.${String(key)}`;
  }
  return printable(text, 100);
}

/**
 * Gives `unknown option "timeot"; did you mean "timeout"?`, or the list of what there is where no name is near.
 * `what` is the noun: `option`, `column`. `known` is undefined where the names aren't known.
 */
export function unknownName(what: string, name: string, known: readonly string[] | undefined): string {
  const text = `unknown ${what} ${quoted(name)}`;
  if (known === undefined) return text;
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `${text}; did you mean "${nearest}"?`;
  if (known.length === 0) return `${text}; there are none`;
  return `${text}; there ${known.length === 1 ? 'is only' : 'are'} ${known.join(', ')}`;
}

/** Gives the known name that was probably meant: at most a third of its letters differ, case and hyphens aside. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || name.length > 100) return undefined;
  const wanted = plain(name);
  const nearest = closest(wanted, known.map(plain));
  if (distance(wanted, nearest) > Math.max(1, Math.floor(nearest.length / 3))) return undefined;
  return known.find((candidate) => plain(candidate) === nearest);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Gives a text from outside in quotes, printable, at most about 60 characters. */
export function quoted(text: string): string {
  return `"${printable(text, 60)}"`;
}

/** Says what was found, for the end of a message: `-1`, `"abc"`, `a list`, `nothing`. */
export function foundText(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  return printable(String(value), 60);
}
