"""From text to sqlglot's tree. Words and signs are checked one by one before anything is parsed."""

import re

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.tokenizer_core import Token, TokenType

from instruments.evaluation.language.errors import RuleError

LONGEST_TEXT = 4_000
MOST_TOKENS = 1_500
DEEPEST_NESTING = 20
MOST_PREFIXES = 20

# Every function is given this prefix, so that sqlglot parses each the same way and gives no
# meaning of its own to any; its meanings move between versions.
FUNCTION_PREFIX = "fn_"
_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_KEYWORDS = {
    "and": TokenType.AND,
    "or": TokenType.OR,
    "not": TokenType.NOT,
    "in": TokenType.IN,
    "between": TokenType.BETWEEN,
    "is": TokenType.IS,
    "null": TokenType.NULL,
    "true": TokenType.TRUE,
    "false": TokenType.FALSE,
    "case": TokenType.CASE,
    "when": TokenType.WHEN,
    "then": TokenType.THEN,
    "else": TokenType.ELSE,
    "end": TokenType.END,
}
_SIGNS = {
    TokenType.L_PAREN,
    TokenType.R_PAREN,
    TokenType.COMMA,
    TokenType.DOT,
    TokenType.EQ,
    TokenType.NEQ,
    TokenType.GT,
    TokenType.GTE,
    TokenType.LT,
    TokenType.LTE,
    TokenType.PLUS,
    TokenType.DASH,
    TokenType.STAR,
    TokenType.SLASH,
    TokenType.RLIKE,
    TokenType.NUMBER,
    TokenType.STRING,
}
_PREFIXES = {TokenType.NOT, TokenType.DASH, TokenType.CASE}


def parse_expression(text: str) -> exp.Expr:
    """The tree of one expression. Raises RuleError for everything else."""
    tokens = _checked(_tokens(text), text)
    try:
        trees = Postgres().parser().parse(tokens, text)
    except (Exception, RecursionError) as error:
        raise RuleError(f"syntax error: {_first_line(error)}") from error
    if len(trees) != 1 or trees[0] is None:
        raise RuleError("one expression is expected")
    return trees[0]


def _tokens(text: str) -> list[Token]:
    if not isinstance(text, str) or not text.strip():
        raise RuleError("the expression is empty")
    if len(text) > LONGEST_TEXT:
        raise RuleError(f"the expression is longer than {LONGEST_TEXT} characters")
    try:
        tokens = Postgres().tokenize(text)
    except Exception as error:
        raise RuleError(f"syntax error: {_first_line(error)}") from error
    if not tokens:
        raise RuleError("one expression is expected")
    if len(tokens) > MOST_TOKENS:
        raise RuleError(f"the expression has more than {MOST_TOKENS} words and signs")
    return tokens


def _checked(tokens: list[Token], text: str) -> list[Token]:
    _check_nesting(tokens)
    for token in tokens:
        if token.token_type not in _SIGNS and text[token.start : token.end + 1] != token.text:
            raise RuleError(f"{token.text!r} is not allowed in this spelling")
    return [_plain(token, following) for token, following in _with_following(tokens)]


def _with_following(tokens: list[Token]) -> list[tuple[Token, Token | None]]:
    return list(zip(tokens, [*tokens[1:], None], strict=True))


def _check_nesting(tokens: list[Token]) -> None:
    """Bounds the recursion of every later step; a compiled parser would not notice an overflow."""
    depth = run = cases = 0
    for token in tokens:
        kind = token.token_type
        depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
        cases += (kind == TokenType.CASE) - (kind == TokenType.END)
        run = run + 1 if kind in _PREFIXES else 0
        if depth + cases > DEEPEST_NESTING or run > MOST_PREFIXES:
            raise RuleError(f"the expression nests more than {DEEPEST_NESTING} deep")


def _plain(token: Token, following: Token | None) -> Token:
    """The token with no meaning beyond ours: a keyword, a name, a function or a sign."""
    if token.comments:
        raise RuleError("comments are not allowed in an expression")
    if token.token_type in _SIGNS:
        return token
    if token.token_type == TokenType.IDENTIFIER or not _NAME.fullmatch(token.text):
        raise RuleError(f"{token.text!r} is not allowed in an expression")
    word = token.text.lower()
    if word in _KEYWORDS:
        return Token(_KEYWORDS[word], token.text, token.line, token.col, token.start, token.end)
    kind, text = TokenType.VAR, token.text
    if following is not None and following.token_type == TokenType.L_PAREN:
        text = FUNCTION_PREFIX + word
    elif word == "date" and following is not None and following.token_type == TokenType.STRING:
        kind = TokenType.DATE
    return Token(kind, text, token.line, token.col, token.start, token.end)


def _first_line(error: BaseException) -> str:
    """sqlglot underlines the place with terminal codes; those go."""
    message = re.sub("\x1b\\[[0-9;]*m", "", str(error) or type(error).__name__)
    return message.splitlines()[0][:200] if message else type(error).__name__
