import type { ParseError as CelParseError, TypeError as CelTypeError, Environment } from '@marcbachmann/cel-js';
import { closest, distance } from 'fastest-levenshtein';
import { ExpressionError, type UnknownName } from './expression-error.ts';
import { functionNotes, MATCHES } from './functions.ts';

/** What the library found wrong, in our words: what, where, and what to write instead where that is clear. */
export function explain(error: CelParseError | CelTypeError | undefined, environment: Environment): ExpressionError {
  if (error === undefined) return new ExpressionError('not an expression', 0);
  const unknown = unknownName(error, environment);
  const message = unknown === undefined ? messageOf(error) : unknownText(unknown);
  return new ExpressionError(message, error.range?.start ?? 0, { cause: error, ...(unknown && { unknown }) });
}

function unknownText({ kind, name }: UnknownName): string {
  const text = `unknown ${kind} '${name}'`;
  if (kind !== 'function') return text;
  const nearest = closest(name, FUNCTIONS);
  return distance(name, nearest) <= Math.max(1, nearest.length / 3) ? `${text}; did you mean '${nearest}'?` : text;
}

const FUNCTIONS = functionNotes.flatMap(({ call }) => /(\w+)\(/.exec(call)?.[1] ?? []);

function unknownName({ code, node }: CelParseError | CelTypeError, environment: Environment): UnknownName | undefined {
  if (code === 'unknown_variable' && node?.op === 'id') return { kind: 'variable', name: String(node.args) };
  if (code !== 'no_matching_overload' || !Array.isArray(node?.args)) return undefined;
  const name = String(node.args[0]);
  const isKnown = environment.getDefinitions().functions.some((known) => known.name === name);
  return isKnown ? undefined : { kind: 'function', name };
}

function messageOf({ summary }: CelParseError | CelTypeError): string {
  const advice = ADVICE[summary];
  if (advice !== undefined) return advice;
  const text = summary.replaceAll(MATCHES, 'matches').replace(/\b[A-Z]{2,}\b/g, (token) => TOKENS[token] ?? token);
  return text.charAt(0).toLowerCase() + text.slice(1);
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
};
