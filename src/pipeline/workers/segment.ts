import type { Kind } from '../../core/record.ts';
import type { StepDefinition } from '../../core/stage.ts';

/** Neighbouring steps of a pipeline: those from the index `first` to the one before `end`. */
export interface Segment {
  readonly first: number;
  readonly end: number;
}

/**
 * Finds the steps that worker threads do: the one that fetches, and those behind it that can be done there, too. Undefined where
 * nothing is fetched.
 *
 * What leaves them must be links: a page is a connection, which no other thread can read. Whether it is, `givesLinks` tells.
 */
export function workerSegment(steps: readonly StepDefinition[]): Segment | undefined {
  const first = steps.findIndex(({ input, output, workers }) => {
    return input === 'url' && output === 'page' && workers !== undefined;
  });
  if (first === -1) return undefined;
  const beyond = steps.findIndex(({ workers }, index) => index > first && workers === undefined);
  return { first, end: beyond === -1 ? steps.length : beyond };
}

/** Whether what leaves a segment are links. */
export function givesLinks(steps: readonly StepDefinition[], { first, end }: Segment): boolean {
  return kindBefore(steps, end, first) === 'links';
}

/** The kind of record that the step with an index takes; counted from one that takes URLs. */
export function kindBefore(steps: readonly StepDefinition[], index: number, first = 0): Kind {
  return steps.slice(first, index).reduce<Kind>((kind, { output }) => (output === 'same' ? kind : output), 'url');
}
