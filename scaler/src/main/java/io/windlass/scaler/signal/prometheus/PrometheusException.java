package io.windlass.scaler.signal.prometheus;

/**
 * A question to Prometheus got no usable answer. The message is a clause that begins in lower case.
 */
final class PrometheusException extends Exception {
  private static final long serialVersionUID = 1L;

  PrometheusException(String message) {
    super(message);
  }
}
