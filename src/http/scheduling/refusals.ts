import { RecordError } from '../../core/errors.ts';
import type { HostState } from './host-state.ts';

/** The failure of a URL whose host is given up on at `nowMs`. */
export function hostDown(host: HostState, nowMs: number): RecordError {
  const seconds = Math.ceil(host.coolDownLeftMs(nowMs) / 1_000);
  const failures = host.failuresInRow === 1 ? '1 failure' : `${host.failuresInRow} failures in a row`;
  return new RecordError(
    'host-down',
    `${host.name}: given up on after ${failures} to reach it; next try in ${seconds}s`,
  );
}

/** The failure of a URL that waited for its turn when the run was stopped. */
export function cancelled(host: string): RecordError {
  return new RecordError('cancelled', `${host}: the run was stopped before the request could start`);
}
