import { ConfigError, type FailureFacts, RecordError, StageError, type StageErrorCode } from '../../../core/errors.ts';
import type { FailureCode } from '../../../core/failure-codes.ts';

/** An error that ends a run, on its way from a worker thread. */
export type PortableError =
  | { readonly kind: 'config'; readonly problems: readonly string[] }
  | { readonly kind: 'stage'; readonly code: StageErrorCode; readonly message: string }
  | { readonly kind: 'bug'; readonly message: string; readonly stack: string };

/** Gives an error in its portable form. Its cause stays behind. */
export function portableError(error: unknown): PortableError {
  if (error instanceof ConfigError) return { kind: 'config', problems: error.problems };
  if (error instanceof StageError) return { kind: 'stage', code: error.code, message: error.message };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'bug', message, stack: stack ?? message };
}

/** Gives the error back; a bug with the stack of its thread. */
export function errorFrom(portable: PortableError): Error {
  if (portable.kind === 'config') return new ConfigError(portable.problems);
  if (portable.kind === 'stage') return new StageError(portable.code, portable.message);
  const error = new Error(portable.message);
  error.stack = portable.stack;
  return error;
}

/** Why a line failed, on its way from a worker thread. */
export interface PortableFailure {
  readonly code: FailureCode;
  readonly message: string;
  readonly facts: FailureFacts;
}

/** Gives a failure in its portable form. Its cause stays behind. */
export function portableFailure({ code, message, facts }: RecordError): PortableFailure {
  return { code, message, facts };
}

/** Gives the failure back. */
export function failureFrom({ code, message, facts }: PortableFailure): RecordError {
  return new RecordError(code, message, { facts });
}
