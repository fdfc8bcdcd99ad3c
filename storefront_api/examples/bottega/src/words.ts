// What this storefront says by itself, in English and Italian; the rest is the shop's, in the same language.
import type { LanguageCode } from "./gql/graphql"

const EN = {
  add: "Add to cart",
  added: "It is in your cart.",
  back: "All products",
  cart: "Cart",
  checkout: "Go to checkout",
  choose: "Choose",
  close: "Close",
  empty: "There is nothing in your cart yet.",
  from: "from",
  lost: "The shop cannot be reached just now.",
  more: "Show more",
  none: "There is no such product.",
  other: "Italiano",
  quantity: "Quantity",
  remove: "Remove",
  skip: "Skip to content",
  soldOut: "Sold out",
  total: "Total",
}

const IT: typeof EN = {
  add: "Aggiungi al carrello",
  added: "È nel carrello.",
  back: "Tutti i prodotti",
  cart: "Carrello",
  checkout: "Vai alla cassa",
  choose: "Scegli",
  close: "Chiudi",
  empty: "Il carrello è ancora vuoto.",
  from: "da",
  lost: "In questo momento il negozio non è raggiungibile.",
  more: "Mostra altri",
  none: "Questo prodotto non c’è.",
  other: "English",
  quantity: "Quantità",
  remove: "Togli",
  skip: "Vai al contenuto",
  soldOut: "Esaurito",
  total: "Totale",
}

const KEPT = "bottega-language"

export function language(): LanguageCode {
  const kept = localStorage.getItem(KEPT) ?? navigator.language.slice(0, 2).toUpperCase()
  return kept === "IT" ? "IT" : "EN"
}

export function switchLanguage(): void {
  localStorage.setItem(KEPT, language() === "IT" ? "EN" : "IT")
}

export function word(name: keyof typeof EN): string {
  return (language() === "IT" ? IT : EN)[name]
}

export function money({ amount, currencyCode }: { amount: string; currencyCode: string }): string {
  const format = new Intl.NumberFormat(language().toLowerCase(), { style: "currency", currency: currencyCode })
  return format.format(Number(amount))
}
