import type { Environment } from '@marcbachmann/cel-js';
import { EvaluationError } from './expression-error.ts';

/** The name by which `int(value)` is called within: the library's own takes `""` for 0 and `0b11` for 3, and can't be replaced. */
export const INT = 'intOf';

/** Gives an environment `int` as CEL has it, and `string` for timestamps, which the library lacks. */
export function registerConversions(environment: Environment): void {
  environment
    .registerFunction(`${INT}(int): int`, (value: bigint) => value)
    .registerFunction(`${INT}(uint): int`, ({ value }: { readonly value: bigint }) => inRange(value))
    .registerFunction(`${INT}(double): int`, wholePart)
    .registerFunction(`${INT}(string): int`, wholeNumber)
    .registerFunction(`${INT}(google.protobuf.Timestamp): int`, (time: Date) =>
      BigInt(Math.floor(time.getTime() / 1000)),
    )
    .registerFunction('string(google.protobuf.Timestamp): string', (time: Date) =>
      time.toISOString().replace('.000Z', 'Z'),
    );
}

const MAX_INT = 2n ** 63n - 1n;

function inRange(value: bigint): bigint {
  if (value <= MAX_INT && value >= -MAX_INT - 1n) return value;
  throw new EvaluationError(`int(): ${value} is beyond 2^63`);
}

/** https://github.com/google/cel-spec/blob/master/doc/langdef.md: a fraction is cut off. */
function wholePart(value: number): bigint {
  if (!Number.isFinite(value)) throw new EvaluationError(`int(): ${value} is no finite number`);
  return inRange(BigInt(Math.trunc(value)));
}

/** What a stranger's text is stays out of the message: it may be long. */
function wholeNumber(text: string): bigint {
  if (!/^[+-]?\d{1,19}$/.test(text)) throw new EvaluationError('int(): the text is no whole number');
  return inRange(BigInt(text));
}
