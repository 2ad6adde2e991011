import { type FileHandle, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { ConfigError } from '../core/errors.ts';
import { fileProblem, MAX_FILE_BYTES } from '../pipeline/document/file.ts';
import { decodePipelineText, type PipelineText } from '../pipeline/document/pipeline-text.ts';
import type { Io } from './io.ts';

/** What a pipeline is called that comes from standard input. */
const STDIN_NAME = 'stdin';

/** Reads a pipeline file's text; `-` is standard input. Errors: ConfigError with the path and what the system said. */
export async function readPipelineText(file: string, io: Io): Promise<string> {
  const { text, problem } = await findPipelineText(file, io);
  if (problem !== undefined) throw new ConfigError(problem.message);
  return text;
}

/** Does what `readPipelineText` does, but gives the problem: `check` goes on with other files. At most about 1 MB is read. */
export async function findPipelineText(file: string, io: Io): Promise<PipelineText> {
  try {
    const bytes = file === '-' ? await readStream(io.stdin) : await readFile(resolve(io.cwd, file));
    return decodePipelineText(bytes, shownName(file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const text = `can't be read: ${REASONS[code ?? ''] ?? message}`;
    return { problem: fileProblem(shownName(file), 'unreadable-file', text) };
  }
}

/** What a pipeline file is called in messages. */
export function shownName(file: string): string {
  return file === '-' ? STDIN_NAME : file;
}

/** The folder where the paths of a pipeline file start. */
export function baseDirectoryOf(file: string, cwd: string): string {
  return file === '-' ? cwd : dirname(resolve(cwd, file));
}

async function readFile(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    return await readStart(handle);
  } finally {
    await handle.close();
  }
}

/** The first bytes of a file: one more than a pipeline file may have, so that a larger one is found out. */
async function readStart(handle: FileHandle): Promise<Uint8Array> {
  const bytes = Buffer.alloc(MAX_FILE_BYTES + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < bytes.length; length += read) {
    // Without a position: a named pipe has none.
    read = (await handle.read(bytes, length, bytes.length - length, null)).bytesRead;
  }
  return bytes.subarray(0, length);
}

async function readStream(stream: Readable): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > MAX_FILE_BYTES) break;
  }
  return Buffer.concat(chunks);
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder; a pipeline file is expected',
  ENOENT: 'there is no such file',
};
