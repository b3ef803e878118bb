/** CPU time that the whole machine has used since it started, in ticks over all cores, from the text of `/proc/stat`. */
export function parseMachine(text: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (
    /^cpu +(.*)$/m.exec(text)?.[1] ?? ''
  )
    .split(' ')
    .map(Number);
  // Left out are the fourth and fifth, which are idleness; what a hypervisor took for others is gone like used time.
  return user + nice + system + irq + softirq + steal;
}
