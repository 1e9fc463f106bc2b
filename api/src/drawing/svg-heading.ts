import { CHART_FONTS, chartColour, type ChartTheme } from '../reports/charts/theme.ts'
import { textWidth } from './chart-fonts.ts'

interface Heading {
  title: string
  subtitle: string | undefined
  width: number
  padding: number
  theme: ChartTheme
}

const TITLE = { fontSize: 16, fontWeight: 600, lineHeight: 21, colour: 'ink' } as const
const SUBTITLE = { fontSize: 12, fontWeight: 400, lineHeight: 17, colour: 'inkSoft' } as const
type Style = typeof TITLE | typeof SUBTITLE

/** A drawing with a heading above it, in as many lines as the width asks for; Vega would cut it off. */
export function withHeading(svg: string, { title, subtitle = '', width, padding, theme }: Heading): string {
  const height = Number(/ height="([\d.]+)"/.exec(svg)![1])
  let y = padding
  const texts = [TITLE, SUBTITLE].flatMap((style) =>
    linesOf(style === TITLE ? title : subtitle, style, width - 2 * padding).map((line) => {
      y += style.lineHeight
      return textAt(padding, y - style.lineHeight / 4, line, style, theme)
    }),
  )
  const whole = Math.ceil(y + height)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}" viewBox="0 0 ${width} ${whole}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${whole}" fill="${chartColour(theme, 'sheet')}"/>`,
    ...texts,
    svg.replace('<svg ', `<svg y="${y}" `),
    '</svg>',
  ].join('')
}

function textAt(
  x: number,
  y: number,
  text: string,
  { fontSize, fontWeight, colour }: Style,
  theme: ChartTheme,
): string {
  const type = `font-family="${CHART_FONTS}" font-size="${fontSize}px" font-weight="${fontWeight}"`
  return `<text x="${x}" y="${y}" ${type} fill="${chartColour(theme, colour)}">${escaped(text)}</text>`
}

/** Words in lines that are no wider than the room; what has no gaps is broken where it must be. */
function linesOf(text: string, { fontSize, fontWeight }: Style, room: number): string[] {
  const fits = (line: string) => textWidth(line, fontSize, fontWeight) <= room
  const lines: string[] = []
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = `${lines.at(-1)} ${word}`
    if (lines.length > 0 && fits(longer)) lines[lines.length - 1] = longer
    else lines.push(...piecesOf(word, fits))
  }
  return lines
}

function piecesOf(word: string, fits: (line: string) => boolean): string[] {
  const pieces = ['']
  for (const sign of word) {
    const longer = pieces.at(-1)! + sign
    if (fits(longer)) pieces[pieces.length - 1] = longer
    else pieces.push(sign)
  }
  return pieces.filter(Boolean)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
