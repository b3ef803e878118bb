const TAG = /(W\/)?"([^"]*)"/g;

/** The tags of an If-None-Match header, weak or not, without quotes; `*` stands for itself. Null where there is none. */
export function readEtags(header: string | undefined): string[] | null {
  return read(header)?.map(({ tag }) => tag) ?? null;
}

/** The same of an If-Match header: a weak tag matches nothing there (RFC 9110, 13.1.1). */
export function readStrongEtags(header: string | undefined): string[] | null {
  const strong = read(header)?.filter(({ weak }) => !weak);
  return strong?.map(({ tag }) => tag) ?? null;
}

function read(header: string | undefined): { tag: string; weak: boolean }[] | null {
  if (header === undefined) return null;
  if (header.trim() === '*') return [{ tag: '*', weak: false }];
  return Array.from(header.matchAll(TAG), ([, weak, tag = '']) => ({ tag, weak: !!weak }));
}
