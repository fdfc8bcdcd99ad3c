"""The shop: what it is called, what it says of itself, and how its brand looks."""

from typing import cast

from vetrina.flows.orders.capturing import set_capture_mode
from vetrina.flows.profile import Pair, Picture, Profile, edit_profile, set_brand_picture
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.views.brand import BrandRow, brand
from vetrina.views.markets import ProfileRow, atlas, capture_mode
from vetrina.views.media import media_by_id
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.pictures import picture_headers, picture_path
from vetrina_admin.pages.refusals import Wrong, told
from vetrina_admin.pages.screens import Room, action, page
from vetrina_admin.pages.visits import Visit

PICTURES: tuple[Picture, ...] = ("logo", "square_logo", "cover")
TEXTS = ("name", "description", "email", "slogan", "short_description")
COLORS = ("primary_background", "primary_foreground", "secondary_background", "secondary_foreground")


async def profile_page(visit: Visit) -> Answer:
    profile, known = (await atlas(visit.ctx.db)).profile, await brand(visit.ctx.db)
    return await _page(visit, _written(profile, known), known)


async def save(visit: Visit, form: Form) -> Answer:
    try:
        await edit_profile(visit.ctx, _profile(form))
    except Refusal as refusal:
        field = "_".join(part for part in refusal.field or () if not part.isdigit())
        wrong = Wrong({field if field in (*TEXTS, *COLORS) else "": told(visit.say, refusal)})
        return await _page(visit, form, await brand(visit.ctx.db), wrong)
    visit.tell("profile.saved")
    return see_other(visit, "/admin/shop")


async def set_capture(visit: Visit, form: Form) -> Answer:
    """Say when promised money is taken."""
    try:
        await set_capture_mode(visit.ctx, form.get("capture"))
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell("profile.saved")
    return see_other(visit, "/admin/shop")


async def upload(visit: Visit, form: Form) -> Answer:
    """Show another picture, or without a file none."""
    which = visit.part("which")
    if which not in PICTURES:
        raise NotFound(what="The picture")
    try:
        await set_brand_picture(visit.ctx, which, form.files[0].content if form.files else None)
    except Refusal as refusal:
        visit.tell_text(told(visit.say, refusal), "bad")
    else:
        visit.tell("profile.picture_saved" if form.files else "profile.picture_gone")
    return see_other(visit, "/admin/shop")


async def _page(visit: Visit, typed: Form, known: BrandRow | None, errors: Wrong | None = None) -> Answer:
    ids = {which: cast("int | None", getattr(known, f"{which}_id")) for which in PICTURES} if known else {}
    found = await media_by_id(visit.ctx, [key for key in ids.values() if key is not None])
    shown = {which: picture_path(found[key].address) for which, key in ids.items() if key is not None and key in found}
    return render(
        visit,
        "profile/profile.html",
        status=422 if errors else 200,
        headers=picture_headers(shown.values()),
        typed=typed,
        errors=errors or Wrong(),
        fields=(*TEXTS, *COLORS),
        shown=shown,
        pictures=PICTURES,
        capture=await capture_mode(visit.ctx.db),
        captures=[(mode, visit.say(f"profile.capture_{mode}")) for mode in ("whole", "part", "never")],
    )


def _profile(form: Form) -> Profile:
    texts = {name: form.get(name) for name in TEXTS}
    pairs = {
        name: (Pair(background=form.get(f"{name}_background"), foreground=form.get(f"{name}_foreground")),)
        for name in ("primary", "secondary")
    }
    return Profile(**texts, primary=pairs["primary"], secondary=pairs["secondary"])


def _written(profile: ProfileRow, known: BrandRow | None) -> Form:
    """What the form shows of the shop as it is."""
    texts = {"name": profile.name, "description": profile.description, "email": profile.email or ""}
    if known is not None:
        texts |= {"slogan": known.slogan, "short_description": known.short_description}
        for name, pairs in (("primary", known.primary), ("secondary", known.secondary)):
            texts |= {f"{name}_{side}": color for pair in pairs[:1] for side, color in pair.items()}
    return Form({name: [value] for name, value in texts.items()})


ROOM = Room(
    name="profile",
    path="/shop",
    can="shop.read",
    icon="building-store",
    group="settings",
    screens=(
        page("/shop", "shop.read", profile_page),
        action("/shop", "shop.write", save),
        action("/shop/capture", "shop.write", set_capture),
        action("/shop/pictures/{which:str}", "shop.write", upload, takes_files=True),
    ),
)
