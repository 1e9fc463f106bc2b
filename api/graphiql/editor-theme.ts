import { editor } from 'monaco-graphql/esm/monaco-editor.js'

interface Palette {
  base: 'vs' | 'vs-dark'
  text: string
  muted: string
  keyword: string
  type: string
  argument: string
  string: string
  number: string
  accent: string
  widget: string
  selection: string
}

/** The colours of the page (page.css) for the text inside the editors; all have a contrast of 4.5 or more. */
const palettes: Record<'light' | 'dark', Palette> = {
  light: {
    base: 'vs',
    text: '#1f2a37',
    muted: '#5b6775',
    keyword: '#24588f',
    type: '#0b6a63',
    argument: '#6b4a9a',
    string: '#8a4b16',
    number: '#a02c5a',
    accent: '#24588f',
    widget: '#ffffff',
    selection: '#24588f22',
  },
  dark: {
    base: 'vs-dark',
    text: '#dbe3ec',
    muted: '#93a1b1',
    keyword: '#8fbdf0',
    type: '#79d0c4',
    argument: '#c3aef0',
    string: '#e5b98c',
    number: '#f0a3c0',
    accent: '#8fbdf0',
    widget: '#212a36',
    selection: '#8fbdf033',
  },
}

export const editorTheme = { light: 'fairlift-light', dark: 'fairlift-dark' }

/** To be called before the first editor is made. */
export function defineEditorThemes(): void {
  for (const name of ['light', 'dark'] as const) {
    const palette = palettes[name]
    const colour = (value: string): string => value.slice(1)
    editor.defineTheme(editorTheme[name], {
      base: palette.base,
      inherit: true,
      rules: [
        { token: '', foreground: colour(palette.text) },
        { token: 'comment', foreground: colour(palette.muted) },
        { token: 'keyword', foreground: colour(palette.keyword) },
        { token: 'keyword.json', foreground: colour(palette.number) },
        { token: 'type', foreground: colour(palette.type) },
        { token: 'type.identifier', foreground: colour(palette.type) },
        { token: 'argument.identifier', foreground: colour(palette.argument) },
        { token: 'argument.identifier.gql', foreground: colour(palette.argument) },
        { token: 'key.identifier', foreground: colour(palette.text) },
        { token: 'string', foreground: colour(palette.string) },
        { token: 'string.key.json', foreground: colour(palette.keyword) },
        { token: 'string.value.json', foreground: colour(palette.string) },
        { token: 'number', foreground: colour(palette.number) },
        { token: 'delimiter', foreground: colour(palette.muted) },
      ],
      colors: {
        // The page's own background shows through.
        'editor.background': '#ffffff00',
        'editor.foreground': palette.text,
        'editorLineNumber.foreground': palette.muted,
        'editorLineNumber.activeForeground': palette.text,
        'editor.selectionBackground': palette.selection,
        'scrollbar.shadow': '#ffffff00',
        // One colour for the brackets of all depths.
        ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`editorBracketHighlight.foreground${n}`, palette.muted])),
        focusBorder: palette.accent,
        'textLink.foreground': palette.accent,
        'textLink.activeForeground': palette.accent,
        'editorLink.activeForeground': palette.accent,
        'editorWidget.background': palette.widget,
        'editorHoverWidget.background': palette.widget,
        'editorSuggestWidget.background': palette.widget,
        'editorSuggestWidget.selectedBackground': palette.selection,
        'editorSuggestWidget.selectedForeground': palette.text,
        'editorSuggestWidget.highlightForeground': palette.accent,
        'quickInput.background': palette.widget,
        'quickInputList.focusBackground': palette.selection,
        'quickInputList.focusForeground': palette.text,
        'menu.background': palette.widget,
        'menu.selectionBackground': palette.selection,
        'menu.selectionForeground': palette.text,
        'list.hoverBackground': palette.selection,
        'list.highlightForeground': palette.accent,
      },
    })
  }
}
