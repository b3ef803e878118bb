import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@razao/stack/paths.ts';

/** A fenced block of OPERATIONS.md, below the bold words that come before it. */
export type Fence = { label: string; language: string; text: string };

const FENCE = /^( *)```(\w*)$/;
const LABEL = /^(?:\d+\. )?\*\*(.+?)\*\*/;

/** The fenced blocks of "Backup and restore", in their order. */
export function readFences(): Fence[] {
  const text = readFileSync(join(ROOT, 'OPERATIONS.md'), 'utf8');
  const [, section = ''] = text.split(/^## Backup and restore$/m);
  const fences: Fence[] = [];
  let label = '';
  let open: { indent: number; fence: Fence } | null = null;
  for (const line of (section.split(/^## /m)[0] ?? '').split('\n')) {
    const [, indent = '', language = ''] = FENCE.exec(line) ?? [];
    if (open && line.trim() === '```') {
      fences.push(open.fence);
      open = null;
    } else if (open) open.fence.text += `${line.slice(open.indent)}\n`;
    else if (language !== '')
      open = { indent: indent.length, fence: { label, language, text: '' } };
    else label = LABEL.exec(line)?.[1]?.replace(/[.,]$/, '') ?? label;
  }
  return fences;
}
