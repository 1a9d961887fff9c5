package io.windlass.scaler.signal.prometheus;

/**
 * An expression cannot be scoped. The message is a sentence for whoever wrote it, with the place in
 * it.
 */
public final class PromQlException extends Exception {
  private static final long serialVersionUID = 1L;

  PromQlException(String message) {
    super(message);
  }
}
