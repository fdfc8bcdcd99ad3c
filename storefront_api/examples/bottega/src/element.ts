// Elements in a word: text is set as text, never as HTML.
type Child = Node | string | false | null | undefined
type Attributes = Record<string, string | boolean | ((event: Event) => void)>

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value)
    else if (value !== false) made.setAttribute(key, value === true ? "" : value)
  }
  made.append(...children.filter((child): child is Node | string => child instanceof Node || typeof child === "string"))
  return made
}

interface Picture {
  url: string
  altText?: string | null
  width?: number | null
  height?: number | null
}

export function picture(image: Picture | null | undefined, fallback: string, lazy = true): HTMLElement {
  if (!image) return element("div", { class: "no-picture", "aria-hidden": "true" })
  const size: Attributes = image.width && image.height ? { width: `${image.width}`, height: `${image.height}` } : {}
  return element("img", { src: image.url, alt: image.altText ?? fallback, loading: lazy ? "lazy" : "eager", ...size })
}
