"""How does a template of the owner's run without harm? Jinja in a sandbox, with caps on loops, values and output.

Three rules hold: nothing but the given variables, filters and a few methods can be reached; every value stays small;
the steps of loops are counted. So whatever the template, rendering ends soon and in little memory, and the same
template and variables give the same text: there is no clock, no chance, and no other template than the built-in ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar

from jinja2 import DictLoader, StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

OUTPUT_CAP = 20_000
"""Most characters of a rendered text, and of any text inside a template."""
STEP_CAP = 5_000
"""Most steps of all loops of one rendering together."""
LIST_CAP = 5_000
NUMBER_CAP = 10**18
SOURCE_CAP = 50_000

#: Jinja's own filters that stay: none draws lots, pads to a width, or marks text as safe.
_FILTERS = (
    "abs", "capitalize", "count", "default", "d", "dictsort", "first", "float", "int", "items", "join",
    "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "select",
    "selectattr", "sort", "string", "sum", "title", "trim", "truncate", "unique", "upper", "urlencode", "wordcount",
)  # fmt: skip
_METHODS = {
    str: {"capitalize", "count", "endswith", "find", "lower", "split", "startswith", "strip", "title", "upper"},
    dict: {"get", "items", "keys", "values"},
    list: {"count", "index"},
    tuple: {"count", "index"},
}
#: Statements that could multiply text or call themselves, or that read other files.
_REFUSED: dict[type[nodes.Node], str] = {
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.FilterBlock: "filter",
    nodes.AssignBlock: "set without =",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from",
}
_NO_FIELD = re.compile(r"has no (?:attribute|element) '?([^']*)'?$")


class RenderError(Exception):
    """A template that does not parse or render. ``line`` is the template's own, from 1; None when unknown."""

    def __init__(self, message: str, line: int | None = None) -> None:
        self.message, self.line = message, line
        super().__init__(message)


