package io.windlass.engine.kubernetes.part;

import java.util.List;

/** What the containers of an image do on a {@link Kubelet}. */
public sealed interface Program {
  /**
   * Listens on its ports and answers every request with the release and the pod's name; probes get
   * these statuses. Runs until it is stopped.
   *
   * @param readiness the status that startup and readiness probes see
   * @param liveness the status that liveness probes see
   */
  record Serves(int readiness, int liveness) implements Program {}

  /** Runs and listens nowhere: connections are refused. */
  record Silent() implements Program {}

  /**
   * Writes some lines and ends.
   *
   * @param lastWords what it writes to its termination message; may be empty
   */
  record Exits(int code, List<String> lines, String lastWords) implements Program {
    public Exits {
      lines = List.copyOf(lines);
    }
  }

  /**
   * Is not there to be run.
   *
   * @param message what the container runtime says about it
   */
  record Unpullable(String message) implements Program {}

  static Program serves() {
    return new Serves(200, 200);
  }

  /** Serves, and its startup and readiness probes are answered so. */
  static Program notReady(int status) {
    return new Serves(status, 200);
  }

  static Program silent() {
    return new Silent();
  }

  static Program exits(int code, String... lines) {
    return new Exits(code, List.of(lines), "");
  }

  /** Ends, and says why in its termination message. */
  static Program exitsSaying(int code, String lastWords) {
    return new Exits(code, List.of(), lastWords);
  }

  /** The registry answers that there is no such image. */
  static Program imageNotFound() {
    return new Unpullable(
        "rpc error: code = NotFound desc = failed to pull and unpack image: failed to resolve"
            + " image: not found");
  }

  /** The registry does not give the image to this node. */
  static Program imageDenied() {
    return new Unpullable(
        "failed to pull and unpack image: failed to resolve image: failed to authorize: failed to"
            + " fetch anonymous token: unexpected status: 401 Unauthorized");
  }

  /** The registry does not answer. */
  static Program registryUnreachable() {
    return new Unpullable(
        "failed to pull and unpack image: failed to resolve image: failed to do request: dial tcp:"
            + " i/o timeout");
  }
}
