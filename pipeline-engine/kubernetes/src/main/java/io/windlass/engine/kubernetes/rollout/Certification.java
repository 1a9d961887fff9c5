package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.windlass.engine.kubernetes.workload.Certificates;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far the certificate of a host is.
 *
 * @param words cert-manager's; empty where it has said nothing yet
 * @param last when it was asked for, as far as that is known
 */
record Certification(String host, State state, String words, Optional<CertificateTry> last) {
  enum State {
    /** Nobody has asked for it yet. */
    ABSENT,
    /** It is being issued, for the first time. */
    PENDING,
    /** It was issued; whether a newer one takes its place is no concern of a rollout. */
    ISSUED,
    /** The issuer said no, or did not answer in time. */
    FAILED
  }

  /**
   * Reads it off a Certificate.
   *
   * @param wanted as it is applied
   * @param seen empty where it is not there
   */
  static Certification of(
      GenericKubernetesResource wanted, Optional<GenericKubernetesResource> seen) {
    String host = Certificates.host(wanted);
    if (seen.isEmpty()) {
      return new Certification(host, State.ABSENT, "", Optional.empty());
    }
    GenericKubernetesResource certificate = seen.get();
    if (certificate.get("status", "notAfter") != null) {
      return new Certification(host, State.ISSUED, "", Optional.empty());
    }
    Optional<Map<String, Object>> issuing = condition(certificate, "Issuing");
    boolean failed =
        issuing
            .filter(c -> "False".equals(c.get("status")) && "Failed".equals(c.get("reason")))
            .isPresent();
    String words =
        issuing
            .or(() -> condition(certificate, "Ready"))
            .map(c -> String.valueOf(c.getOrDefault("message", "")))
            .orElse("");
    return new Certification(host, failed ? State.FAILED : State.PENDING, words, last(certificate));
  }

  /** What cert-manager has counted, of failures in a row. */
  private static Optional<CertificateTry> last(GenericKubernetesResource certificate) {
    String at = certificate.get("status", "lastFailureTime");
    Integer number = certificate.get("status", "failedIssuanceAttempts");
    return Optional.ofNullable(at)
        .map(time -> new CertificateTry(number == null ? 1 : number, Instant.parse(time)));
  }

  private static Optional<Map<String, Object>> condition(
      GenericKubernetesResource certificate, String type) {
    List<Map<String, Object>> conditions = certificate.get("status", "conditions");
    return conditions == null
        ? Optional.empty()
        : conditions.stream().filter(c -> type.equals(c.get("type"))).findFirst();
  }

  /** As a sentence's part, for people. */
  String text() {
    String said = words.isEmpty() ? "" : ": " + words;
    String again =
        last.map(one -> "; a deployment asks for it again from " + time(one.next()) + " on")
            .orElse("");
    return state == State.FAILED
        ? "The certificate of " + host + " is not issued" + said + again
        : "waits for the certificate of " + host + said;
  }

  /** To the second, in UTC. */
  static String time(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
