// The cart: its id is kept by the browser, its content by the shop.
import { ask } from "./api"
import { ADD, CART, CREATE, UPDATE } from "./documents"
import type { CartPartsFragment } from "./gql/graphql"
import { language } from "./words"

export type Cart = CartPartsFragment

interface Payload {
  cart?: Cart | null
  userErrors: { message: string }[]
  warnings: { message: string }[]
}

const KEPT = "bottega-cart"
const listeners: ((cart: Cart | null) => void)[] = []
let current: Cart | null = null

export function onCart(listener: (cart: Cart | null) => void): void {
  listeners.push(listener)
  listener(current)
}

export async function loadCart(): Promise<void> {
  const id = localStorage.getItem(KEPT)
  if (!id) return
  const { cart } = await ask(CART, { id, language: language() })
  if (!cart) localStorage.removeItem(KEPT) // it was ordered, or is gone
  show(cart ?? null)
}

/** Adds a variant; what the shop had to say about it. */
export async function add(merchandiseId: string): Promise<string[]> {
  const lines = [{ merchandiseId, quantity: 1 }]
  if (!current) return take((await ask(CREATE, { lines, language: language() })).cartCreate)
  return take((await ask(ADD, { id: current.id, lines, language: language() })).cartLinesAdd)
}

/** Sets how many of a line there are; 0 takes it away. */
export async function setQuantity(lineId: string, quantity: number): Promise<string[]> {
  if (!current) return []
  const lines = [{ id: lineId, quantity }]
  return take((await ask(UPDATE, { id: current.id, lines, language: language() })).cartLinesUpdate)
}

function take(payload?: Payload | null): string[] {
  if (payload?.cart) show(payload.cart)
  return [...(payload?.userErrors ?? []), ...(payload?.warnings ?? [])].map(({ message }) => message)
}

function show(cart: Cart | null): void {
  // Answers may overtake each other; the shop's version says which is the latest.
  if (cart && current && cart.id === current.id && cart.version < current.version) return
  current = cart
  if (cart) localStorage.setItem(KEPT, cart.id)
  for (const listener of listeners) listener(cart)
}
