import type { Chunk } from '../bytes.ts';
import type { Name, NameCache, NameCaches } from '../names/name-cache.ts';
import { MARKUP_SKIPPER_BASE64 } from './markup-skipper-module.ts';
import { skipMarkup } from './skip.ts';
import { TagTable } from './tag-table.ts';

/** Passes over text and tags that can't matter, for all documents, one chunk at a time. */
export interface MarkupSkipper {
  /** Gives what `skipMarkup` of skip.ts gives, which see, or a position further on: behind scripts and style sheets. */
  skip(chunk: Chunk, from: number, skipsEndTags: boolean): number;
  /** The start tag that the last call has stopped at; undefined where it was not read, or not whole. */
  readonly tag: TagTable | undefined;
  /** Forgets the chunk that was skipped in last, which is kept until then. */
  release(): void;
}

/**
 * Gives the skipper in WebAssembly; the one in JavaScript where the engine has no WebAssembly, or none with vectors
 * (https://webassembly.github.io/spec/core/syntax/types.html#vector-types).
 */
export function markupSkipper(names: NameCaches, webAssembly = engine()): MarkupSkipper {
  try {
    if (webAssembly !== null) return new WasmMarkupSkipper(names, webAssembly);
  } catch {
    // The module is always the same: it is the engine that can't compile it, or has no memory for it.
  }
  return new JsMarkupSkipper(names.tags);
}

/** What we need of the engine's WebAssembly (https://webassembly.github.io/spec/js-api/). */
export interface WebAssemblyEngine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

/** What the module markup-skipper.wat exports. */
interface SkipperExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly skip: (from: number, length: number, skipsEndTags: number) => number;
}

/** Where these are in the module's memory, in bytes, as markup-skipper.wat says. */
const TAG_LENGTHS = 0;
const ATTRIBUTE_LENGTHS = 256;
const PASSED_ELEMENTS = 768;
const TAG = 784;
const CHUNK_START = 4096;
/** The bytes behind the chunk that a search may read. */
const READ_AHEAD = 16;
/** Bytes. From here on it takes about half of the time; tiny chunks are many where a document comes byte by byte. */
const MIN_CHUNK_LENGTH = 256;

/** Skips in WebAssembly. Memory: 128 KiB, whatever the chunks; those that don't fit, and tiny ones, are skipped in by JavaScript. */
export class WasmMarkupSkipper implements MarkupSkipper {
  readonly #names: NameCache;
  readonly #skip: SkipperExports['skip'];
  readonly #memory: Uint8Array;
  readonly #maxChunkLength: number;
  readonly #table: TagTable;
  /** The chunk that the memory has. */
  #chunk: Chunk | undefined;
  /** What is in the table is the tag that was stopped at. */
  #hasTag = false;

  /** Throws where the engine can't compile the module. */
  constructor({ tags, attributes }: NameCaches, webAssembly: WebAssemblyEngine) {
    const module = new webAssembly.Module(Buffer.from(MARKUP_SKIPPER_BASE64, 'base64'));
    const { memory, skip } = new webAssembly.Instance(module).exports as SkipperExports;
    const { buffer } = memory;
    this.#names = tags;
    this.#skip = skip;
    this.#memory = new Uint8Array(buffer, CHUNK_START);
    this.#maxChunkLength = this.#memory.length - READ_AHEAD;
    this.#table = new TagTable(new Int32Array(buffer, TAG, (CHUNK_START - TAG) / Int32Array.BYTES_PER_ELEMENT));
    tags.copyLengths(new Int32Array(buffer, TAG_LENGTHS));
    attributes.copyLengths(new Int32Array(buffer, ATTRIBUTE_LENGTHS));
    new Int32Array(buffer, PASSED_ELEMENTS).set(['script', 'style'].map((name) => Number(isPassed(tags.nameOf(name)))));
  }

  get tag(): TagTable | undefined {
    return this.#hasTag ? this.#table : undefined;
  }

  skip(chunk: Chunk, from: number, skipsEndTags: boolean): number {
    this.#hasTag = false;
    if (this.#chunk !== chunk && !this.#load(chunk)) return skipMarkup(chunk, from, this.#names, skipsEndTags);
    const at = this.#skip(from, chunk.length, skipsEndTags ? 1 : 0);
    this.#hasTag = this.#table.isWhole;
    return at;
  }

  release(): void {
    this.#chunk = undefined;
  }

  #load(chunk: Chunk): boolean {
    if (chunk.length < MIN_CHUNK_LENGTH || chunk.length > this.#maxChunkLength) return false;
    this.#memory.set(chunk.bytes);
    this.#chunk = chunk;
    return true;
  }
}

/** Skips in JavaScript: the reference. */
export class JsMarkupSkipper implements MarkupSkipper {
  readonly #names: NameCache;
  readonly tag = undefined;

  constructor(names: NameCache) {
    this.#names = names;
  }

  skip(chunk: Chunk, from: number, skipsEndTags: boolean): number {
    return skipMarkup(chunk, from, this.#names, skipsEndTags);
  }

  release(): void {}
}

/** True for an element that is of no interest itself, and whose content has no tags in it. */
function isPassed({ matters, mayBeRaw }: Name): boolean {
  return mayBeRaw && !matters;
}

/** Node has no WebAssembly under --jitless. */
function engine(): WebAssemblyEngine | null {
  return (Reflect.get(globalThis, 'WebAssembly') as WebAssemblyEngine | undefined) ?? null;
}
