/** A name that an expression uses and nobody declared, for `did you mean`. */
export interface UnknownName {
  readonly kind: 'variable' | 'function';
  readonly name: string;
}

/** The text of an expression is wrong: its syntax, a name or the types. The caller makes a ConfigError of it. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly code = 'EXPRESSION';
  /** Place in the text at which it is wrong, in UTF-16 units from 0. */
  readonly offset: number;
  readonly unknown: UnknownName | undefined;

  constructor(message: string, offset: number, options: ErrorOptions & { unknown?: UnknownName } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.offset = offset;
    this.unknown = options.unknown;
  }
}

/** An expression has no value for this row: a missing key, a division by zero. The caller makes a RecordError of it. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
  readonly code = 'EVALUATION';
}
