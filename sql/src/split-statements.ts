const OPENING = /--|\/\*|'|"|\$(?:[a-z_][a-z0-9_]*)?\$|;/gi;

/** The statements of an SQL text, each by itself, without the semicolon and without what has only comments. Texts escape no quote by a backslash. */
export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let at = 0;
  let bare = '';
  const end = (to: number) => {
    if (`${bare}${text.slice(at, to)}`.trim() !== '') statements.push(text.slice(start, to).trim());
    bare = '';
  };
  for (;;) {
    OPENING.lastIndex = at;
    const found = OPENING.exec(text);
    if (!found) break;
    const [opening] = found;
    if (opening === ';') {
      end(found.index);
      start = found.index + 1;
      at = start;
      continue;
    }
    const comment = opening === '--' || opening === '/*';
    const after = found.index + opening.length;
    const closed = closing(text, opening, after);
    bare += text.slice(at, comment ? found.index : closed);
    at = closed;
  }
  end(text.length);
  return statements;
}

/** Where what was opened is over; two quotes in a row close and open again. Comments may be nested. */
function closing(text: string, opening: string, after: number): number {
  if (opening === '/*') return commentEnd(text, after);
  const close = opening === '--' ? '\n' : opening;
  const found = text.indexOf(close, after);
  return found === -1 ? text.length : found + close.length;
}

function commentEnd(text: string, after: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = after;
  for (let depth = 1; depth > 0; ) {
    const found = marks.exec(text);
    if (!found) return text.length;
    depth += found[0] === '/*' ? 1 : -1;
  }
  return marks.lastIndex;
}
