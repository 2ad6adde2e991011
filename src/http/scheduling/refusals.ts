import { RecordError } from '../../core/errors.ts';
import type { HostState } from './host-state.ts';

/** A failure of a URL whose turn won't come: whatever its code, another attempt can't heal it. */
export class Refusal extends RecordError {}

/** The failure of a URL whose host is given up on at `nowMs`: `host-down`, or the status that it keeps answering. */
export function givenUp(host: HostState, nowMs: number): Refusal {
  const nextTry = `next try in ${seconds(host.coolDownLeftMs(nowMs))}`;
  const status = host.givenUpStatus;
  if (status !== undefined) {
    const extent = `${host.overloadsInRow} times in a row, for ${seconds(host.overloadedForMs(nowMs))}`;
    const text = `${host.name}: given up on, as it keeps answering ${status} (${extent}); ${nextTry}`;
    return new Refusal('http-status', text, { facts: { status } });
  }
  const failures = host.failuresInRow === 1 ? '1 failure' : `${host.failuresInRow} failures in a row`;
  return new Refusal('host-down', `${host.name}: given up on after ${failures} to reach it; ${nextTry}`);
}

/** The failure of a URL that waited for its turn when the run was stopped. */
export function cancelled(host: string): RecordError {
  return new RecordError('cancelled', `${host}: the run was stopped before the request could start`);
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1_000)}s`;
}
