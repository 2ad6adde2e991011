/** How things stand in a step, for the progress line. */
export interface StepFigures {
  /** Requests in flight. */
  readonly inFlight: number;
  /** What waits for hosts that have too much to do. */
  readonly deferred?: number;
}

/** Gives the figures of several steps, or of several threads, as one. */
export function sumOfFigures(figures: readonly StepFigures[]): Required<StepFigures> {
  return {
    inFlight: figures.reduce((sum, { inFlight }) => sum + inFlight, 0),
    deferred: figures.reduce((sum, { deferred = 0 }) => sum + deferred, 0),
  };
}
