import { messagesInOrder, type Problem } from '../../pipeline/checks/problems.ts';
import type { Io } from '../io.ts';
import { problemLine } from './error-text.ts';

/** Tells warnings on standard error, unless the user wants it quiet. */
export function tellWarnings(warnings: readonly Problem[], isQuiet: boolean, io: Io): void {
  if (isQuiet || warnings.length === 0) return;
  io.stderr.write(`${messagesInOrder(warnings).map(problemLine).join('\n')}\n`);
}
