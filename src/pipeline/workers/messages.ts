import type { MessagePort } from 'node:worker_threads';
import type { SkipReason } from '../../core/outcome.ts';
import type { PageFacts } from '../../core/record.ts';
import type { StepFigures } from '../../core/stage/step-figures.ts';
import type { PortableError, PortableFailure } from './portable/portable-error.ts';
import type { PortableRecord, PortableUrl } from './portable/portable-record.ts';
import type { PortableScope } from './portable/portable-scope.ts';

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly index: number;
  readonly count: number;
  /** To the other threads, by their index. */
  readonly channels: readonly (MessagePort | undefined)[];
  readonly steps: readonly PortableStep[];
  /** Where relative paths start. */
  readonly baseDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly linkColumns: readonly string[];
}

/** A step with its options as the user wrote them. */
export interface PortableStep {
  readonly name: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly columns: PortableScope;
}

/** What the run says to a worker thread. */
export type ToWorker =
  | { readonly kind: 'lines'; readonly lines: readonly PortableUrl[] }
  /** So many results have been handed on: there is room for as many more. */
  | { readonly kind: 'handed-on'; readonly count: number }
  /** What is in flight is to be finished, and what has not begun is to be let go of. */
  | { readonly kind: 'stop' }
  /** There are no more lines. */
  | { readonly kind: 'end' };

/** What a worker thread says to the run. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly figures: WorkerFigures }
  | { readonly kind: 'results'; readonly results: readonly WorkerResult[]; readonly figures: WorkerFigures }
  | { readonly kind: 'figures'; readonly figures: WorkerFigures }
  /** All lines have ended, and the steps are closed. */
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: PortableError };

/** How things stand in a worker thread. */
export interface WorkerFigures extends Required<StepFigures> {
  /** Lines that it takes at most. */
  readonly room: number;
}

/** What became of a line; `sequence` tells which. */
export type WorkerResult = { readonly sequence: number } & (
  | { readonly fate: 'done'; readonly record: PortableRecord }
  | { readonly fate: 'failed'; readonly record: PortableRecord; readonly failure: PortableFailure }
  | {
      readonly fate: 'skipped';
      readonly record: PortableRecord;
      readonly reason: SkipReason;
      readonly page: PageFacts | undefined;
    }
  | { readonly fate: 'abandoned' }
);
