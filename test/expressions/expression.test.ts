import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Value } from '../../src/core/record.ts';
import { compileExpression, type InputColumns, type Variable } from '../../src/expressions/expression.ts';
import { EvaluationError, ExpressionError } from '../../src/expressions/expression-error.ts';
import type { ExpressionType } from '../../src/expressions/values.ts';

const VARIABLES: readonly Variable[] = [
  { name: 'status', type: 'int' },
  { name: 'bytes', type: 'int' },
  { name: 'ratio', type: 'double' },
  { name: 'type', type: 'string' },
  { name: 'parsed_url', type: 'string' },
  { name: 'nofollow', type: 'bool' },
  { name: 'anything', type: 'dyn' },
];

const ROW: Readonly<Record<string, Value>> = {
  status: 200,
  bytes: 20_480,
  ratio: 0.5,
  type: 'text/html',
  parsed_url: 'https://www.example.org/blog/1',
  nofollow: false,
  anything: 'seven',
};

const INPUT = new Map<string, Value>([
  ['category', 'news'],
  ['my column', 'x'],
  ['count', '7'],
]);

describe('an expression', () => {
  const cases: readonly (readonly [text: string, type: ExpressionType, value: Value])[] = [
    ['status == 200 && parsed_url.contains("/blog/") && !nofollow', 'bool', true],
    ['status in [301, 302]', 'bool', false],
    ['bytes > 10 * 1024', 'bool', true],
    ['bytes / 1000', 'int', 20],
    ['-status + 1', 'int', -199],
    ['ratio * 3.0', 'double', 1.5],
    ['double(status) / 3.0 > 66.6', 'bool', true],
    ['type == "text/html" ? "page" : "other"', 'string', 'page'],
    ['string(status) + " " + parsed_url', 'string', '200 https://www.example.org/blog/1'],
    ['parsed_url.split("/").exists(part, part == "blog")', 'bool', true],
    ['parsed_url.split("/").map(part, part + "!").join("")', 'string', 'https:!!www.example.org!blog!1!'],
    ['cel.bind(twice, status + status, twice + twice)', 'int', 800],
    ['anything', 'dyn', 'seven'],
    ['anything == 7', 'bool', false],
    ['input.category == "news"', 'bool', true],
    ['input["my column"]', 'dyn', 'x'],
    ['int(input.count) + 1', 'int', 8],
    ['has(input.category) && !("other" in input)', 'bool', true],
    ['size(input)', 'int', 3],
    ['input.category.matches("^n.w")', 'bool', true],
    ['null', 'dyn', null],
    ['1u', 'int', 1],
  ];
  for (const [text, type, value] of cases) {
    it(`gives ${JSON.stringify(value)} for ${text}`, () => {
      const expression = compileExpression(text, VARIABLES);
      assert.equal(expression.type, type);
      assert.equal(expression.evaluate(read, INPUT), value);
    });
  }

  it('says which columns it uses', () => {
    const { uses, usesInput } = compileExpression('bytes > 1 || type == "x" && input.a == input["b c"]', VARIABLES);
    assert.deepEqual(uses, ['bytes', 'type']);
    assert.deepEqual(usesInput, ['a', 'b c']);
  });

  it('uses all columns of the input where the key is known only with a row', () => {
    for (const text of ['input[type] == 1', 'size(input) > 0', 'input.exists(key, key == "a")']) {
      assert.equal(compileExpression(text, VARIABLES).usesInput, 'all', text);
    }
    assert.deepEqual(compileExpression('status > 1', VARIABLES).usesInput, []);
  });

  it('does not take the variable of a macro for a column', () => {
    const expression = compileExpression('[1, 2].exists(bytes, bytes == 2) && [3].all(input, input == 3)', VARIABLES);
    assert.deepEqual([expression.uses, expression.usesInput], [[], []]);
    assert.equal(expression.evaluate(read), true);
    assert.equal(compileExpression('cel.bind(bytes, bytes + 1, bytes)', VARIABLES).evaluate(read), 20_481);
  });

  it('reads only the columns that its value depends on', () => {
    const asked: string[] = [];
    const expression = compileExpression('nofollow || status == 404 || parsed_url == ""', VARIABLES);
    const column = (name: string): Value => {
      asked.push(name);
      return name === 'status' ? 404 : false;
    };
    assert.equal(expression.evaluate(column), true);
    assert.deepEqual(asked, ['nofollow', 'status']);
  });

  it('asks for the keys of the input that it names, and for no list of them', () => {
    const asked: string[] = [];
    const input: InputColumns = {
      get: (key) => {
        asked.push(key);
        return 'news';
      },
      keys: () => assert.fail('asked for all keys'),
    };
    assert.equal(compileExpression('input.category == "news"', VARIABLES).evaluate(read, input), true);
    assert.deepEqual(asked, ['category']);
  });

  it('takes an absent value for the zero value of its type', () => {
    const text = 'type == "" && status == 0 && ratio == 0.0 && !nofollow && anything == null';
    assert.equal(
      compileExpression(text, VARIABLES).evaluate(() => null),
      true,
    );
  });

  it('can be evaluated for one row after the other', () => {
    const expression = compileExpression('default(input.n, "none") + string(status)', VARIABLES);
    const rows: readonly (readonly [number, InputColumns])[] = [
      [1, new Map([['n', 'a']])],
      [2, new Map()],
      [3, new Map([['n', 'c']])],
    ];
    const found = rows.map(([status, input]) => expression.evaluate(() => status, input));
    assert.deepEqual(found, ['a1', 'none2', 'c3']);
  });

  it('may use columns whose names are types of CEL or no names at all', () => {
    const names = ['list', 'map', 'string', 'int', 'cel', 'google', 'constructor', '__proto__', 'a-b', 'in'];
    const variables = [
      ...names.map((name) => ({ name, type: 'int' as const })),
      { name: 'toString', type: 'int' as const },
    ];
    assert.equal(
      compileExpression('list + map + toString + constructor', variables).evaluate(() => 2),
      8,
    );
  });
});

