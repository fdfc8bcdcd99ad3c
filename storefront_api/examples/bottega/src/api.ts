// One typed function between this storefront and the shop: a document goes in, its data comes out.
import type { TypedDocumentString } from "./gql/graphql"

const SHOP: string = import.meta.env.VITE_SHOP ?? "http://127.0.0.1:8000"

interface Answer<Data> {
  data?: Data
  errors?: { message: string; extensions?: { code?: string } }[]
}

export class ShopError extends Error {}

export async function ask<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  ...[variables]: Variables extends Record<string, never> ? [] : [Variables]
): Promise<Data> {
  const answer = await fetch(`${SHOP}/api/2026-04/graphql.json`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: document.toString(), variables }),
  })
  const { data, errors } = (await answer.json()) as Answer<Data>
  if (!data || errors?.length) throw new ShopError(errors?.[0]?.message ?? `The shop answered ${answer.status}.`)
  return data
}
