// The cart beside the page: a dialog that the browser itself keeps the keyboard in.
import { type Cart, onCart, setQuantity } from "./cart"
import { element, picture } from "./element"
import { money, word } from "./words"

export function basket(say: (message: string) => void): { dialog: HTMLDialogElement; opener: HTMLButtonElement } {
  const content = element("div", { class: "lines" })
  const close = element("button", { class: "quiet", type: "button", click: () => dialog.close() }, word("close"))
  const heading = element("h2", { id: "basket-title" }, word("cart"))
  const dialog = element("dialog", { "aria-labelledby": "basket-title" }, element("header", {}, heading, close), content)
  const opener = element("button", { class: "opener", type: "button", click: () => dialog.showModal() })
  onCart((cart) => {
    opener.textContent = `${word("cart")} (${cart?.totalQuantity ?? 0})`
    content.replaceChildren(...(cart?.lines.nodes.length ? filled(cart, say) : [element("p", {}, word("empty"))]))
  })
  return { dialog, opener }
}

function filled(cart: Cart, say: (message: string) => void): HTMLElement[] {
  const change = async (line: string, quantity: number) => say((await setQuantity(line, quantity)).join(" "))
  const lines = cart.lines.nodes.map((line) => {
    const { title, image, product } = line.merchandise
    const name = title === "Default Title" ? product.title : `${product.title}, ${title}`
    const count = element("input", {
      type: "number",
      min: "0",
      value: `${line.quantity}`,
      "aria-label": `${word("quantity")}: ${name}`,
      change: (event) => void change(line.id, Number((event.target as HTMLInputElement).value)),
    })
    const remove = element(
      "button",
      { class: "quiet", type: "button", "aria-label": `${word("remove")}: ${name}`, click: () => void change(line.id, 0) },
      "×",
    )
    const total = element("span", { class: "price" }, money(line.cost.totalAmount))
    return element("li", {}, picture(image, ""), element("span", { class: "name" }, name), count, total, remove)
  })
  return [
    element("ul", {}, ...lines),
    element("p", { class: "total" }, element("span", {}, word("total")), element("strong", {}, money(cart.cost.totalAmount))),
    element("a", { class: "button", href: cart.checkoutUrl }, word("checkout")),
  ]
}
