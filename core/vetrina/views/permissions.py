"""Every permission of the core, with the sentence that says what it allows."""

from vetrina.shop.staff.permissions import PERMISSIONS as CORE_PERMISSIONS

__all__ = ["CORE_PERMISSIONS"]
