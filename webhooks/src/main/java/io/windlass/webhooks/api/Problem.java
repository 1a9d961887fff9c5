package io.windlass.webhooks.api;

import io.javalin.http.Context;

/**
 * A refusal as RFC 9457 describes it. Thrown by handlers; written by {@link #write}.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>
 */
public final class Problem extends RuntimeException {
  /** The media type of what {@link #write} writes. */
  public static final String MEDIA_TYPE = "application/problem+json";

  /** A refusal in an answer. */
  public record Json(String type, String title, int status, String detail) {}

  private final int status;
  private final String title;

  private Problem(int status, String title, String detail) {
    super(detail, null, false, false);
    this.status = status;
    this.title = title;
  }

  /**
   * Something in the request is wrong; {@code detail} says what was found, what was expected and
   * what to do.
   */
  public static Problem badRequest(String detail) {
    return new Problem(400, "Bad request", detail);
  }

  /** Nobody has proved who asks. */
  public static Problem unauthorized() {
    return new Problem(
        401,
        "Not authenticated",
        "send 'Authorization: Bearer TOKEN' with the token from the file admin-token of the server's data directory");
  }

  /** It is known who asks, and it is not allowed. */
  public static Problem forbidden(String detail) {
    return new Problem(403, "Forbidden", detail);
  }

  /** There is no such thing. */
  public static Problem notFound(String detail) {
    return new Problem(404, "Not found", detail);
  }

  /** The request does not fit the state that things are in. */
  public static Problem conflict(String detail) {
    return new Problem(409, "Conflict", detail);
  }

  /** It cannot be done at the moment, and may be asked for again. */
  public static Problem unavailable(String detail) {
    return new Problem(503, "Unavailable", detail);
  }

  /** A refusal by the HTTP layer itself, such as a route that is not there. */
  public static Problem of(int status, String detail) {
    return new Problem(status, "Refused", detail);
  }

  /** Our own mistake; what went wrong is in the log under {@code id}. */
  public static Problem internal(String id) {
    return new Problem(
        500, "Internal error", "the server made a mistake; its log says more under the id " + id);
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** What kind of refusal it is, in a few words. */
  public String title() {
    return title;
  }

  /** Answers with this problem. */
  public void write(Context context) {
    context
        .status(status)
        .json(new Json("about:blank", title, status, String.valueOf(getMessage())))
        .contentType(MEDIA_TYPE);
  }
}
