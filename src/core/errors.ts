import type { FailureCode } from './failure-codes.ts';
import type { PageFacts } from './record.ts';
import { maskCredentials } from './urls/credentials.ts';

/**
 * The user's pipeline file, flags or environment are wrong. Raised before any request; the command ends with exit code 2.
 *
 * `problems` holds every mistake found, each a complete line: `file:line:column: path: what was expected, what was found`.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG';
  readonly problems: readonly string[];

  constructor(problems: readonly string[] | string, options?: ErrorOptions) {
    const list = typeof problems === 'string' ? [problems] : problems;
    super(list.join('\n'), options);
    this.problems = list;
  }
}

/** What is known of a URL when it fails: the page's facts as far as they were learned. */
export type FailureFacts = Partial<PageFacts>;

/**
 * This record cannot go on. It is counted and reported with its origin, skips all later stages, and the run goes on.
 *
 * `code` is one of the stable failure codes that the failures output shows. The message goes there too, without the
 * credentials of the URLs in it.
 */
export class RecordError extends Error {
  override readonly name = 'RecordError';
  readonly code: FailureCode;
  readonly facts: FailureFacts;

  constructor(code: FailureCode, message: string, options: ErrorOptions & { facts?: FailureFacts } = {}) {
    super(maskCredentials(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.facts = options.facts ?? {};
  }
}

/** What kept a stage from going on; stable, for tests and for callers. */
export type StageErrorCode =
  | 'SOURCE_UNREADABLE'
  | 'SINK_FAILED'
  | 'READER_GONE'
  | 'CHECKPOINT_MISMATCH'
  | 'CHECKPOINT_IN_USE'
  | 'MEMORY_LIMIT'
  | 'COMMAND_FAILED'
  | 'STEP_FAILED'
  | 'ACCOUNTING';

/**
 * A stage cannot go on (disk full, input unreadable). The run stops and can be resumed; the command ends with exit code 3.
 *
 * `READER_GONE` is the one that is no failure: whoever read our standard output has closed it.
 */
export class StageError extends Error {
  override readonly name = 'StageError';
  readonly code: StageErrorCode;

  constructor(code: StageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
