import type { OptionProblem } from '../core/columns/column-plan.ts';
import {
  type Column,
  type ColumnScope,
  type ColumnType,
  inputColumnName,
  nameInInput,
} from '../core/columns/columns.ts';
import { RecordError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { AnyRecord, Link, Value } from '../core/record.ts';
import type { StageNote } from '../core/stage/stage-note.ts';
import { compileExpression, type Expression, type InputColumns } from './expression.ts';
import { EvaluationError, ExpressionError } from './expression-error.ts';
import { functionNotes } from './functions.ts';
import type { ExpressionType } from './values.ts';

/** An expression over the columns of the records at one place of a pipeline. */
export interface ColumnExpression {
  readonly type: ColumnType;
  /** Names of the columns that it reads, `input` for all of the input. */
  readonly reads: readonly string[];
  /** Its value for a record, at links for one of its links. Errors: RecordError `expression` where there is none. */
  evaluate(record: AnyRecord, link?: Link): Value;
}

/** The reference of the functions, for the stages that have expressions. */
export const functionsNote: StageNote = {
  heading: 'Functions',
  rows: functionNotes.map(({ call, summary }) => [call, summary]),
};

/** Compiles an expression in which the columns are variables. Errors: ExpressionError for the first mistake. */
export function columnExpression(text: string, scope: ColumnScope): ColumnExpression {
  const columns = new Map(scope.names.flatMap((name) => entryOf(name, scope.get(name))));
  const variables = [...columns].map(([name, { type }]) => ({ name, type: typeInExpression(type) }));
  const expression = compileExpression(text, variables);
  const reads = [...expression.uses, ...inputReads(expression)];
  if (expression.usesInput.length > 0 && !scope.hasInput) {
    throw new ExpressionError('there is no input: the source of this pipeline has no columns of its own', 0);
  }
  return {
    type: expression.type === 'dyn' ? 'any' : expression.type,
    reads,
    evaluate: evaluator(text, expression, columns),
  };
}

/** An expression, or what is wrong with it. */
export type CheckedExpression =
  | { readonly expression: ColumnExpression; readonly problem?: never }
  | { readonly expression?: never; readonly problem: OptionProblem };

/** Does what `columnExpression` does, but gives the mistake as the problem of an option. */
export function checkedExpression(text: string, scope: ColumnScope, path: OptionProblem['path']): CheckedExpression {
  try {
    return { expression: columnExpression(text, scope) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    if (error.unknown?.kind === 'variable') return { problem: { path, unknownColumn: error.unknown.name } };
    const place = error.offset > 0 ? `, at character ${error.offset + 1}` : '';
    return { problem: { path, message: `${error.message}${place}` } };
  }
}

function entryOf(name: string, column: Column | undefined): [string, Column][] {
  return column === undefined ? [] : [[name, column]];
}

function typeInExpression(type: ColumnType): ExpressionType {
  return type === 'any' ? 'dyn' : type;
}

function inputReads({ usesInput }: Expression): readonly string[] {
  return usesInput === 'all' ? ['input'] : usesInput.map(inputColumnName);
}

function evaluator(
  text: string,
  { evaluate }: Expression,
  columns: ReadonlyMap<string, Column>,
): ColumnExpression['evaluate'] {
  // One of each for all rows: they are used one after the other, and there are millions.
  let record: AnyRecord;
  let link: Link | undefined;
  const read = (name: string): Value => columns.get(name)?.read(record, link) ?? null;
  const input: InputColumns = {
    get: (key) => record.fields?.[inputColumnName(key)],
    keys: () => Object.keys(record.fields ?? {}).flatMap((field) => nameInInput(field) ?? []),
  };
  return (ofRecord, ofLink) => {
    record = ofRecord;
    link = ofLink;
    try {
      return evaluate(read, input);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      const message = `${printable(text, 100)}: ${error.message}`;
      throw new RecordError('expression', message, { cause: error });
    }
  };
}
