/** The files that training writes: the card, and its tables. */
export const CARD_FILE = 'model-card.json'
export const TABLES_FILE = 'model.csv'
