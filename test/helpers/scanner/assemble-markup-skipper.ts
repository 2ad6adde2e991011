import { readFile } from 'node:fs/promises';
import wabt from 'wabt';

/** Where the bytes of the module that passes over markup are kept, as a TypeScript file. */
export const MARKUP_SKIPPER_MODULE = new URL(
  '../../../src/html/scanner/skipper/markup-skipper-module.ts',
  import.meta.url,
);

/** Where its text is. */
const MARKUP_SKIPPER_TEXT = new URL('../../../src/html/scanner/skipper/markup-skipper.wat', import.meta.url);

/** Assembles the module's text; gives the TypeScript file that has its bytes. */
export async function assembleMarkupSkipper(): Promise<string> {
  const assembler = await wabt();
  const module = assembler.parseWat('markup-skipper.wat', await readFile(MARKUP_SKIPPER_TEXT, 'utf8'), { simd: true });
  try {
    module.validate();
    const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
    return `/** The bytes of markup-skipper.wat, assembled by \`npm run wasm\`, in base64. */
export const MARKUP_SKIPPER_BASE64 =
  '${base64}';
`;
  } finally {
    module.destroy();
  }
}
