// What a page is asked beside axe. Evaluated in a world of its own, where the page's scripts and policy do not reach.
(() => {
  const named = (it) => {
    const words = (it.getAttribute("aria-label") || it.innerText || it.name || it.id || "").trim().replace(/\s+/g, " ")
    return `<${it.tagName.toLowerCase()}${it.type ? " " + it.type : ""}> ${words.slice(0, 40)}`.trim()
  }
  const seen = (it) => it.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })
  const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex], audio[controls], video[controls]"
  const chosen = (it) => {
    if (it.type !== "radio" || !it.name) return true
    const group = [...document.querySelectorAll("input[type=radio]")].filter((r) => r.name === it.name && r.form === it.form)
    return it === (group.find((r) => r.checked) || group[0])
  }
  const controls = () => [...document.querySelectorAll(FOCUSABLE)].filter((it) =>
    it.tabIndex >= 0 && !it.matches(":disabled, [type=hidden]") && !it.closest("[inert]") && seen(it) && chosen(it))

  // What reaches beyond a window of that width, though the page can't be meant to be moved sideways.
  const wide = (width) => {
    if (document.documentElement.scrollWidth <= width) return []
    const clipped = (it) => {
      for (let up = it.parentElement; up && up !== document.body; up = up.parentElement)
        if (getComputedStyle(up).overflowX !== "visible") return true
      return false
    }
    const out = [...document.body.querySelectorAll("*")].filter((it) => it.getBoundingClientRect().right > width + 0.5 && !clipped(it))
    return (out.length ? out : [document.documentElement]).map((it) =>
      `${named(it)} .${it.className} reaches to ${Math.round(it.getBoundingClientRect().right)} of ${width} px`)
  }

  // Controls that a finger misses: neither they nor the label around them measure so many pixels both ways.
  const small = (least) => controls().filter((it) => it.matches("button, input, select, textarea, summary, [role=button], [role=switch], [role=tab]"))
    .map((it) => [it, (it.closest("label") || it).getBoundingClientRect()])
    .filter(([it, box]) => box.width > 1 && (box.width < least - 0.5 || box.height < least - 0.5))
    .map(([it, box]) => `${named(it)} measures ${Math.round(box.width)} by ${Math.round(box.height)} px`)

  // A walk with the Tab key. What has the focus must stand in the window, uncovered, and look different than without.
  let expected = [], met = [], last = null, complaints = []
  const looks = (it) => [it, it.closest("label"), it.nextElementSibling].filter(Boolean).map((part) => {
    const style = getComputedStyle(part)
    return [style.outline, style.boxShadow, style.borderColor, style.backgroundColor, style.textDecoration, style.color].join()
  }).join()
  const uncovered = (it) => {
    const whole = it.closest("label") || it, parts = [0.1, 0.5, 0.9]
    return [...whole.getClientRects()].some((box) => {
      const left = Math.max(box.left, 0), width = Math.min(box.right, innerWidth) - left
      const top = Math.max(box.top, 0), height = Math.min(box.bottom, innerHeight) - top
      return width > 0 && height > 0 && parts.some((right) => parts.some((down) => {
        const there = document.elementFromPoint(left + width * right, top + height * down)
        return there && (whole.contains(there) || there.contains(it))
      }))
    })
  }
  const begin = () => {
    expected = controls()
    met = []
    last = null
    complaints = []
    document.body.tabIndex = -1 // so that the next Tab leads to the page's first control
    document.body.focus()
    document.body.removeAttribute("tabindex")
    scrollTo(0, 0)
    return expected.length
  }
  const step = () => {
    const it = document.activeElement
    if (last && looks(last.it) === last.looks) complaints.push(`${named(last.it)} does not show that it has the focus`)
    if (!it || it === document.body || it === document.documentElement || met.includes(it)) return false
    met.push(it)
    if (!uncovered(it)) complaints.push(`${named(it)} has the focus and is covered or out of sight`)
    last = { it, looks: looks(it) }
    return true
  }
  const walked = () => [...complaints, ...expected.filter((it) => !met.includes(it) && seen(it)).map((it) => `Tab does not lead to ${named(it)}`)]
  return { wide, small, begin, step, walked }
})()
