import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { ConfigError } from '../core/errors.ts';

/** A compressed file format, known by its file name extension. */
export type Compression = 'gz' | 'zst';

/** The compression that a file name's extension stands for, or undefined for a plain file. */
export function compressionOf(path: string): Compression | undefined {
  if (/\.gz$/i.test(path)) return 'gz';
  return /\.zst$/i.test(path) ? 'zst' : undefined;
}

/** The path without its compression extension: `found.tsv.gz` is a `.tsv`. */
export function withoutCompression(path: string): string {
  return compressionOf(path) === undefined ? path : path.slice(0, path.lastIndexOf('.'));
}

/** The extension of a file name in lower case, without the dot and passing over that of a compression; empty where it has none. */
export function extensionOf(path: string): string {
  return /\.([^./\\]+)$/.exec(withoutCompression(path))?.[1]?.toLowerCase() ?? '';
}

/** Makes sure that this Node can read and write the compression, before a file is touched. Errors: ConfigError where it can't. */
export function requireCompression(compression: Compression | undefined): void {
  if (compression === 'zst') zstandard('createZstdDecompress').destroy();
}

/** A stream that decompresses, all members of a file that has several. Errors: ConfigError where this Node can't. */
export function decompressor(compression: Compression): Transform {
  return compression === 'gz' ? zlib.createGunzip() : zstandard('createZstdDecompress');
}

/** A stream that compresses. Errors: ConfigError where this Node can't. */
export function compressor(compression: Compression): Transform {
  return compression === 'gz' ? zlib.createGzip() : zstandard('createZstdCompress');
}

/** Node has Zstandard from 22.15 on; its types for Node 20 don't know of it. */
function zstandard(name: 'createZstdCompress' | 'createZstdDecompress'): Transform {
  const create = (zlib as unknown as Readonly<Record<string, (() => Transform) | undefined>>)[name];
  if (create === undefined)
    throw new ConfigError('.zst files need Node 22.15 or later; use .gz, or pipe through zstd.');
  return create();
}
