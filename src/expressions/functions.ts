import type { Environment } from '@marcbachmann/cel-js';
import { registerConversions } from './conversions.ts';
import { defaultMacro } from './default-macro.ts';
import { type Patterns, replaceText } from './patterns.ts';
import { UrlParts } from './url-parts.ts';

/** A function of expressions, for the reference. */
export interface FunctionNote {
  /** How it is written. */
  readonly call: string;
  /** The type of what it gives. */
  readonly gives: 'string' | 'int' | 'double' | 'bool' | 'list' | 'either';
  readonly summary: string;
}

/** The functions of expressions: those beyond CEL first, then those of CEL that are of use with rows. In the order of the reference. */
export const functionNotes: readonly FunctionNote[] = [
  { call: 'host(url)', gives: 'string', summary: 'The host name of a URL in lower case, without the port.' },
  {
    call: 'domain(url)',
    gives: 'string',
    summary:
      'The registrable domain of a URL by the Public Suffix List: `example.co.uk` of `https://www.example.co.uk/`.',
  },
  { call: 'scheme(url)', gives: 'string', summary: 'The scheme of a URL without the colon: `https`.' },
  { call: 'path(url)', gives: 'string', summary: 'The path of a URL, percent-encoded as it is there.' },
  {
    call: 'query(url, name)',
    gives: 'string',
    summary: 'The decoded value of the first query parameter of that name; `""` where there is none.',
  },
  { call: 'lower(text)', gives: 'string', summary: 'The text in lower case.' },
  { call: 'upper(text)', gives: 'string', summary: 'The text in upper case.' },
  {
    call: 'extract(text, pattern)',
    gives: 'string',
    summary:
      'The first group of the first match, or the whole match of a pattern without groups; `""` without a match.',
  },
  { call: 'replace(text, part, other)', gives: 'string', summary: 'The text with all occurrences of a part replaced.' },
  {
    call: 'regexReplace(text, pattern, other)',
    gives: 'string',
    summary:
      'The text with all matches replaced, at most 1000; `$1` stands for the first group, `$$` for a dollar sign.',
  },
  {
    call: 'default(value, other)',
    gives: 'either',
    summary: 'The value, or the other one where it is `""` or null or a key that `input` does not have.',
  },
  { call: 'text.contains(part)', gives: 'bool', summary: 'Whether the text has that part.' },
  { call: 'text.startsWith(part)', gives: 'bool', summary: 'Whether the text begins with that part.' },
  { call: 'text.endsWith(part)', gives: 'bool', summary: 'Whether the text ends with that part.' },
  {
    call: 'text.matches(pattern)',
    gives: 'bool',
    summary: 'Whether the pattern, a regular expression in the syntax of RE2, matches anywhere in the text.',
  },
  { call: 'text.split(separator)', gives: 'list', summary: 'The parts of the text between the separators.' },
  { call: 'list.join(separator)', gives: 'string', summary: 'The texts of a list, joined.' },
  {
    call: 'list.exists(x, condition)',
    gives: 'bool',
    summary: 'Whether the condition holds for an element, called `x`.',
  },
  { call: 'list.all(x, condition)', gives: 'bool', summary: 'Whether the condition holds for all elements.' },
  {
    call: 'text.indexOf(part)',
    gives: 'int',
    summary: 'Where the part first stands in the text, from 0; -1 if nowhere.',
  },
  {
    call: 'text.substring(start, end)',
    gives: 'string',
    summary: 'The text from `start` to before `end`, which may be left out.',
  },
  { call: 'text.trim()', gives: 'string', summary: 'The text without white space around it.' },
  { call: 'size(value)', gives: 'int', summary: 'How many characters a text has, or elements a list.' },
  { call: 'has(input.key)', gives: 'bool', summary: 'Whether there is such a key; `"key" in input` says the same.' },
  {
    call: 'timestamp(text)',
    gives: 'either',
    summary:
      'A moment, such as that of `fetched_at`, to be compared; `.getFullYear()` and so on give its parts, in UTC.',
  },
  { call: 'int(value)', gives: 'int', summary: 'The value as a whole number; a text must be one.' },
  { call: 'double(value)', gives: 'double', summary: 'The value as a number with a fraction.' },
  { call: 'string(value)', gives: 'string', summary: 'The value as text; a timestamp in ISO 8601.' },
];

/** The name by which `text.matches(pattern)` is called within: the library's own is JavaScript's engine and can't be replaced. */
export const MATCHES = 'matchesLinear';

/** The place of the pattern among the arguments of the functions that take one, by their names. */
export const PATTERN_ARGUMENTS: Readonly<Record<string, number>> = { [MATCHES]: 0, extract: 1, regexReplace: 1 };

/** Gives an environment the functions beyond CEL. What they keep belongs to that environment. */
export function registerFunctions(environment: Environment, patterns: Patterns): void {
  const urls = new UrlParts();
  registerConversions(environment);
  environment
    .registerFunction('host(string): string', (url: string) => urls.host(url))
    .registerFunction('domain(string): string', (url: string) => urls.domain(url))
    .registerFunction('scheme(string): string', (url: string) => urls.scheme(url))
    .registerFunction('path(string): string', (url: string) => urls.path(url))
    .registerFunction('query(string, string): string', (url: string, name: string) => urls.query(url, name))
    .registerFunction('lower(string): string', (text: string) => text.toLowerCase())
    .registerFunction('upper(string): string', (text: string) => text.toUpperCase())
    .registerFunction('replace(string, string, string): string', replaceText)
    .registerFunction('extract(string, string): string', (text: string, pattern: string) =>
      patterns.extract(text, pattern),
    )
    .registerFunction(
      'regexReplace(string, string, string): string',
      (text: string, pattern: string, replacement: string) => patterns.replace(text, pattern, replacement),
    )
    .registerFunction(`string.${MATCHES}(string): bool`, (text: string, pattern: string) =>
      patterns.test(text, pattern),
    )
    .registerFunction('default(ast, ast): dyn', defaultMacro);
}