describe('a wrong expression', () => {
  const cases: readonly (readonly [text: string, offset: number, message: RegExp])[] = [
    ['status = 200', 7, /write == to compare/],
    ['status == 200 & nofollow', 14, /write && for and/],
    ['status ==', 9, /ends too early/],
    ['', 0, /ends too early/],
    ['"abc', 0, /not closed/],
    ['(status', 7, /expected '\)', got the end/],
    ['status == "200"', 0, /int == string is not possible: convert one of them with string\(\)/],
    ['parsed_url == null', 0, /a column without a value is ""/],
    ['"a" in parsed_url', 0, /text\.contains\(part\)/],
    ['nofollow AND status > 1', 9, /unexpected 'AND': write && for and/],
    ['nofollow or true', 9, /write \|\| for or/],
    ['not nofollow', 4, /write ! for not/],
    ['parsed_url like "x"', 11, /unexpected 'like': write text\.contains/],
    ['parsed_url.replace("a", "b")', 0, /it is written replace\(text, part, other\)/],
    ['int(nofollow)', 0, /matching overload for 'int\(bool\)'/],
    ['* 2', 0, /unexpected token: '\*'/],
    ['nofollow && status', 0, /bool operands, got 'int'/],
    ['status ? 1 : 2', 0, /must be bool, got 'int'/],
    ['true && host(status) == ""', 8, /host\(int\)/],
    ['parsed_url.matches(1)', 0, /string\.matches\(int\)/],
    ['true && parsed_url.matches("a(b")', 27, /not a regular expression: missing closing \)/],
    ['extract(parsed_url, "(?=x)")', 20, /not a regular expression/],
    ['default(status, "x")', 0, /'int' and 'string'/],
    ['[status]', 0, /single value/],
    ['input', 0, /single value/],
    ['timestamp("2024-01-01T00:00:00Z")', 0, /single value.*gives timestamp: make a text of it with string\(\)/],
    ['package', 0, /reserved/i],
    [`${'('.repeat(60)}1${')'.repeat(60)}`, 50, /maxDepth/],
    [`"${'x'.repeat(10_000)}"`, 10_000, /10000 characters/],
  ];
  for (const [text, offset, message] of cases) {
    it(`is refused with its place: ${text.slice(0, 40)}`, () => {
      assert.throws(
        () => compileExpression(text, VARIABLES),
        (error) => {
          assert(error instanceof ExpressionError);
          assert.match(error.message, message);
          assert.equal(error.message.includes('\n'), false);
          assert.equal(error.offset, offset);
          assert.equal(error.unknown, undefined);
          return true;
        },
      );
    });
  }

  it('tells the name that nobody declared', () => {
    const unknownOf = (text: string) => {
      try {
        compileExpression(text, VARIABLES);
      } catch (error) {
        assert(error instanceof ExpressionError);
        return { ...error.unknown, offset: error.offset };
      }
      return undefined;
    };
    assert.deepEqual(unknownOf('true || statu == 1'), { kind: 'variable', name: 'statu', offset: 8 });
    assert.deepEqual(unknownOf('true || hots(type) == ""'), { kind: 'function', name: 'hots', offset: 8 });
    assert.deepEqual(unknownOf('type.startWith("x")'), { kind: 'function', name: 'startWith', offset: 0 });
  });

  it('tells of an unknown function what it is called here, or where they are listed', () => {
    const type = [{ name: 'type', type: 'string' as const }];
    assert.throws(() => compileExpression('type.toLowerCase()', type), /did you mean 'lower'\?/);
    assert.throws(() => compileExpression('now()', type), /unknown function 'now': `sluice stages set` lists/);
  });

  it('is never anything but an ExpressionError, whatever the text', () => {
    const word = fc.constantFrom(
      ...[
        'status',
        'bytes',
        'type',
        'input',
        'x',
        '.',
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        ',',
        '?',
        ':',
        '==',
        '&&',
        '||',
        '!',
      ],
      ...[
        '+',
        '-',
        '/',
        '%',
        '<',
        'in',
        '"a"',
        "'",
        '1',
        '1.5',
        '0',
        'null',
        'true',
        'has',
        'exists',
        'map',
        'matches',
        'size',
      ],
      ...[
        'default',
        'host',
        'cel.bind',
        'matchesLinear',
        'column_status',
        '\\',
        '@',
        '=',
        'b"x"',
        '9999999999999999999',
        '.category',
      ],
    );
    const text = fc.oneof(
      fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
      fc.array(word, { maxLength: 8 }).map((words) => words.join('')),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (expression) => {
        outcomeOf(expression);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an evaluation', () => {
  const failing: readonly (readonly [text: string, message: RegExp])[] = [
    ['input.nothing == 1', /no such key: nothing/i],
    ['status / (status - 200)', /division by zero/],
    ['status * 9223372036854775807', /overflow/],
    ['9007199254740993', /beyond 2\^53/],
    ['1.0 / 0.0', /no finite number/],
    ['int(anything)', /int/],
    ['anything.contains(1)', /no matching overload/],
    ['type.matches(type + "(")', /not a regular expression/],
    ['dyn([1])', /not a single value/],
  ];
  for (const [text, message] of failing) {
    it(`fails as such: ${text}`, () => {
      const expression = compileExpression(text, VARIABLES);
      assert.throws(
        () => expression.evaluate(read, INPUT),
        (error) => error instanceof EvaluationError && message.test(error.message),
      );
    });
  }

  it('fails on a value that is not of its column, and names it in a short line', () => {
    const expression = compileExpression('status == 1', VARIABLES);
    assert.throws(
      () => expression.evaluate(() => `\n${'x'.repeat(1000)}`),
      (error) => {
        assert(error instanceof EvaluationError);
        assert.equal(error.message.length < 200, true);
        assert.equal(error.message.includes('\n'), false);
        return true;
      },
    );
    assert.throws(() => expression.evaluate(() => 1.5), EvaluationError);
  });

  it('goes on with the other side of && and || where one fails', () => {
    assert.equal(compileExpression('input.nothing == 1 || status == 200', VARIABLES).evaluate(read, INPUT), true);
    assert.equal(compileExpression('input.nothing == 1 && status == 404', VARIABLES).evaluate(read, INPUT), false);
  });

  it('compares and calculates with whole numbers as JavaScript does', () => {
    const integer = fc.integer({ min: -1_000_000, max: 1_000_000 });
    const expression = compileExpression('status < bytes ? status + bytes * 3 : status - bytes', VARIABLES);
    fc.assert(
      fc.property(integer, integer, (status, bytes) => {
        const found = expression.evaluate((name) => (name === 'status' ? status : bytes));
        assert.equal(found, status < bytes ? status + bytes * 3 : status - bytes);
      }),
    );
  });
});

function read(name: string): Value {
  return ROW[name] ?? null;
}

/** Compiles and evaluates; what is thrown must be one of the two errors, and what is given a value. */
function outcomeOf(text: string): void {
  try {
    const value = compileExpression(text, VARIABLES).evaluate(read, INPUT);
    assert.equal(value === null || ['string', 'number', 'boolean'].includes(typeof value), true);
  } catch (error) {
    assert.equal(error instanceof ExpressionError || error instanceof EvaluationError, true, String(error));
  }
}
