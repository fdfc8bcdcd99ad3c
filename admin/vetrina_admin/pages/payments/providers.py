"""What a provider of payments is called: its plugin's title, or where orders of another shop were paid."""

from vetrina.vocabulary import ELSEWHERE
from vetrina_admin.pages.guarded import title_of
from vetrina_admin.pages.visits import Visit


def provider_title(visit: Visit, provider: str) -> str:
    """A provider in the reader's language; its own name where its plugin is not here any more."""
    return visit.say("payments.provider_elsewhere") if provider == ELSEWHERE else title_of(visit, provider)
