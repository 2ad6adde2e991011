import { writeFile } from 'node:fs/promises';
import { assembleMarkupSkipper, MARKUP_SKIPPER_MODULE } from './assemble.ts';

await writeFile(MARKUP_SKIPPER_MODULE, await assembleMarkupSkipper());
