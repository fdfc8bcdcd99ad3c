"""What flows of plugins write texts with: HTML that is safe to show, handles, words as they are compared."""

from vetrina.shop.catalog.rules import check_handle, clean_html, fold, is_safe_link, slug, words
from vetrina.shop.catalog.rules.markup import RICH

__all__ = ["RICH", "check_handle", "clean_html", "fold", "is_safe_link", "slug", "words"]
