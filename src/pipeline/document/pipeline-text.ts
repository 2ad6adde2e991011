import { isUtf8 } from 'node:buffer';
import type { Position, Problem } from '../checks/problems.ts';
import { fileProblem, sizeProblem } from './file.ts';

/** The text of a pipeline file, or why it has none. */
export type PipelineText =
  | { readonly text: string; readonly problem?: never }
  | { readonly text?: never; readonly problem: Problem };

/** Reads the bytes of a pipeline file as text: UTF-8, with or without a byte order mark. `file` is its name for messages. */
export function decodePipelineText(bytes: Uint8Array, file: string): PipelineText {
  const refuse = (text: string, position: Position) => ({ problem: fileProblem(file, 'not-text', text, position) });
  const large = sizeProblem(bytes.length, file);
  if (large !== undefined) return { problem: large };
  if (hasUtf16Mark(bytes)) return refuse('the file is UTF-16: a pipeline file is UTF-8', { line: 1, column: 1 });
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const zero = text.indexOf('\0');
  if (zero !== -1) return refuse('there is a zero byte here: is it a pipeline file?', positionAt(text, zero));
  if (isUtf8(bytes)) return { text };
  return refuse('this is no UTF-8: is it a pipeline file?', positionAt(text, text.indexOf(REPLACEMENT)));
}

/** What a decoder puts in the place of bytes that are no UTF-8 (https://encoding.spec.whatwg.org/#concept-encoding-process). */
const REPLACEMENT = '\uFFFD';

function hasUtf16Mark([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

function positionAt(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
