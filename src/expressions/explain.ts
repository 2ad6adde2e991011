import type { ParseError as CelParseError, TypeError as CelTypeError, Environment } from '@marcbachmann/cel-js';
import { closest, distance } from 'fastest-levenshtein';
import { INT } from './conversions.ts';
import { ExpressionError, type UnknownName } from './expression-error.ts';
import { functionNotes, MATCHES } from './functions.ts';

/** What the library found wrong, in our words: what, where, and what to write instead where that is clear. */
export function explain(
  error: CelParseError | CelTypeError | undefined,
  text: string,
  environment: Environment,
): ExpressionError {
  if (error === undefined) return new ExpressionError('not an expression', 0);
  const unknown = unknownName(error, environment);
  const message = unknown === undefined ? messageOf(error, text) : unknownText(unknown);
  return new ExpressionError(message, error.range?.start ?? 0, { cause: error, ...(unknown && { unknown }) });
}

function unknownText({ kind, name }: UnknownName): string {
  const text = `unknown ${kind} '${name}'`;
  if (kind !== 'function') return text;
  const known = ELSEWHERE[name.toLowerCase()];
  const nearest = known ?? closest(name, FUNCTIONS);
  const isNear = known !== undefined || distance(name, nearest) <= Math.max(1, nearest.length / 3);
  return isNear ? `${text}; did you mean '${nearest}'?` : `${text}: \`sluice stages set\` lists those that there are`;
}

/** Names that other languages have for our functions, in lower case. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  tolowercase: 'lower',
  touppercase: 'upper',
  includes: 'contains',
  len: 'size',
  length: 'size',
  lenght: 'size',
  coalesce: 'default',
  ifnull: 'default',
  number: 'double',
  float: 'double',
  str: 'string',
  test: 'matches',
};

const FUNCTIONS = functionNotes.flatMap(({ call }) => /(\w+)\(/.exec(call)?.[1] ?? []);

function unknownName({ code, node }: CelParseError | CelTypeError, environment: Environment): UnknownName | undefined {
  if (code === 'unknown_variable' && node?.op === 'id') return { kind: 'variable', name: String(node.args) };
  if (code !== 'no_matching_overload' || !Array.isArray(node?.args)) return undefined;
  const name = String(node.args[0]);
  const isKnown = environment.getDefinitions().functions.some((known) => known.name === name);
  return isKnown ? undefined : { kind: 'function', name };
}

function messageOf(error: CelParseError | CelTypeError, text: string): string {
  const { summary, code, node } = error;
  const advice = ADVICE[summary] ?? wordAdvice(error, text) ?? typeAdvice(summary);
  if (advice !== undefined) return advice;
  const shown = withoutOwnNames(summary).replace(/\b[A-Z]{2,}\b/g, (token) => TOKENS[token] ?? token);
  const name = code === 'no_matching_overload' && Array.isArray(node?.args) ? String(node.args[0]) : undefined;
  const call = name === undefined ? undefined : callOf(withoutOwnNames(name));
  return `${shown.charAt(0).toLowerCase()}${shown.slice(1)}${call === undefined ? '' : `; it is written ${call}`}`;
}

/** The text with the functions under the names that the user knows. */
function withoutOwnNames(text: string): string {
  return text.replaceAll(MATCHES, 'matches').replaceAll(INT, 'int').replaceAll('google.protobuf.', '');
}

/** How a function is written. */
function callOf(name: string): string | undefined {
  return functionNotes.find(({ call }) => call.startsWith(`${name}(`) || call.includes(`.${name}(`))?.call;
}

/** For a word that stands where only an operator could. */
function wordAdvice({ code, range }: CelParseError | CelTypeError, text: string): string | undefined {
  if (code !== 'unexpected_character' || range === undefined) return undefined;
  const word = /^\w+/.exec(text.slice(range.start))?.[0];
  if (word === undefined) return undefined;
  if (/\bnot\s+$/i.test(text.slice(0, range.start))) return "unexpected 'not': write ! for not";
  const operator = OPERATORS[word.toLowerCase()];
  return `unexpected '${word}'${operator === undefined ? '' : `: write ${operator}`}`;
}

/** What is written for words that other languages have as operators. */
const OPERATORS: Readonly<Record<string, string>> = {
  and: '&& for and',
  or: '|| for or',
  is: '== to compare',
  like: 'text.contains(part) or text.matches(pattern)',
  contains: 'text.contains(part)',
  matches: 'text.matches(pattern)',
};

function typeAdvice(summary: string): string | undefined {
  const [, left, operator, right] = /^no such overload: (\S+) (\S+) (\S+)$/.exec(summary) ?? [];
  if (left === undefined || operator === undefined || right === undefined) return undefined;
  const types = [left, right];
  const isNull = types.includes('null') && ['==', '!='].includes(operator);
  const isConvertible = operator !== 'in' && types.every((type) => ['string', 'int', 'double'].includes(type));
  const text = `${left} ${operator} ${right} is not possible`;
  if (isNull) return `${text}: a column without a value is "", 0 or false here, never null`;
  if (operator === 'in') return `${text}: text.contains(part) asks for a part of a text`;
  return isConvertible ? `${text}: convert one of them with string(), int() or double()` : text;
}

const ADVICE: Readonly<Record<string, string>> = {
  'Unexpected character: =': "unexpected '=': write == to compare",
  'Unexpected character: &': "unexpected '&': write && for and",
  'Unexpected character: |': "unexpected '|': write || for or",
  'Unexpected token: EOF': 'the expression ends too early',
  'Unterminated string': 'a text that begins here is not closed',
};

/** The library's names of tokens. */
const TOKENS: Readonly<Record<string, string>> = {
  EOF: 'the end',
  NUMBER: 'a number',
  STRING: 'a text',
  IDENTIFIER: 'a name',
  LPAREN: "'('",
  RPAREN: "')'",
  LBRACKET: "'['",
  RBRACKET: "']'",
  LBRACE: "'{'",
  RBRACE: "'}'",
  COMMA: "','",
  COLON: "':'",
  DOT: "'.'",
  QUESTION: "'?'",
  EQ: "'=='",
  NE: "'!='",
  LT: "'<'",
  LE: "'<='",
  GT: "'>'",
  GE: "'>='",
  AND: "'&&'",
  OR: "'||'",
  NOT: "'!'",
  IN: "'in'",
  PLUS: "'+'",
  MINUS: "'-'",
  MULTIPLY: "'*'",
  DIVIDE: "'/'",
  MODULO: "'%'",
};
