import type { Environment, ParseResult } from '@marcbachmann/cel-js';
import { printable } from '../core/printable.ts';
import type { Value } from '../core/record.ts';
import { explain } from './explain.ts';
import { EvaluationError, ExpressionError } from './expression-error.ts';
import { registerFunctions } from './functions.ts';
import { celLibrary } from './library.ts';
import { Patterns } from './patterns.ts';
import { boundName, INPUT, type Survey, survey } from './syntax.ts';
import { type CelValue, type ExpressionType, exportValue, importer, resultType } from './values.ts';

/** Longest text of an expression, in UTF-16 units. */
const MAX_LENGTH = 10_000;

/** Deepest nesting and most nodes: far beyond what a person writes, and far below what the stack holds. */
const LIMITS = { maxDepth: 50, maxAstNodes: 5000, maxListElements: 1000, maxMapEntries: 100, maxCallArguments: 32 };

/** A column that an expression may use. */
export interface Variable {
  readonly name: string;
  readonly type: ExpressionType;
}

/** An expression whose text has been checked. */
export interface Expression {
  /** The type of what it gives. */
  readonly type: ExpressionType;
  /** The variables that it uses, `input` not among them. */
  readonly uses: readonly string[];
  /** Keys of `input` that it uses, each once, or `all` where they are known only with a row. Empty: it doesn't use `input`. */
  readonly usesInput: readonly string[] | 'all';
  /**
   * The value for a row. `read` gives a column's value by its name; it is called for what the value depends on alone,
   * perhaps more than once. `input` gives the input's columns, none by default.
   *
   * A whole number is a number again. Errors: EvaluationError.
   */
  evaluate(read: (name: string) => Value, input?: InputColumns): Value;
}

/** The columns of the input for one row; a map is one. */
export interface InputColumns {
  /** Undefined: there is no such column. */
  get(key: string): Value | undefined;
  /** Asked for only where `usesInput` is `all`. */
  keys(): Iterable<string>;
}

/**
 * Compiles an expression in the Common Expression Language (https://github.com/google/cel-spec) over the columns of a
 * row and the map `input`. Its types are checked here; nothing of it is run as code.
 *
 * A column without a value enters as `""`, 0 or false. Bounds: 10,000 characters, 50 levels.
 * Errors: ExpressionError for the first mistake.
 */
export function compileExpression(text: string, variables: readonly Variable[]): Expression {
  if (text.length > MAX_LENGTH) {
    throw new ExpressionError(
      `an expression may have ${MAX_LENGTH} characters, this one has ${text.length}`,
      MAX_LENGTH,
    );
  }
  const patterns = new Patterns();
  const environment = new (celLibrary().Environment)({ limits: LIMITS });
  registerFunctions(environment, patterns);
  const program = parse(text, environment);
  const found = survey(program.ast, new Set(variables.map(({ name }) => name)));
  const uses = variables.filter(({ name }) => found.uses.has(name));
  environment.registerVariable(INPUT, 'map<string, dyn>');
  for (const { name, type } of uses) environment.registerVariable(boundName(name), type);
  const { valid, type = '', error } = program.check();
  if (!valid) throw explain(error, text, environment);
  checkPatterns(found, patterns);
  return {
    type: singleType(type),
    uses: uses.map(({ name }) => name),
    usesInput: found.inputKeys,
    evaluate: evaluator(program, uses, found.inputKeys),
  };
}

function parse(text: string, environment: Environment): ParseResult {
  try {
    return environment.parse(text);
  } catch (error) {
    // A macro with wrong arguments is found while parsing.
    const { ParseError, TypeError: CelTypeError } = celLibrary();
    if (error instanceof ParseError || error instanceof CelTypeError) throw explain(error, text, environment);
    throw error;
  }
}

/** A pattern that stands in the expression is found wrong now, not on the first row. */
function checkPatterns({ patterns: literals }: Survey, patterns: Patterns): void {
  for (const { text, offset } of literals) {
    try {
      patterns.compile(text);
    } catch (error) {
      if (error instanceof EvaluationError) throw new ExpressionError(error.message, offset, { cause: error });
      throw error;
    }
  }
}

function singleType(name: string): ExpressionType {
  const type = resultType(name);
  if (type !== undefined) return type;
  const shown = name.replace('google.protobuf.', '').toLowerCase();
  const advice = ADVICE[shown.replace(/<.*/, '')] ?? '';
  throw new ExpressionError(
    `expected a single value (text, number, true or false), the expression gives ${shown}${advice}`,
    0,
  );
}

/** How to make a single value of what is none. */
const ADVICE: Readonly<Record<string, string>> = {
  duration: ': take a part of it, such as duration.getHours()',
  list: ': take one of its elements, or make a text of it with join',
  timestamp: ': make a text of it with string(), or take a part such as timestamp.getFullYear()',
};

/** What a row is to the library: it looks names up here, so that only columns that it comes to are read. */
type Bindings = Readonly<Record<string, CelValue | ReadonlyMap<string, Value>>>;

function evaluator(
  program: (bindings: Bindings) => unknown,
  uses: readonly Variable[],
  inputKeys: readonly string[] | 'all',
): Expression['evaluate'] {
  let read: (name: string) => Value = () => null;
  let input = NO_INPUT;
  const bindings = Object.create(null) as Bindings;
  const inputMap = new Map<string, Value>();
  Object.defineProperty(bindings, INPUT, { get: () => fill(inputMap, input, inputKeys) });
  for (const { name, type } of uses) {
    const imported = importer(type);
    Object.defineProperty(bindings, boundName(name), { get: () => imported(read(name)) });
  }
  return (readColumn, inputColumns = NO_INPUT) => {
    read = readColumn;
    input = inputColumns;
    try {
      return exportValue(program(bindings));
    } catch (error) {
      throw evaluationError(error);
    }
  };
}

/** The library takes nothing but a map itself. It is made anew for a row only where the row's value depends on it. */
function fill(
  map: Map<string, Value>,
  input: InputColumns,
  inputKeys: readonly string[] | 'all',
): ReadonlyMap<string, Value> {
  map.clear();
  for (const key of inputKeys === 'all' ? input.keys() : inputKeys) {
    const value = input.get(key);
    if (value !== undefined) map.set(key, value);
  }
  return map;
}

const NO_INPUT: InputColumns = new Map();

/** A message names keys and values, which are as long as strangers make them. */
const MAX_MESSAGE = 200;

function evaluationError(error: unknown): unknown {
  if (error instanceof celLibrary().EvaluationError)
    return new EvaluationError(printable(error.summary, MAX_MESSAGE), { cause: error });
  // A text that is longer than the engine can have.
  if (error instanceof RangeError) return new EvaluationError(error.message, { cause: error });
  return error;
}
