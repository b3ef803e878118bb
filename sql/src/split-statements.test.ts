import { expect, test } from 'vitest';
import { splitStatements } from './split-statements.ts';

test.each([
  ['one', 'select 1', ['select 1']],
  ['two, the last without a semicolon', 'select 1;\n select 2', ['select 1', 'select 2']],
  ['nothing at all', ' \n', []],
  ['semicolons alone', ';; ;', []],
  ['comments alone', '-- a; b\n/* c; */;', []],
  ['a comment before', '-- why; because\nselect 1;', ['-- why; because\nselect 1']],
  ['a comment after', 'select 1; -- that; is all', ['select 1']],
  [
    'a semicolon in a text',
    "select ';''; ' || ';'; select 2",
    ["select ';''; ' || ';'", 'select 2'],
  ],
  ['a semicolon in a name', 'select 1 as "a;""b"; select 2', ['select 1 as "a;""b"', 'select 2']],
  ['a dash in a text', "select '--'; select 2", ["select '--'", 'select 2']],
  ['a quote in a comment', "select 1 -- it's\n; select 2", ["select 1 -- it's", 'select 2']],
  [
    'comments in a comment',
    'select 1 /* a; /* b; */ c; */; select 2',
    ['select 1 /* a; /* b; */ c; */', 'select 2'],
  ],
  [
    'a body',
    "do $$ begin perform ';'; end $$; select 2",
    ["do $$ begin perform ';'; end $$", 'select 2'],
  ],
  [
    'a body with a name',
    'do $a$ $$;$$ ; $b$ ; $a$; select 2',
    ['do $a$ $$;$$ ; $b$ ; $a$', 'select 2'],
  ],
  ['a number of a parameter', 'select $1; select $2', ['select $1', 'select $2']],
])('%s', (_, text, statements) => {
  expect(splitStatements(text)).toEqual(statements);
});
