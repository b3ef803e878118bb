const TAG = /(?:W\/)?"([^"]*)"/g;

/** The tags of an If-Match or If-None-Match header, without quotes; `*` stands for itself. Null where there is none. */
export function readEtags(header: string | undefined): string[] | null {
  if (header === undefined) return null;
  if (header.trim() === '*') return ['*'];
  return Array.from(header.matchAll(TAG), (match) => match[1] ?? '');
}
