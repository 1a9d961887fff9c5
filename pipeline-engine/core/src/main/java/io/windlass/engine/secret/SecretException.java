package io.windlass.engine.secret;

/** A secret could not be sealed, opened or kept. The message names the secret, never its value. */
public final class SecretException extends RuntimeException {
  SecretException(String message) {
    super(message);
  }

  SecretException(String message, Throwable cause) {
    super(message, cause);
  }
}
