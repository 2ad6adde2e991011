import { styleText } from 'node:util';
import { printable } from '../../core/printable.ts';
import { maskCredentials } from '../../core/urls/credentials.ts';
import { messagesInOrder } from '../../pipeline/checks/problems.ts';
import type { Difference } from '../../testing/compare/judge-case.ts';
import type { DiffLine } from '../../testing/compare/row-match.ts';
import type { CaseResult } from '../../testing/run/run-file.ts';

/** Lines that are as expected and shown before and after a difference. */
const CONTEXT_LINES = 2;

/**
 * The line of a case, and below it what differs: `-` was expected and is not there, `+` is there and was not expected; why it
 * could not run; and the answers that it has no use for.
 */
export function caseText(result: CaseResult, hasColor: boolean): string {
  const { testCase, differences, problems, observation, isUpdated } = result;
  const paint = painter(hasColor);
  const hasPassed = differences.length === 0 && problems.length === 0;
  const mark = hasPassed ? paint('green', '✓') : paint('red', '✗');
  const lines = differences.flatMap((difference) => differenceLines(difference, paint));
  const reasons = messagesInOrder(problems).map((message) => `      ${printable(maskCredentials(message))}`);
  const unused = (observation?.unused ?? []).map((text) => paint('dim', `      unused: ${printable(text)}`));
  const name = `${printable(testCase.name)}${isUpdated ? paint('dim', ' (updated)') : ''}`;
  return [`  ${mark} ${name}`, ...reasons, ...lines, ...unused, ''].join('\n');
}

/** The last line: `3 passed, 1 failed`. */
export function totalText(passed: number, failed: number, hasColor: boolean): string {
  const paint = painter(hasColor);
  const parts = [`${passed} passed`, ...(failed > 0 ? [paint('red', `${failed} failed`)] : [])];
  return `${parts.join(', ')}\n`;
}

type Color = 'green' | 'red' | 'dim';
type Paint = (color: Color, text: string) => string;

function painter(hasColor: boolean): Paint {
  return (color, text) => (hasColor ? styleText(color, text) : text);
}

function differenceLines({ what, lines }: Difference, paint: Paint): readonly string[] {
  const shown: string[] = [`      ${what}`];
  let isGap = false;
  for (const [index, line] of lines.entries()) {
    if (isNearDifference(lines, index)) {
      if (isGap) shown.push(paint('dim', '        ...'));
      shown.push(`      ${lineText(line, paint)}`);
    }
    isGap = !isNearDifference(lines, index);
  }
  return shown;
}

function isNearDifference(lines: readonly DiffLine[], index: number): boolean {
  return lines.slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1).some(({ kind }) => kind !== 'same');
}

function lineText({ kind, text }: DiffLine, paint: Paint): string {
  if (kind === 'same') return `  ${printable(text)}`;
  return kind === 'missing' ? paint('red', `- ${printable(text)}`) : paint('green', `+ ${printable(text)}`);
}
