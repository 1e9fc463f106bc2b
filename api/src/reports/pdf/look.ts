import type { Content, ContextPageSize, TableCell } from 'pdfmake/interfaces.js'
import type { Judgement } from '../standing.ts'

/** Colours of the report: those of the pages by day, dark enough to be read in print. */
export const colours = {
  ink: '#14212b',
  soft: '#4c5b66',
  faint: '#75828b',
  line: '#dbe1e0',
  sheet: '#f4f6f5',
}

/** Ink and tint of what is good, bad, open, or calls for care. */
export const tones: Record<Judgement['tone'], { ink: string; tint: string }> = {
  good: { ink: '#00694c', tint: '#e6f4ee' },
  bad: { ink: '#a34300', tint: '#fbece2' },
  unclear: { ink: '#4c5b66', tint: '#eef1f2' },
  care: { ink: '#8a5e00', tint: '#fbf3df' },
}

export const MARGIN = 42
/** Width of the text on A4 portrait, in points. */
export const TEXT_WIDTH = 595.28 - 2 * MARGIN

export const styles = {
  title: { fontSize: 20, bold: true, lineHeight: 1.1 },
  part: { fontSize: 13, bold: true, margin: [0, 14, 0, 5] as [number, number, number, number] },
  label: { fontSize: 7.5, bold: true, color: colours.soft, characterSpacing: 0.3 },
  small: { fontSize: 8, color: colours.soft },
  table: { fontSize: 7.2, lineHeight: 1.08 },
  head: { fontSize: 7, bold: true, color: colours.soft },
}

/** Horizontal hair lines only. */
export const ruled = {
  hLineWidth: (line: number, node: { table: { headerRows?: number } }) =>
    line === (node.table.headerRows ?? 0) && line > 0 ? 0.8 : 0.4,
  vLineWidth: () => 0,
  hLineColor: () => colours.line,
  paddingLeft: () => 3,
  paddingRight: () => 5,
  paddingTop: () => 2.5,
  paddingBottom: () => 2.5,
}

/** A box of one tint with a bar at its left. */
export function box(content: Content[], { ink, tint }: { ink: string; tint: string }): Content {
  return {
    table: {
      widths: ['*'],
      body: [[{ stack: content, fillColor: tint, border: [true, false, false, false] } as TableCell]],
    },
    layout: {
      hLineWidth: () => 0,
      vLineWidth: (line) => (line === 0 ? 4 : 0),
      vLineColor: () => ink,
      paddingLeft: () => 12,
      paddingRight: () => 12,
      paddingTop: () => 9,
      paddingBottom: () => 9,
    },
  }
}

/** A text of bounded length: what is cut is told by dots. */
export function clipped(text: string, length: number): string {
  const characters = [...text]
  return characters.length <= length
    ? text
    : `${characters
        .slice(0, length - 1)
        .join('')
        .trimEnd()}…`
}

/** A long word may break anywhere; else one without spaces would leave its column. */
export function breakable(text: string, length = 24): string {
  return text.replaceAll(/\S+/g, (word) =>
    word.length <= length ? word : (word.match(/.{1,12}/gsu) ?? []).join('\u200B'),
  )
}

export function runningHead(
  left: string,
  right: string,
): (page: number, pages: number, size: ContextPageSize) => Content {
  return () => ({
    columns: [
      { text: clipped(left, 90), width: '*' },
      { text: right, width: 'auto', alignment: 'right' },
    ],
    fontSize: 7.5,
    color: colours.faint,
    margin: [MARGIN, 20, MARGIN, 0],
  })
}
