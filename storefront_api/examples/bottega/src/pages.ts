// The two pages: all products, and one.
import { ask } from "./api"
import { add } from "./cart"
import { PRODUCT, SHELF } from "./documents"
import { element, picture } from "./element"
import type { ProductQuery, ShelfQuery } from "./gql/graphql"
import { language, money, word } from "./words"

type Card = ShelfQuery["products"]["nodes"][number]
type Product = NonNullable<ProductQuery["product"]>

export async function shelf(): Promise<HTMLElement> {
  const { shop, products } = await ask(SHELF, { language: language() })
  document.title = shop.name
  const list = element("ul", { class: "shelf" }, ...products.nodes.map(card))
  const more = element("button", { class: "quiet", type: "button" }, word("more"))
  let page = products.pageInfo
  more.hidden = !page.hasNextPage
  more.addEventListener("click", async () => {
    const { products: next } = await ask(SHELF, { language: language(), after: page.endCursor })
    const cards = next.nodes.map(card)
    list.append(...cards)
    page = next.pageInfo
    more.hidden = !page.hasNextPage
    cards[0]?.querySelector("a")?.focus()
  })
  const head = element("header", { class: "page-head" }, element("h1", {}, shop.name), element("p", {}, shop.description ?? ""))
  return element("div", {}, head, list, more)
}

function card(product: Card): HTMLElement {
  const { minVariantPrice: least, maxVariantPrice: most } = product.priceRange
  const price = least.amount === most.amount ? money(least) : `${word("from")} ${money(least)}`
  const link = element(
    "a",
    { href: `#/products/${product.handle}` },
    picture(product.featuredImage, ""),
    element("h2", {}, product.title),
    element("p", { class: "price" }, product.availableForSale ? price : word("soldOut")),
  )
  return element("li", {}, link)
}

export async function productPage(handle: string, say: (message: string) => void): Promise<HTMLElement> {
  const { product } = await ask(PRODUCT, { handle, language: language() })
  if (!product) return element("p", {}, word("none"))
  document.title = product.title
  const price = element("p", { class: "price large" })
  const button = element("button", { type: "submit" })
  const choice = choices(product)
  const chosen = () => product.variants.nodes.find(({ id }) => id === new FormData(form).get("variant"))
  const show = () => {
    const variant = chosen()
    const before = variant?.compareAtPrice ? element("s", {}, money(variant.compareAtPrice)) : null
    price.replaceChildren(...[before, variant ? money(variant.price) : ""].filter((part) => part !== null))
    button.disabled = !variant?.availableForSale
    button.textContent = word(variant?.availableForSale ? "add" : "soldOut")
  }
  const form = element("form", { change: show }, choice, price, button)
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    const variant = chosen()
    if (!variant) return
    const told = await add(variant.id)
    say(told.join(" ") || word("added"))
  })
  show()
  return element(
    "article",
    { class: "product" },
    element("div", { class: "frame" }, picture(product.featuredImage, product.title, false)),
    element(
      "div",
      {},
      element("p", {}, element("a", { href: "#/" }, word("back"))),
      element("h1", {}, product.title),
      element("p", { class: "vendor" }, product.vendor),
      form,
      element("p", { class: "description" }, product.description),
    ),
  )
}

function choices(product: Product): HTMLElement {
  const variants = product.variants.nodes
  const first = variants.find(({ availableForSale }) => availableForSale) ?? variants[0]
  const radios = variants.map((variant) => {
    const radio = element("input", { type: "radio", name: "variant", value: variant.id, checked: variant === first })
    return element("label", { class: variant.availableForSale ? "" : "sold-out" }, radio, element("span", {}, variant.title))
  })
  const title = product.options.map(({ name }) => name).join(", ")
  return element("fieldset", { hidden: variants.length < 2 }, element("legend", {}, title || word("choose")), ...radios)
}
