/** Resident memory of one process in KiB: its own pages, and those that it may share with others. */
export type Memory = { own: number; shared: number };

/** Reads the text of `/proc/<pid>/status`; zero for a process that has ended but was not yet waited for. */
export function parseMemory(text: string): Memory {
  const kib = (name: string) =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0);
  return { own: kib('RssAnon'), shared: kib('RssFile') + kib('RssShmem') };
}
