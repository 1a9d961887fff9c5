package io.windlass.engine.local.proxy;

/**
 * The proxy cannot do its work: an address to listen on is taken, forbidden or was not inherited.
 */
public final class ProxyException extends Exception {

  private static final long serialVersionUID = 1L;

  ProxyException(String message, Throwable cause) {
    super(message, cause);
  }
}
