import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { create, type Font } from 'fontkit'

const { resolve } = createRequire(import.meta.url)

/** Weights of the typeface that charts and documents use, as TrueType files. Inter, SIL Open Font License 1.1. */
export const fontFiles = {
  400: resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
  500: resolve('@expo-google-fonts/inter/500Medium/Inter_500Medium.ttf'),
  600: resolve('@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf'),
} as const

type Weight = keyof typeof fontFiles
const opened = new Map<Weight, Font>()

/** Width of a text in pixels, with kerning: what an image shows is as wide as what was measured. */
export function textWidth(text: string, fontSize: number, fontWeight: string | number = 400): number {
  const font = fontOf(fontWeight === 'bold' ? 600 : fontWeight === 'normal' ? 400 : Number(fontWeight))
  return (font.layout(text).advanceWidth * fontSize) / font.unitsPerEm
}

/** Whether the typeface has a character. */
export function hasGlyph(codePoint: number): boolean {
  return fontOf(400).hasGlyphForCodePoint(codePoint)
}

function fontOf(wanted: number): Font {
  const weight: Weight = wanted >= 600 ? 600 : wanted >= 500 ? 500 : 400
  let font = opened.get(weight)
  if (font === undefined) {
    font = create(readFileSync(fontFiles[weight])) as Font
    opened.set(weight, font)
  }
  return font
}
