import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { TagHandler } from '../../../../src/html/markup/tag-scanner.ts';
import { ATTRIBUTE_NAME_CODES, Chunk, TAG_NAME_CODES } from '../../../../src/html/scanner/bytes.ts';
import { CommentReader } from '../../../../src/html/scanner/content/comment-reader.ts';
import { NameCache } from '../../../../src/html/scanner/names/name-cache.ts';
import { skipComment, skipMarkup, skipTag } from '../../../../src/html/scanner/skipper/skip.ts';
import { TagReader } from '../../../../src/html/scanner/tags/tag-reader.ts';

const ignored: TagHandler = {
  isForeign: () => false,
  allowsCdata: () => false,
  isPlain: () => true,
  hasScripting: () => false,
  wantsText: () => false,
  wantsSpace: () => false,
  text: () => {},
  openTag: () => false,
  attributeName: () => false,
  attributeValue: () => {},
  endOpenTag: () => {},
  wantsCloseTags: () => false,
  closeTag: () => {},
};
const names = {
  tags: new NameCache(TAG_NAME_CODES, new Set<string>()),
  attributes: new NameCache(ATTRIBUTE_NAME_CODES, new Set<string>()),
};

/** Where a tag ends when it is read byte by byte, through all states; -1 where it does not. */
function endInSteps(tag: string): number {
  const reader = new TagReader(ignored, names, { text: (raw) => raw, value: (raw) => raw });
  reader.begin(false);
  for (const [index, byte] of Buffer.from(tag, 'latin1').entries()) {
    reader.scan(new Chunk(Buffer.of(byte)), 0);
    if (!reader.isOpen) return index + 1;
  }
  return -1;
}

function endAtOnce(tag: string): number {
  return skipTag(new Chunk(Buffer.from(tag, 'latin1')), 1);
}

describe('skipTag', () => {
  const cases: readonly (readonly [clause: string, tag: string, rest: string])[] = [
    ['after-attribute-value-(quoted)-state', 'x a="">', '">'],
    ['attribute-value-(double-quoted)-state', 'x a = ">\'">', '>'],
    ['attribute-value-(single-quoted)-state', "x a\n=\n'>\"'b>", '>'],
    ['attribute-value-(unquoted)-state', 'x a=b"c=">', '">'],
    ['before-attribute-value-state', 'x a=>', '">'],
    ['before-attribute-name-state', 'x ="a>', '">'],
    ['before-attribute-name-state', 'x =="a>b">', '>'],
    ['attribute-name-state', 'x a"=b>', '">'],
    ['self-closing-start-tag-state', 'x / a/b/>', '>'],
  ];
  for (const [clause, tag, rest] of cases) {
    it(`${tag.replace('\n', ' ')} is a whole tag (https://html.spec.whatwg.org/#${clause})`, () => {
      assert.equal(endAtOnce(tag + rest), tag.length);
      assert.equal(endInSteps(tag + rest), tag.length, 'in steps');
    });
  }

  it('a tag ends where it does when it is read through all states', () => {
    const piece = fc.constantFrom(...'>"\'=/ \n\f\0aé'.split(''), '="', "='", ' = ', '" ', 'x'.repeat(40));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        const tag = `x ${pieces.join('')}`;
        assert.equal(endAtOnce(tag), endInSteps(tag));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('skipComment', () => {
  /** Where a comment ends by the standard's states; -1 where it does not. */
  function endByStates(text: string): number {
    const chunk = new Chunk(Buffer.from(text, 'latin1'));
    const reader = new CommentReader();
    const end = reader.scan(chunk, '<!--'.length);
    return reader.isOpen ? -1 : end;
  }

  it('a comment ends where it does by the states, unless it begins with what may be its end', () => {
    const piece = fc.constantFrom('-', '-', '>', '!', 'a', '-->', '--!>', 'x'.repeat(40));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
        const content = pieces.join('');
        const text = `<!--${content}`;
        const end = skipComment(new Chunk(Buffer.from(text)), 0);
        assert.equal(end, /^[->]/.test(content) ? -1 : endByStates(text));
      }),
      { numRuns: 5000 },
    );
  });

  it('a doctype is no comment', () => {
    assert.equal(skipComment(new Chunk(Buffer.from('<!doctype html><!-- -->')), 0), -1);
  });
});

describe('skipMarkup', () => {
  const tags = new NameCache(TAG_NAME_CODES, new Set(['a']));
  const cases: readonly (readonly [what: string, passed: string, rest: string])[] = [
    ['a tag that matters', 'x<b c="<a>"></b ><!-- <a> -->', '<a>'],
    ['an upper-case one', '<b>', '<A href=x>'],
    ['a tag that the chunk cuts', '<b>text', '<b c=">'],
    ['a name that the chunk cuts', '<b>', '<b'],
    ['a comment that the chunk cuts', '</b>', '<!-- > '],
    ['a bogus comment', '<b>', '<?x>'],
    ['a doctype', '', '<!doctype html>'],
    ['a `<` that begins nothing', '<b>1 ', '< 2'],
    ['a `<` at the end', '<b>', '<'],
    ['the end', '<b>text', ''],
  ];
  for (const [what, passed, rest] of cases) {
    it(`stops at ${what}`, () => {
      const chunk = new Chunk(Buffer.from(passed + rest));
      assert.equal(skipMarkup(chunk, 0, tags, true), passed.length);
      assert.equal(skipMarkup(chunk, 0, tags, false), passed.length);
    });
  }

  it('stops at the end tag of a name that matters only where end tags can matter', () => {
    const chunk = new Chunk(Buffer.from('<b></b></a><a>'));
    assert.equal(skipMarkup(chunk, 0, tags, true), '<b></b></a>'.length);
    assert.equal(skipMarkup(chunk, 0, tags, false), '<b></b>'.length);
  });
});
