import { printable } from '../core/printable.ts';
import type { Value } from '../core/record.ts';
import { EvaluationError } from './expression-error.ts';
import { celEvaluatorLibrary } from './library.ts';

/** The type of a variable, or of what an expression gives; `dyn` is known only with a row. */
export type ExpressionType = 'string' | 'int' | 'double' | 'bool' | 'dyn';

/** A value as the library has it: whole numbers are bigints. */
export type CelValue = Value | bigint;

/** Whole numbers below this are made once: status codes, counts. */
const SMALL = 1024;
const SMALL_INTEGERS = Array.from({ length: SMALL }, (_, number) => BigInt(number));

/**
 * What turns a cell of a column of that type into a value of an expression. A cell that is absent (null) becomes the
 * type's zero value; of `dyn` it stays null. Errors: EvaluationError for a cell that is not of the type.
 */
export function importer(type: ExpressionType): (value: Value) => CelValue {
  return IMPORTERS[type];
}

const IMPORTERS: Readonly<Record<ExpressionType, (value: Value) => CelValue>> = {
  string: (value) => (typeof value === 'string' ? value : absent(value, '', 'a text')),
  int: (value) => (Number.isSafeInteger(value) ? toBigInt(value as number) : absent(value, 0n, 'a whole number')),
  double: (value) => (typeof value === 'number' ? value : absent(value, 0, 'a number')),
  bool: (value) => (typeof value === 'boolean' ? value : absent(value, false, 'true or false')),
  dyn: (value) => value,
};

function absent<Zero extends CelValue>(value: Value, zero: Zero, expected: string): Zero {
  if (value === null) return zero;
  throw new EvaluationError(`a column that should have ${expected} has ${printable(JSON.stringify(value), 100)}`);
}

function toBigInt(value: number): bigint {
  return SMALL_INTEGERS[value] ?? BigInt(value);
}

/** A cell of what an expression gave. Errors: EvaluationError for a number that no cell can hold, and for what is no single value. */
export function exportValue(value: unknown): Value {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'bigint':
      return exportInteger(value);
    case 'number':
      if (Number.isFinite(value)) return value;
      throw new EvaluationError('the result is no finite number');
    default:
      if (value === null) return null;
      if (value instanceof celEvaluatorLibrary().UnsignedInt) return exportInteger(value.value);
      throw new EvaluationError('the result is not a single value');
  }
}

function exportInteger(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new EvaluationError(`the result ${value} is beyond 2^53`);
}

/** The type of what an expression gives, by the library's name for it; undefined for what no cell can hold. */
export function resultType(name: string): ExpressionType | undefined {
  return RESULT_TYPES[name];
}

const RESULT_TYPES: Readonly<Record<string, ExpressionType>> = {
  string: 'string',
  int: 'int',
  uint: 'int',
  double: 'double',
  bool: 'bool',
  dyn: 'dyn',
  null: 'dyn',
};
