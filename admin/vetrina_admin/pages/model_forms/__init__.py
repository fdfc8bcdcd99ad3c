"""Forms made from pydantic models: a plugin's settings, and what its pages ask for."""

from vetrina_admin.pages.model_forms.drafts import Draft, changed, draft_of, opened, read_draft
from vetrina_admin.pages.model_forms.shapes import Shape, shape_of
from vetrina_admin.pages.model_forms.sheets import Sheet
from vetrina_admin.pages.model_forms.values import values_of
from vetrina_admin.pages.model_forms.wrong import placed, wrong_with

__all__ = [
    "Draft",
    "Shape",
    "Sheet",
    "changed",
    "draft_of",
    "opened",
    "placed",
    "read_draft",
    "shape_of",
    "values_of",
    "wrong_with",
]
