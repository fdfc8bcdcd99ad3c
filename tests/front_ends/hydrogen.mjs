// All that Hydrogen asks a storefront by itself, against a served shop; prints what came of it as JSON.
// node hydrogen.mjs URL VARIANT FRAGMENT; the fragment is what a front end wants to know of its cart.
import {
  createCartHandler, createStorefrontClient, flattenConnection, getShopAnalytics, getSitemap, getSitemapIndex, storefrontRedirect,
} from "@shopify/hydrogen"

const [url, merchandiseId, cartQueryFragment] = process.argv.slice(2)
const asked = new Set()
const plainly = globalThis.fetch
globalThis.fetch = async (address, options) => {
  asked.add(/(?:query|mutation) (\w+)/.exec(JSON.parse(options.body).query)[1])
  const answer = await plainly(address, options)
  const { errors } = await answer.clone().json()
  if (errors) throw new Error(JSON.stringify(errors))
  return answer
}
const { storefront } = createStorefrontClient({
  storeDomain: url,
  publicStorefrontToken: "public",
  storefrontApiVersion: "2026-04",
  storefrontHeaders: { requestGroupId: "1", buyerIp: "127.0.0.1", cookie: "", purpose: "" },
  i18n: { country: "IT", language: "EN" },
})

let kept
const cart = createCartHandler({
  storefront, cartQueryFragment,
  getCartId: () => kept,
  setCartId: (id) => ((kept = id), new Headers()),
})
const wrong = []
const must = async (name, ...given) => {
  const told = await cart[name](...given)
  kept ??= told.cart.id
  if (told.errors || told.userErrors?.length) wrong.push([name, told.errors ?? told.userErrors])
  return told
}
const address = (city) => ({
  selected: true, oneTimeUse: false, validationStrategy: "COUNTRY_CODE_ONLY",
  address: { deliveryAddress: { firstName: "Anna", lastName: "Rossi", address1: "Via Roma 1", city, zip: "10121", countryCode: "IT" } },
})
await must("create", { lines: [{ merchandiseId, quantity: 1, attributes: [{ key: "wrapped", value: "yes" }] }] })
await must("addLines", [{ merchandiseId, quantity: 2 }])
const [first, second] = flattenConnection((await cart.get()).lines)
await must("updateLines", [{ id: first.id, quantity: 3 }])
await must("removeLines", [second.id])
await must("updateNote", "Ring twice.")
await must("updateAttributes", [{ key: "gift", value: "yes" }])
await must("updateBuyerIdentity", { email: "anna@rossi.example", phone: "+390115550100", countryCode: "IT" })
await must("updateDiscountCodes", ["BENVENUTO10"])
await must("updateGiftCardCodes", ["VETR-DEMO-CARD-2026"])
await must("addGiftCardCodes", ["VETR-DEMO-CARD-2026"])
await must("setMetafields", [{ key: "custom.greeting", type: "single_line_text_field", value: "Ciao" }])
await must("deleteMetafield", "custom.greeting")
await must("addDeliveryAddresses", [address("Torino")])
const GROUPS = `query Groups($id: ID!) { cart(id: $id) { delivery { addresses { id } }
  deliveryGroups(first: 9) { nodes { id deliveryOptions { handle } } } appliedGiftCards { id } } }`
const groups = async () => (await storefront.query(GROUPS, { variables: { id: kept } })).cart
const [there] = (await groups()).delivery.addresses
await must("updateDeliveryAddresses", [{ id: there.id, ...address("Milano") }])
const { deliveryGroups, appliedGiftCards } = await groups()
const [group] = deliveryGroups.nodes
await must("updateSelectedDeliveryOption", [{ deliveryGroupId: group.id, deliveryOptionHandle: group.deliveryOptions[0].handle }])
const whole = await cart.get()
await must("removeGiftCardCodes", appliedGiftCards.map(({ id }) => id))
await must("replaceDeliveryAddresses", [address("Roma")])
await must("removeDeliveryAddresses", [(await groups()).delivery.addresses[0].id])

const request = new Request("https://front.example/sitemap.xml")
const getLink = ({ type, baseUrl, handle }) => `${baseUrl}/${type}/${handle}`
const kinds = ["products", "pages", "collections", "metaObjects", "articles", "blogs"]
const maps = {}
for (const type of kinds) {
  const text = await (await getSitemap({ storefront, request, params: { type, page: "1" }, getLink })).text()
  maps[type] = [...text.matchAll(/<loc>https:\/\/front\.example\/(\S+)<\/loc>\s*<lastmod>(\S+)<\/lastmod>/g)].map(([, at]) => at)
}
const index = await (await getSitemapIndex({ storefront, request })).text()
const moved = await storefrontRedirect({ storefront, request: new Request("https://front.example/Blog/") })
const analytics = await getShopAnalytics({ storefront })
console.log(JSON.stringify({
  wrong, cart: whole, maps, analytics, asked: [...asked],
  index: [...index.matchAll(/sitemap\/(\w+)\/1\.xml/g)].map(([, type]) => type),
  moved: [moved.status, moved.headers.get("location")],
}))
