"""What flows of plugins write texts with: HTML that is safe to show, handles, words as they are compared."""

from vetrina.shop.catalog.rules import check_handle, clean_html, fold, is_safe_link, slug, words

__all__ = ["check_handle", "clean_html", "fold", "is_safe_link", "slug", "words"]
