import { writeFile } from 'node:fs/promises';
import { assembleMarkupSkipper, MARKUP_SKIPPER_MODULE } from './assemble-markup-skipper.ts';

await writeFile(MARKUP_SKIPPER_MODULE, await assembleMarkupSkipper());
