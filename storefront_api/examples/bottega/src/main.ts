// Puts the page together and follows the address: #/ is all products, #/products/<handle> is one.
import { basket } from "./basket"
import { loadCart } from "./cart"
import { element } from "./element"
import { productPage, shelf } from "./pages"
import "./style.css"
import { language, switchLanguage, word } from "./words"

const news = element("p", { class: "news", role: "status" })
const main = element("main", { id: "content", tabindex: "-1" })

function say(message: string): void {
  news.textContent = message
}

async function follow(): Promise<void> {
  const handle = location.hash.match(/^#\/products\/([^/]+)$/)?.[1]
  say("")
  try {
    main.replaceChildren(handle ? await productPage(decodeURIComponent(handle), say) : await shelf())
    scrollTo(0, 0)
  } catch (error) {
    console.warn(error)
    say(word("lost"))
  }
}

function frame(): void {
  document.documentElement.lang = language().toLowerCase()
  const { dialog, opener } = basket(say)
  const skip = element("a", { class: "skip", href: "#content", click: (event) => (event.preventDefault(), main.focus()) }, word("skip"))
  const other = element(
    "button",
    { class: "quiet", type: "button", lang: language() === "IT" ? "en" : "it", click: () => (switchLanguage(), location.reload()) },
    word("other"),
  )
  const home = element("a", { class: "home", href: "#/" }, "Bottega")
  const header = element("header", { class: "top" }, home, element("nav", {}, other, opener))
  document.querySelector("#app")?.replaceChildren(skip, header, news, main, dialog)
}

frame()
addEventListener("hashchange", async () => {
  await follow()
  main.focus()
})
void follow()
loadCart().catch(() => say(word("lost")))
