import { type TextStart, textLines } from '../inputs/text-lines.ts';

/** A line of JSON lines. */
export interface JsonObjectLine {
  /** 1-based. */
  readonly line: number;
  /** Position of its first byte. */
  readonly offset: number;
  /** Undefined where the line holds none. */
  readonly object: Readonly<Record<string, unknown>> | undefined;
  /** Set where there is no object. As the end of `the line is `. */
  readonly defect: string | undefined;
}

/**
 * Reads JSON lines, in batches of what one read gave; blank lines are passed over.
 *
 * Order: of the bytes. Bound: a line of 64 KiB. A line that is no JSON object has a defect, and the reading goes on.
 */
export async function* jsonObjects(
  bytes: AsyncIterable<Buffer>,
  start?: TextStart,
): AsyncGenerator<readonly JsonObjectLine[], void, undefined> {
  for await (const lines of textLines(bytes, start)) {
    yield lines.map(({ text, line, offset, defect }) => {
      if (defect === 'too-long') return { line, offset, object: undefined, defect: 'longer than 64 KiB' };
      if (defect === 'not-utf8') return { line, offset, object: undefined, defect: 'not UTF-8' };
      const object = parseObject(text);
      return { line, offset, object, defect: object === undefined ? 'no JSON object' : undefined };
    });
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
