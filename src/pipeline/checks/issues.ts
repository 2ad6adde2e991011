import type { z } from 'zod';
import { printable } from '../../core/printable.ts';
import { isSecretName, maskSecrets } from '../secrets.ts';
import { knownKeys, schemasAt } from './known-keys.ts';
import {
  foundText,
  type Locator,
  MAX_PROBLEMS,
  nearestName,
  type Path,
  type Problem,
  type ProblemCode,
  problemAt,
  unknownName,
} from './problems.ts';

type Issue = z.core.$ZodIssue;

/** Issues to look at, of one stage: one more than is shown. */
const MAX_ISSUES = MAX_PROBLEMS + 1;

/** What a value was checked against, and where it stands. */
export interface Checked {
  readonly locator: Locator;
  /** Where the value stands in the document. */
  readonly path: Path;
  readonly value: unknown;
  /** Those that it was checked against: one, or several forms that it may have. */
  readonly schemas: readonly z.core.$ZodType[];
  /** What such a key is called in messages: `option`. */
  readonly noun: 'key' | 'option';
}

/**
 * Gives a problem for each of zod's issues, in our words: what was expected, what was found.
 *
 * A message that the schema's author wrote is kept: it starts with a small letter (`expected a duration such as 30s`).
 * One of a check that doesn't start with `expected` stands alone (`must be at least concurrency`).
 */
export function issueProblems(issues: readonly Issue[], checked: Checked): Problem[] {
  return issues.slice(0, MAX_ISSUES).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, issue.path, checked);
    if (issue.code === 'invalid_union') return unionProblems(issue, checked);
    const path = [...checked.path, ...issue.path];
    const value = valueAt(checked.value, issue.path);
    // A rule about several options together says all there is to say, and may be about one that was left out.
    if (issue.code === 'custom' && !/^expected /.test(issue.message)) {
      return problemAt(checked.locator, path, printable(issue.message), { code: 'conflict' });
    }
    // What is missing has no place of its own: its parent's key is shown.
    if (value === undefined) return missingAt(checked.locator, path);
    const text = `${expectation(issue)}, got ${found(value, path, checked.locator)}${hint(issue, value)}`;
    return problemAt(checked.locator, path, text, { code: codeOf(issue, value) });
  });
}

function missingAt(locator: Locator, path: Path): Problem {
  return problemAt(locator, path, 'is required', { code: 'missing', part: 'key' });
}

/** A value of the right type may still be the wrong one. An option with a form of its own (`30s`) takes texts and numbers. */
function codeOf(issue: Issue, value: unknown): ProblemCode {
  const isPlain = typeof value === 'string' || typeof value === 'number';
  return issue.code === 'invalid_type' || (issue.code === 'custom' && !isPlain) ? 'wrong-type' : 'wrong-value';
}

function unknownKeys(keys: readonly string[], parent: Path, checked: Checked): Problem[] {
  const { locator, path, schemas, noun } = checked;
  const known = knownKeys(schemas, parent);
  const details = { code: `unknown-${noun}`, part: 'key' } as const;
  return keys
    .slice(0, MAX_ISSUES)
    .map((key) => problemAt(locator, [...path, ...parent, key], unknownName(noun, key, known), details));
}

/**
 * A union fails with the issues of all its forms. Where one form fits as such (a list) and only something inside it is
 * wrong, that is what there is to say; else all forms are named.
 */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, checked: Checked): Problem[] {
  const path = [...checked.path, ...issue.path];
  const value = valueAt(checked.value, issue.path);
  if (value === undefined) return [missingAt(checked.locator, path)];
  const inner = issue.errors.find((issues) => issues.length > 0 && issues.every((one) => one.path.length > 0));
  if (inner !== undefined) {
    return issueProblems(inner, { ...checked, path, value, schemas: schemasAt(checked.schemas, issue.path) });
  }
  const forms = issue.errors.map((issues) => issues[0]).filter((one) => one !== undefined);
  const expected = forms.map((form) => expectation(form).replace(/^expected /, ''));
  const choices = forms.map((form) => hint(form, value)).join('');
  const text = expected.length === 0 ? 'is not valid' : `expected ${[...new Set(expected)].join(', or ')}`;
  const code = forms.every((form) => codeOf(form, value) === 'wrong-type') ? 'wrong-type' : 'wrong-value';
  return [problemAt(checked.locator, path, `${text}, got ${found(value, path, checked.locator)}${choices}`, { code })];
}

function expectation(issue: Issue): string {
  if (/^[a-z]/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${choiceText(issue.values)}`;
    case 'too_small':
      return `expected ${limitText(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`;
    case 'too_big':
      return `expected ${limitText(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`;
    case 'not_multiple_of':
      return `expected a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return `expected ${formatText(issue)}`;
    case 'invalid_key':
      return 'expected a valid name';
    default:
      return `expected something else (${printable(issue.message, 100)})`;
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a map',
  record: 'a map',
  string: 'text',
  tuple: 'a list',
};

function choiceText(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

function limitText(origin: string, relation: string, limit: number | bigint): string {
  if (origin === 'string' && limit === 1) return 'some text';
  if (origin === 'string') return `text of ${relation} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
  if (origin === 'array') return `a list of ${relation} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `a number of ${relation} ${limit}`
    .replace('number of more', 'number more')
    .replace('number of less', 'number less');
}

function formatText(issue: z.core.$ZodIssueInvalidStringFormat): string {
  if (issue.format === 'url') return 'a URL';
  if (issue.format === 'regex') return `text that matches ${issue.pattern ?? 'a pattern'}`;
  return `text in the format ${issue.format}`;
}

function hint(issue: Issue, value: unknown): string {
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return '';
  const nearest = nearestName(value, issue.values.map(String));
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

function found(value: unknown, path: Path, locator: Locator): string {
  const isSecret =
    path.some((key) => typeof key === 'string' && isSecretName(key)) || locator.isSecret?.(path) === true;
  if (isSecret && typeof value !== 'object') return `a ${typeof value}`;
  return foundText(typeof value === 'string' ? maskSecrets(value, String(path.at(-1))) : value);
}

function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return current;
}
