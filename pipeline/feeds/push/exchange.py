"""What the head of a request says before its body is read, and the answer once its copy is settled."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from aiohttp import web

from pipeline import formats
from pipeline.feeds import _body
from pipeline.feeds.push.posts import Post
from pipeline.feeds.push.problem import ProblemError, unavailable
from pipeline.feeds.shape import Result

AGAIN = "may or may not have been taken; sending it again is safe"
"""What can be said of copy that was handed over and not acknowledged yet."""

_LONGEST_NAME = 40


def format_of(request: web.Request) -> str | None:
    """The format that the query names.

    Raises:
        ProblemError: there is none of that name.
    """
    name = request.query.get("format")
    if name is None:
        return None
    try:
        return formats.named(name[:_LONGEST_NAME]).NAME
    except LookupError as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "unknown-format", str(error)) from error


def body_of(request: web.Request, limit: int) -> _body.Body:
    """Where the body is to be put.

    Raises:
        ProblemError: its headers say that it cannot be used.
    """
    if request.content_length is None and "Transfer-Encoding" not in request.headers:
        detail = "neither Content-Length nor Transfer-Encoding: chunked is given"
        raise ProblemError(HTTPStatus.LENGTH_REQUIRED, "length-required", detail)
    if request.content_type == "multipart/form-data":
        detail = "a form was sent; send the copy itself as the body (curl --data-binary @FILE)"
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unusable-encoding", detail)
    if (request.content_length or 0) > limit:
        raise too_large(limit)
    try:
        return _body.Body(request.headers.get("Content-Encoding", ""), limit)
    except _body.CodingError as error:
        headers = {"Accept-Encoding": _body.ACCEPTED}
        kind = "unusable-encoding"
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, kind, str(error), headers=headers) from error


def too_large(limit: int) -> ProblemError:
    """The answer to a body that is larger than it may be."""
    detail = f"the body is larger than {limit:,} bytes, packed or unpacked; send its articles in several"
    return ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", detail)


def answer_of(post: Post, result: Result) -> web.Response:
    """The answer to a request whose copy is settled.

    Raises:
        ProblemError: it holds what is no article, or the broker did not take all.
    """
    if result.rejected:
        detail = f"{result.rejected} pieces of it are no articles, so nothing of it was taken"
        kind = "cut-off" if result.truncated else "no-article"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, kind, detail, errors=result.reasons)
    if result.failed:
        count = len(post.articles)
        why = f"{result.failed} of {count} articles were not taken: {result.failure}"
        raise unavailable(f"{why}; the copy {AGAIN}")
    body = msgspec.json.encode({"articles": post.articles})
    return web.Response(status=HTTPStatus.ACCEPTED, body=body, content_type="application/json")
