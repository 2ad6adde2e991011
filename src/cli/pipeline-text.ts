import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from '../core/errors.ts';
import type { Io } from './io.ts';

/** Reads a pipeline file's text. Errors: ConfigError with the path and what the system said. */
export async function readPipelineText(file: string, io: Io): Promise<string> {
  try {
    return await readFile(resolve(io.cwd, file), 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ''] ?? message;
    throw new ConfigError(`${file}: can't be read: ${reason}`, { cause: error });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied.',
  EISDIR: 'it is a folder; a pipeline file is expected.',
  ENOENT: 'there is no such file.',
};
