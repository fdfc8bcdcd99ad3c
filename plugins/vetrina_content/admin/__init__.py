"""The plugin's pages in the admin: pages, blogs with articles, menus, policies, comments, authors."""

from vetrina.plugin import Say
from vetrina.plugin.admin import Action, AdminPage, AdminTile
from vetrina_content.admin import entry, menus, promises, talk
from vetrina_content.admin.forms import (
    AuthorForm,
    ItemEditForm,
    ItemForm,
    MenuForm,
    PolicyForm,
    ScheduleForm,
    TextForm,
    TitleForm,
)
from vetrina_content.admin.listed import BEGIN, FORMS, begins, shows
from vetrina_content.admin.shown import MODERATE, READ, WRITE
from vetrina_content.rules import CommentState, Kind


def pages() -> list[AdminPage | AdminTile]:
    """Those without parts stand in the menu."""
    return [*_entries(), *_menus(), *_policies(), *_talk(), AdminTile("comments", MODERATE, talk.waiting)]


def _entries() -> list[AdminPage]:
    begin = {kind: Action(f"begin-{kind.value}", begins(kind), WRITE, FORMS[kind]) for kind in Kind}
    change = tuple(Action(f"change-{kind.value}", entry.change, WRITE, FORMS[kind]) for kind in Kind)
    on_entry = (
        *change,
        Action("publish", entry.publish, WRITE),
        Action("schedule", entry.schedule, WRITE, ScheduleForm),
        Action("unpublish", entry.unpublish, WRITE),
        Action("remove", entry.remove, WRITE),
    )
    preview, text = Say("Preview", "Anteprima"), Say("Translation", "Traduzione")
    translate = (Action("translate", entry.translate, WRITE, TextForm),)
    one = Say("Page, blog or article", "Pagina, blog o articolo")
    return [
        AdminPage("", Say("Pages", "Pagine"), READ, shows(Kind.PAGE), (begin[Kind.PAGE],), section="content"),
        AdminPage("blogs", Say("Blogs", "Blog"), READ, shows(Kind.BLOG), (begin[Kind.BLOG],), section="content"),
        AdminPage(
            "blogs/{id}/write", BEGIN[Kind.ARTICLE], WRITE, entry.show_blank, (begin[Kind.ARTICLE],), is_in_menu=False
        ),
        AdminPage("entries/{id}", one, READ, entry.show, on_entry, is_in_menu=False),
        AdminPage("entries/{id}/preview", preview, READ, entry.preview, is_in_menu=False),
        AdminPage("entries/{id}/in/{language}", text, READ, entry.show_translation, translate, is_in_menu=False),
    ]


def _menus() -> list[AdminPage]:
    on_menu = (
        Action("add-item", menus.add, WRITE, ItemForm),
        Action("up", menus.moves(is_up=True), WRITE),
        Action("down", menus.moves(is_up=False), WRITE),
        Action("remove-item", menus.remove_item, WRITE),
        Action("remove-menu", menus.remove, WRITE),
    )
    begin = (Action("begin-menu", menus.begin, WRITE, MenuForm),)
    change = (Action("change-item", menus.change_item, WRITE, ItemEditForm),)
    translate = (Action("translate", menus.translate_item, WRITE, TitleForm),)
    item, text = Say("Item", "Voce"), Say("Translation", "Traduzione")
    return [
        AdminPage("menus", Say("Menus", "Menu"), READ, menus.show_all, begin, section="content"),
        AdminPage("menus/{id}", Say("Menu", "Menu"), READ, menus.show, on_menu, is_in_menu=False),
        AdminPage("items/{id}", item, READ, menus.show_item, change, is_in_menu=False),
        AdminPage("items/{id}/in/{language}", text, READ, menus.show_item_text, translate, is_in_menu=False),
    ]


def _policies() -> list[AdminPage]:
    write = (Action("write", promises.write, WRITE, PolicyForm),)
    translate = (Action("translate", promises.translate, WRITE, TextForm),)
    one, version, text = Say("Policy", "Condizione"), Say("Version", "Versione"), Say("Translation", "Traduzione")
    return [
        AdminPage("policies", Say("Policies", "Condizioni"), READ, promises.show_all, section="content"),
        AdminPage("policies/{kind}", one, READ, promises.show, write, is_in_menu=False),
        AdminPage("versions/{id}", version, READ, promises.show_version, is_in_menu=False),
        AdminPage("versions/{id}/in/{language}", text, READ, promises.show_text, translate, is_in_menu=False),
    ]


def _talk() -> list[AdminPage]:
    on_comments = (
        Action("show", talk.judges(CommentState.SHOWN), MODERATE),
        Action("refuse", talk.judges(CommentState.REFUSED), MODERATE),
        Action("remove", talk.remove_comment, MODERATE),
    )
    on_author = (
        Action("change-author", talk.change_author, WRITE, AuthorForm),
        Action("remove-author", talk.remove_author, WRITE),
    )
    add = (Action("add-author", talk.add_author, WRITE, AuthorForm),)
    return [
        AdminPage(
            "comments", Say("Comments", "Commenti"), MODERATE, talk.show_comments, on_comments, section="content"
        ),
        AdminPage("authors", Say("Authors", "Autori"), READ, talk.show_authors, add, section="content"),
        AdminPage("authors/{id}", Say("Author", "Autore"), READ, talk.show_author, on_author, is_in_menu=False),
    ]
