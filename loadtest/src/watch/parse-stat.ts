/** What `/proc/<pid>/stat` says. Ticks are of user and system time, those of its dead children included. */
export type ProcessStat = { parent: number; ticks: number };

/** Reads the text of `/proc/<pid>/stat`. */
export function parseStat(text: string): ProcessStat {
  // The second field is the command in parentheses and may itself contain blanks and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // Counted from the third field, as proc_pid_stat(5) numbers them: ppid is 4, utime to cstime are 14 to 17.
  const at = (number: number) => Number(fields[number - 3]);
  return { parent: at(4), ticks: at(14) + at(15) + at(16) + at(17) };
}
