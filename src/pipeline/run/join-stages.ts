import { once } from 'node:events';
import type { Duplex, Readable, Writable } from 'node:stream';
import { pipeline as joinStreams } from 'node:stream/promises';

/** The streams of a run, from its source to its end. */
export interface StageStreams {
  readonly source: Readable;
  readonly steps: readonly Duplex[];
  readonly sink: Writable;
}

/**
 * Joins the streams of a run's stages. Resolves when all of them are at their end and the steps have let go of what they hold.
 *
 * Errors: the first of any stage, or the reason of the controller's signal.
 */
export async function joinStages({ source, steps, sink }: StageStreams, controller: AbortController): Promise<void> {
  const { signal } = controller;
  for (const stream of [source, ...steps, sink]) {
    // A stage that fails takes the run with it at once: the others' requests would never end by themselves.
    stream.once('error', (error) => controller.abort(error));
  }
  try {
    await joinStreams([source, ...steps, sink], { signal });
    // The streams are at their end before the steps have let go of what they hold, such as a file of their own.
    await Promise.all(steps.map((step) => closing(step, signal)));
  } catch (error) {
    // What comes after the first failure is told as an AbortError by each stream.
    throw signal.aborted ? signal.reason : error;
  }
}

/** Resolves once the stream is closed. Errors: what its closing failed with; an abort. */
async function closing(stream: Duplex, signal: AbortSignal): Promise<void> {
  if (!stream.closed) await once(stream, 'close', { signal });
  if (stream.errored) throw stream.errored;
}
