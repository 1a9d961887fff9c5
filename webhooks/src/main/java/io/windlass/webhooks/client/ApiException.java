package io.windlass.webhooks.client;

/** A server that could not be reached or that refused; the message is fit for a user. */
public final class ApiException extends Exception {
  private final int status;

  ApiException(int status, String message) {
    super(message);
    this.status = status;
  }

  ApiException(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** The HTTP status, or 0 where no answer came. */
  public int status() {
    return status;
  }
}