class Native(str):
    """Text that is in the mark-up of where it goes: it is not escaped again."""

    __slots__ = ()


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment for short plain texts. One rendering at a time."""

    intercepted_binops: ClassVar[frozenset[str]] = frozenset({"+", "*", "%", "**"})  # type: ignore[misc]

    def __init__(
        self,
        filters: Mapping[str, Callable[..., Any]],
        parents: Mapping[str, str],
        escape: Callable[[str], str] | None = None,
    ) -> None:
        """``parents`` are the sources that a template may extend. ``escape`` is put on every value that is printed,
        unless it is ``Native``."""
        self._escape = escape
        super().__init__(
            undefined=StrictUndefined,
            autoescape=False,
            optimized=False,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=None if escape is None else self.native,
            loader=DictLoader(dict(parents)),
        )
        self.parents = frozenset(parents)
        kept = {name: FILTERS[name] for name in _FILTERS}
        self.filters = {name: self._capped(call) for name, call in {**kept, **filters}.items()}
        self.globals = {"range": self.range}
        self._steps = 0

    def load(self, source: str) -> Template:
        """The template of a source text. Raises RenderError."""
        if len(source) > SOURCE_CAP:
            raise RenderError(f"the template is longer than {SOURCE_CAP:,} characters")
        try:
            return Template.from_code(self, self.compile(source), self.globals)
        except TemplateSyntaxError as error:
            raise RenderError(error.message or "not a valid template", error.lineno) from error
        except RecursionError as error:
            raise RenderError("the template is nested too deeply") from error

    def run(self, template: Template, variables: Mapping[str, Any]) -> str:
        """The text that a loaded template gives. Raises RenderError."""
        self._steps = 0
        pieces, size = [], 0
        try:
            for piece in template.generate(variables):
                pieces.append(piece)
                size += len(piece)
                if size > OUTPUT_CAP:
                    raise SecurityError(f"the text grows past {OUTPUT_CAP:,} characters")
        except Exception as error:  # whatever a template does, the alert goes out
            raise RenderError(_described(error), _line_of(error)) from error
        return "".join(pieces)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = _Guard(self).visit(super()._parse(source, name, filename))
        return tree

    # --- what a compiled template calls ---------------------------------------------------------------------------

    def spend(self, steps: int = 1) -> None:
        """Count steps of loops."""
        self._steps += steps
        if self._steps > STEP_CAP:
            raise SecurityError(f"the loops take more than {STEP_CAP:,} steps")

    def range(self, *args: int) -> range:
        """Jinja's ``range``, paid for in steps."""
        numbers = range(*args)
        self.spend(len(numbers))
        return numbers

    def joined(self, *parts: Any) -> Any:
        """What ``a ~ b`` gives."""
        if self._escape is not None and any(isinstance(part, Native) for part in parts):
            return self.capped(Native("".join(map(self.native, parts))))
        return self.capped("".join(map(str, parts)))

    def native(self, value: Any) -> str:
        """The value as it stands in the text."""
        if isinstance(value, Native) or self._escape is None:
            return str(value)
        return self._escape(str(value))

    def capped(self, value: Any) -> Any:
        """The value itself, when it is not too large."""
        if isinstance(value, str) and len(value) > OUTPUT_CAP:
            raise SecurityError(f"a text grows past {OUTPUT_CAP:,} characters")
        if isinstance(value, list | tuple | dict) and len(value) > LIST_CAP:
            raise SecurityError(f"a list grows past {LIST_CAP:,} elements")
        if isinstance(value, int) and abs(value) > NUMBER_CAP:
            raise SecurityError("a number grows too large")
        return value

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """The result of an arithmetic operator, refused before it can be large."""
        if operator == "**" or (operator == "%" and isinstance(left, str)):
            raise SecurityError(f"the operator {operator} is not available here")
        if operator == "*":
            for one, other in ((left, right), (right, left)):
                if isinstance(one, str | list | tuple) and len(one) * other > LIST_CAP:
                    raise SecurityError("a text or list grows too long")
        return self.capped(super().call_binop(context, operator, left, right))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may reach an attribute: methods only from the short table."""
        for kind, methods in _METHODS.items():
            if isinstance(obj, kind):
                return attr in methods
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """``str.format`` is not wrapped but refused like any other method that can pad."""
        return

    def _capped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def checked(*args: Any, **options: Any) -> Any:
            return self.capped(call(*args, **options))

        return checked


class _Guard(NodeTransformer):
    """Refuses some statements, counts the steps of loops and blocks, and caps the operator ``~``."""

    def __init__(self, environment: Sandbox) -> None:
        self._environment = environment

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        refused = _REFUSED.get(type(node))
        if refused is None and isinstance(node, nodes.For) and node.recursive:
            refused = "for … recursive"
        if refused is not None:
            raise TemplateSyntaxError(f'the statement "{refused}" is not available here', node.lineno)
        return super().generic_visit(node, *args, **kwargs)

    def visit_Extends(self, node: nodes.Extends) -> nodes.Node:  # noqa: N802 (Jinja's name)
        parent = node.template.value if isinstance(node.template, nodes.Const) else None
        if parent not in self._environment.parents:
            names = " or ".join(f'"{name}"' for name in sorted(self._environment.parents))
            raise TemplateSyntaxError(f"a template can extend {names} only", node.lineno)
        return node

    def visit_Block(self, node: nodes.Block) -> nodes.Node:  # noqa: N802 (Jinja's name)
        return self._paid(node)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802 (Jinja's name)
        if node.name == "self":
            raise TemplateSyntaxError('"self" is not available here', node.lineno)
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 (Jinja's name)
        return self._paid(node)

    def _paid(self, node: nodes.For | nodes.Block) -> nodes.Node:
        """The node, each run of which costs a step."""
        self.generic_visit(node)
        node.body.insert(0, self._placed(nodes.ExprStmt(self._call("spend", [])), node))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 (Jinja's name)
        self.generic_visit(node)
        return self._placed(self._call("joined", node.nodes), node)

    def _call(self, method: str, args: list[nodes.Expr]) -> nodes.Call:
        return nodes.Call(nodes.EnvironmentAttribute(method), args, [], None, None)

    def _placed(self, new: nodes.Node, old: nodes.Node) -> nodes.Node:
        return new.set_lineno(old.lineno).set_environment(self._environment)


def _described(error: Exception) -> str:
    text = str(error) or type(error).__name__
    missing = _NO_FIELD.search(text)
    return f'no field "{missing[1]}" here' if missing else text


def _line_of(error: Exception) -> int | None:
    """The line of the template in the error's traceback: the innermost frame that is the template's."""
    line, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
            line = step.tb_lineno
        step = step.tb_next
    return line
