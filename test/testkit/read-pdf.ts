import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'

/** What another program reads in a PDF file. */
export interface ReadPdf {
  /** Text of each page, with single spaces. */
  pages: string[]
  info: Record<string, unknown>
  language: string | null
}

export async function readPdf(bytes: Uint8Array): Promise<ReadPdf> {
  const task = getDocument({ data: bytes.slice(), useSystemFonts: false, verbosity: 0 })
  const document = await task.promise
  const pages: string[] = []
  for (let number = 1; number <= document.numPages; number++) {
    const { items } = await (await document.getPage(number)).getTextContent()
    pages.push(
      items
        .map((item) => ('str' in item ? item.str : ''))
        .join(' ')
        .replaceAll(/\s+/g, ' '),
    )
  }
  const { info } = await document.getMetadata()
  const { Language: language = null } = info as { Language?: string }
  await task.destroy()
  return { pages, info: info as Record<string, unknown>, language }
}
