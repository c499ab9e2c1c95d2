"""What a page offers whoever looks at it: links to follow, and forms filled in as a browser would fill them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit


@dataclass(frozen=True, order=True)
class Sending:
    """A form as one of its buttons sends it. path: without a query; fields: by name, what stands in them."""

    method: str
    path: str
    fields: tuple[tuple[str, str], ...]

    @property
    def address(self) -> str:
        """Where a form with GET leads to."""
        return f"{self.path}?{urlencode(self.fields)}" if self.fields else self.path


@dataclass(frozen=True)
class Offers:
    """links: addresses of ours, with their queries, that a reader may follow; pictures: those that the page shows."""

    links: frozenset[str]
    pictures: frozenset[str]
    sendings: frozenset[Sending]


def offers_of(page: str, address: str) -> Offers:
    """What the HTML of a page at an address offers; places on the page itself and other sites are left out."""
    reader = _Reader()
    reader.feed(page)
    sendings = {each for form in reader.forms.values() for each in _sendings(form, address)}
    return Offers(_ours(reader.links, address), _ours(reader.pictures, address), frozenset(sendings))


@dataclass
class _Form:
    method: str
    action: str | None
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[dict[str, str | None]] = field(default_factory=list)


def _ours(found: set[str], address: str) -> frozenset[str]:
    joined = (urljoin(address, each.partition("#")[0]) for each in found if not each.startswith("#"))
    return frozenset(each for each in joined if each.startswith("/") and not each.startswith("//"))


def _sendings(form: _Form, address: str) -> set[Sending]:
    """One for each button; one without any where the form has none, for a script or the enter key sends it."""
    found = set()
    for button in form.buttons or [{}]:
        method = (button.get("formmethod") or form.method).upper()
        place = urlsplit(urljoin(address, button.get("formaction") or form.action or address))
        pressed = [(button["name"] or "", button.get("value") or "")] if button.get("name") else []
        found.add(Sending(method, place.path, tuple(form.fields + pressed)))
    return found


class _Reader(HTMLParser):
    """Gathers links, pictures and forms; what is disabled sends nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.pictures: set[str] = set()
        self.forms: dict[str, _Form] = {}
        self._inside = ""
        self._select: tuple[str, str, list[tuple[str, bool]]] | None = None
        self._textarea: tuple[str, str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        owner = has.get("form") or self._inside
        if tag == "a" and has.get("href"):
            self.links.add(has["href"] or "")
        elif tag == "img":
            self.pictures.add(has.get("src") or "")
        elif tag == "form":
            self._inside = has.get("id") or f"#{len(self.forms)}"
            form = self._form(self._inside)
            form.method, form.action = has.get("method") or "get", has.get("action")
        elif "disabled" in has or not owner:
            return
        elif tag in ("button", "input") and has.get("type", "submit" if tag == "button" else "") == "submit":
            self._form(owner).buttons.append(has)
        elif tag == "input" and has.get("name"):
            if has.get("type") not in ("checkbox", "radio", "file") or "checked" in has:
                self._form(owner).fields.append((has["name"] or "", has.get("value") or ""))
        elif tag == "select" and has.get("name"):
            self._select = (owner, has["name"] or "", [])
        elif tag == "option" and self._select is not None:
            self._select[2].append((has.get("value") or "", "selected" in has))
        elif tag == "textarea" and has.get("name"):
            self._textarea, self._text = (owner, has["name"] or ""), ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = ""
        elif tag == "select" and self._select is not None:
            owner, name, options = self._select
            chosen = [text for text, selected in options if selected] or [text for text, _ in options[:1]]
            self._form(owner).fields += [(name, text) for text in chosen]
            self._select = None
        elif tag == "textarea" and self._textarea is not None:
            owner, name = self._textarea
            self._form(owner).fields.append((name, self._text))
            self._textarea = None

    def _form(self, name: str) -> _Form:
        """Parts may stand before the form that they belong to."""
        return self.forms.setdefault(name, _Form("get", None))
