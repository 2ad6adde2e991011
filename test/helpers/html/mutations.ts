import type { Random } from '../random.ts';

/** Gives the page with up to eight mistakes in it: bytes gone, marks put in, pieces exchanged, pieces of the other page between. */
export function damagePage(page: Buffer, other: Buffer, random: Random): Buffer {
  let damaged = page;
  for (let count = random(9); count > 0; count -= 1) {
    const at = place(damaged, random);
    const head = damaged.subarray(0, at);
    const tail = damaged.subarray(at);
    damaged = Buffer.concat(MISTAKES[random(MISTAKES.length)]?.(head, tail, random, other) ?? []);
  }
  return damaged;
}

/** Cuts into chunks of between one byte and 64 KiB: on some pages all of them small, on others all large. */
export function cutPage(page: Uint8Array, random: Random): Uint8Array[] {
  const most = 2 ** random(17);
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < page.length; ) {
    const end = start + 1 + random(most);
    chunks.push(page.subarray(start, end));
    start = end;
  }
  return chunks;
}

/**
 * Gives the page without the markup that htmlparser2's tokenizer reads in another way than the standard, which the tests of
 * the scanners have: end tags with quotes, a slash with space behind it, and CDATA marks in tags.
 */
export function withoutDifferences(page: Buffer): Buffer {
  const text = page.toString('latin1');
  const common = text
    .replace(/<!\[CDATA\[/gi, '<!-CDATA[')
    .replace(/\/[\t\n\f\r ]+(?=>)/g, '/')
    .replace(/<\/[a-z][^>]*/gi, (tag) => tag.replace(/["']/g, ''));
  return common === text ? page : Buffer.from(common, 'latin1');
}

type Mistake = (head: Buffer, tail: Buffer, random: Random, other: Buffer) => Buffer[];

const MISTAKES: readonly Mistake[] = [
  (head, tail, random) => [head, tail.subarray(1 + random(3))],
  (head, tail, random) => [head, tail.subarray(random(200))],
  (head, tail, random) => [head, Buffer.of(random(256)), tail],
  (head, tail, random) => [head, MARKS[random(MARKS.length)] ?? head, tail],
  (head, tail, random) => {
    const middle = random(40);
    const end = middle + random(40);
    return [head, tail.subarray(middle, end), tail.subarray(0, middle), tail.subarray(end)];
  },
  (head, tail, random, other) => {
    const from = place(other, random);
    return [head, other.subarray(from, from + random(3000)), tail];
  },
];

/** What changes how the rest is read. */
const MARKS = [
  ...[
    '<',
    '>',
    '"',
    "'",
    '=',
    '/',
    '&',
    '-',
    '\0',
    '\r',
    '<!--',
    '-->',
    '--!>',
    '<!',
    '<?',
    '</',
    '<!-->',
    '<![CDATA[',
    ']]>',
  ],
  ...['<script>', '</script>', '<!--<script>', '<style>', '</style>', '<title>', '<textarea>', '</textarea>', '<xmp>'],
  ...[
    '<svg>',
    '</svg>',
    '<math>',
    '<foreignObject>',
    '<template>',
    '</template>',
    '<noscript>',
    '</noscript>',
    '<form>',
  ],
  ...[
    '<plaintext>',
    '<frameset>',
    '<frame src=1>',
    '<base href="/b/">',
    '<table>',
    '<td>',
    '<select>',
    '<iframe srcdoc="',
  ],
  ...[
    '<a href="/x" rel="a b">',
    '</a>',
    '<a href=',
    '<img src=1 srcset="1, 2 2x">',
    '<meta charset=koi8-r>',
    ' href=2 ',
  ],
].map((mark) => Buffer.from(mark));

/** A position in the page; often one at a tag, where a mistake does more. */
function place(page: Buffer, random: Random): number {
  const at = random(page.length + 1);
  if (random(2) === 0) return at;
  const tag = page.indexOf('<', at);
  return tag === -1 ? at : Math.min(page.length, tag + random(12));
}
