import type { RE2JS } from 're2js';
import { printable } from '../core/printable.ts';
import { EvaluationError } from './expression-error.ts';
import { patternLibrary } from './library.ts';

/** Patterns that are kept, for expressions that take theirs from a row. */
const MAX_PATTERNS = 64;

type Matcher = ReturnType<RE2JS['matcher']>;

/** No pattern that a person writes is longer; a program may be some thousand times as large as its pattern. */
const MAX_PATTERN_LENGTH = 1000;

/** One match is found in linear time, all of them are not: each search may read to the end of the text. */
const MAX_REPLACEMENTS = 1000;

/** Longest text that a replacement makes, in UTF-16 units. */
const MAX_TEXT_LENGTH = 1_048_576;

/**
 * The regular expressions of one expression, each compiled once.
 *
 * Their syntax is RE2's (https://github.com/google/re2/wiki/Syntax), as CEL has it: without look-around and
 * back-references, so that the time of a match grows only linearly with the text. The texts are strangers' pages; with
 * a backtracking engine, one that was made for it could stop the run for hours.
 */
export class Patterns {
  readonly #compiled = new Map<string, RE2JS>();

  /** Whether the pattern matches anywhere in the text. Errors: EvaluationError. */
  test(text: string, pattern: string): boolean {
    return this.compile(pattern).test(text);
  }

  /** The first match's first group, or all of the match where the pattern has none; empty without a match. Errors: EvaluationError. */
  extract(text: string, pattern: string): string {
    const compiled = this.compile(pattern);
    // To know that there is no match takes a tenth of finding where it is.
    if (!compiled.test(text)) return '';
    const matcher = compiled.matcher(text);
    return matcher.find() ? (matcher.group(compiled.groupCount() === 0 ? 0 : 1) ?? '') : '';
  }

  /** The text with all matches replaced; `$1` in the replacement is the first group, `$$` a dollar sign. Errors: EvaluationError. */
  replace(text: string, pattern: string, replacement: string): string {
    const compiled = this.compile(pattern);
    if (!compiled.test(text)) return text;
    const matcher = compiled.matcher(text);
    let result = '';
    let end = 0;
    for (let count = 1; matcher.find(); count += 1) {
      if (count > MAX_REPLACEMENTS)
        throw new EvaluationError(`there are more than ${MAX_REPLACEMENTS} matches to replace`);
      result += text.slice(end, matcher.start()) + expand(replacement, matcher);
      checkLength(result.length);
      end = matcher.end();
    }
    return result + text.slice(end);
  }

  /** Errors: EvaluationError with what is wrong with the pattern. */
  compile(pattern: string): RE2JS {
    const known = this.#compiled.get(pattern);
    if (known !== undefined) return known;
    if (this.#compiled.size >= MAX_PATTERNS) this.#compiled.clear();
    const compiled = compile(pattern);
    this.#compiled.set(pattern, compiled);
    return compiled;
  }
}

/** The text with all occurrences of a part replaced; of an empty part there is one before each character and one at the end. Errors: EvaluationError. */
export function replaceText(text: string, part: string, replacement: string): string {
  // The length is known before the text is made: a few short texts could be made into gigabytes.
  const count = part === '' ? text.length + 1 : text.split(part).length - 1;
  if (count === 0) return text;
  checkLength(text.length + count * (replacement.length - part.length));
  return text.replaceAll(part, () => replacement);
}

/** A pattern that was made of a row's values is as long as strangers make them. */
const MAX_MESSAGE = 200;

function compile(pattern: string): RE2JS {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new EvaluationError(`a pattern may have ${MAX_PATTERN_LENGTH} characters, this one has ${pattern.length}`);
  }
  const library = patternLibrary();
  try {
    return library.RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof library.RE2JSException)) throw error;
    const reason = printable(error.message.replace(/^error parsing regexp: /, ''), MAX_MESSAGE);
    throw new EvaluationError(`not a regular expression: ${reason}`, { cause: error });
  }
}

/** `$0` is the whole match; a group that the pattern does not have stays as it is written. */
function expand(replacement: string, matcher: Matcher): string {
  return replacement.replace(/\$([$\d])/g, (written, key) => {
    if (key === '$') return '$';
    return Number(key) > matcher.groupCount() ? written : (matcher.group(Number(key)) ?? '');
  });
}

function checkLength(length: number): void {
  if (length > MAX_TEXT_LENGTH) {
    throw new EvaluationError(`the text has become longer than ${MAX_TEXT_LENGTH} characters`);
  }
}
