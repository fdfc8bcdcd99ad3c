// What the checkout does better with a script: totals that follow, one click that stays one, payments in the page.
// Everything else works without. Providers' modules are described at PaymentScript in vetrina.ports.

document.body.classList.add("has-scripts")

const form = document.querySelector("form.checkout")
const pause = 300

if (form) checkout(form)
for (const place of document.querySelectorAll(".element.step")) lead(place)

function checkout(form) {
  const sent = new Map(parts(document).map((part) => [part.id, part.innerHTML]))
  const mounted = new Map()
  let asked = 0
  let timer = 0

  form.addEventListener("change", (event) => {
    if (event.target.name === "method") show()
    if (!event.target.matches("[data-refresh]")) return
    clearTimeout(timer)
    timer = setTimeout(refresh, pause)
  })
  form.addEventListener("submit", submit)
  addEventListener("pageshow", () => free())
  show()

  async function refresh() {
    const mine = ++asked
    const body = new URLSearchParams(new FormData(form))
    body.set("do", "update")
    body.delete("code")
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" })
      const page = new DOMParser().parseFromString(await answer.text(), "text/html")
      if (mine !== asked || !page.querySelector("form.checkout")) return
      for (const part of parts(page)) exchange(part)
      await show()
    } catch {
      // Without an answer the page stays as it is; what is sent with the order is judged anew.
    }
  }

  function exchange(fresh) {
    const old = document.getElementById(fresh.id)
    if (!old || sent.get(fresh.id) === fresh.innerHTML) return
    if (fresh.dataset.version && fresh.dataset.version === old.dataset.version) return // somebody is typing in there
    const active = document.activeElement
    const had = old.contains(active) && (active.id ? `#${active.id}` : `[name="${active.name}"][value="${active.value}"]`)
    for (const field of fresh.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid")
    sent.set(fresh.id, fresh.innerHTML)
    for (const place of old.querySelectorAll(".element")) mounted.delete(place.dataset.method)
    old.innerHTML = fresh.innerHTML
    if (fresh.dataset.version) old.dataset.version = fresh.dataset.version
    if (had) old.querySelector(had)?.focus()
  }

  async function show() {
    const picked = form.querySelector("[name=method]:checked")?.value
    const place = [...form.querySelectorAll(".element")].find((place) => place.dataset.method === picked)
    if (!place || mounted.has(picked)) return
    mounted.set(picked, null)
    try {
      const module = await import(place.dataset.module)
      mounted.set(picked, await module.mount(place, JSON.parse(place.dataset.offer)))
    } catch {
      mounted.delete(picked)
      complain(place, form.dataset.broken)
    }
  }

  async function submit(event) {
    if (form.dataset.busy) return event.preventDefault()
    if (event.submitter?.value !== "order") return
    const picked = form.querySelector("[name=method]:checked")?.value
    const place = [...form.querySelectorAll(".element")].find((place) => place.dataset.method === picked)
    clearTimeout(timer)
    asked++
    busy(event.submitter)
    if (!place || form.elements.payment_token.value) return
    event.preventDefault()
    try {
      form.elements.payment_token.value = await mounted.get(picked).token()
      await new Promise((next) => setTimeout(next)) // a form that is just being submitted is not submitted again
      free()
      form.requestSubmit(event.submitter)
    } catch (error) {
      free()
      complain(place, error?.message && mounted.get(picked) ? error.message : form.dataset.broken)
    }
  }

  function busy(button) {
    form.dataset.busy = "yes"
    button.dataset.says = button.textContent
    button.setAttribute("aria-disabled", "true")
    button.textContent = form.dataset.working
  }

  function free() {
    delete form.dataset.busy
    const button = form.querySelector("[aria-disabled]")
    if (!button) return
    button.removeAttribute("aria-disabled")
    button.textContent = button.dataset.says
  }
}

async function lead(place) {
  try {
    const module = await import(place.dataset.module)
    await module.step(place, JSON.parse(place.dataset.step))
  } catch (error) {
    return complain(place, error?.message || place.dataset.broken)
  }
  location.replace(`${place.dataset.look}?done=1`)
}

function complain(place, text) {
  let line = place.parentElement.querySelector(":scope > .wrong")
  if (!line) {
    line = document.createElement("p")
    line.className = "wrong none"
    line.setAttribute("role", "alert")
    place.after(line)
  }
  line.textContent = text
}

function parts(page) {
  return [...page.querySelectorAll("[data-part]")]
}
