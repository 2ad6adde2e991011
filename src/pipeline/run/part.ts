import type { Duplex } from 'node:stream';
import { concurrentTransform } from '../../core/concurrent-transform.ts';
import type { Departures } from '../../core/outcome.ts';
import type { Kind } from '../../core/record.ts';
import type { StepFigures } from '../../core/stage/step-figures.ts';
import type { Step } from '../../core/stage.ts';

/** What a run makes a stream of, between its source and its end: a step, or several that other threads do. */
export interface Part {
  /** Makes sure that what it needs is there. Called once, before any output is touched. Errors: ConfigError, StageError. */
  open?(): Promise<void>;
  /** Its stream. Called once; when the stream is closed, so is the part. */
  stream(departures: Departures): Duplex;
  /** Figures for the progress line. */
  progress?(): StepFigures;
  /** Lets go of what it holds, where it never became a stream. */
  close?(): Promise<void> | void;
}

/** Makes the part of a run that a step in this thread is. */
export function partOfStep(step: Step<Kind, Kind>): Part {
  return {
    open: async () => await step.open?.(),
    stream: (departures) => concurrentTransform(step, departures),
    progress: () => step.progress?.() ?? { inFlight: 0 },
    close: () => step.close?.(),
  };
}
